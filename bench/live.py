"""Measures the design's budgets over real HTTP on a real server process. Run: .venv/bin/python bench/live.py"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from bench.server import Server
from bench.wire import Connection, Reception

ROOT = Path(__file__).parents[1]
WARM_SECONDS = 3.0
PACE_SECONDS = 2.0
ONE_PAIR_PACE_SECONDS = 0.05
KB, MB = 1_000, 1_000_000


class Figure(NamedTuple):
    """One measured value; `budget` is what it may be at most."""

    what: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        return "met" if self.value <= self.budget else "MISSED"


class Load:
    """The process that makes the load; see load.py for what it can be told."""

    def __init__(self, server: Server, pairs: list[dict]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.load"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.do(address=server.address, pairs=pairs)

    def do(self, **task: Any) -> Any:
        """Have a task done; gives its outcome."""
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        outcome = self._process.stdout.readline()
        if not outcome:
            raise SystemExit("The load ended before its time; see above.")
        return json.loads(outcome)

    def cpu_seconds(self) -> float:
        """What the process has used of the processor so far."""
        times = psutil.Process(self._process.pid).cpu_times()
        return times.user + times.system

    def end(self) -> None:
        """Leave all pages."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def loaded(server: Server, pairs: list[dict]) -> Iterator[Load]:
    """The load process, for so long."""
    load = Load(server, pairs)
    try:
        yield load
    finally:
        load.end()


def percentile(values: list[float], percent: int) -> float:
    """The value that so many percent of the values stay below."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def start_up(server: Server, demo: dict, count: int) -> list[Figure]:
    """Process start to the first answer of two kinds, the median of some starts."""
    with server:
        connection = Connection(server.address)
        visitor = Reception(connection).sign_in(connection, demo["people"][0])
    paths = {"/healthz": [], f"/meetings/{demo['meeting']}": []}
    for path, seconds in list(paths.items()) * count:
        with server:
            answer = Connection(server.address).get(path, {"Cookie": visitor.cookie})
            if answer.status != 200:
                raise RuntimeError(f"{path} gave {answer.status}.")
            seconds.append(time.monotonic() - server.started_at)
    health, meeting = (statistics.median(seconds) for seconds in paths.values())
    return [Figure("start to the first answer", health, "s"), Figure("start to the first page", meeting, "s", 1.5)]


def one_pair(server: Server, pairs: list[dict], seconds: float) -> list[Figure]:
    """One pair at the socket: from the request to the other one's event."""
    with server, loaded(server, pairs[:1]) as load:
        load.do(pace=ONE_PAIR_PACE_SECONDS, seconds=WARM_SECONDS)
        edits = load.do(pace=ONE_PAIR_PACE_SECONDS, seconds=seconds, adding_only=True)
    added = [edit for edit in edits if edit["kind"] == "add"]
    seen = [edit["seen"] for edit in added]
    return [
        Figure("one pair, at the socket: median", statistics.median(seen), "ms", 8),
        Figure("one pair, at the socket: 95 %", percentile(seen, 95), "ms"),
        Figure("one pair, at the socket: 99 %", percentile(seen, 99), "ms"),
        Figure("one pair, answer to the one who adds: median", statistics.median(e["answered"] for e in added), "ms"),
        Figure("one pair, requests failed", sum(edit["failed"] for edit in edits), "", 0),
    ]


def many_pairs(server: Server, pairs: list[dict], seconds: float) -> list[Figure]:
    """All pairs, each editing every two seconds: latency, cost and memory."""
    with server:
        idle = _idle_bytes(server)
        with loaded(server, pairs) as load:
            load.do(pace=PACE_SECONDS, seconds=WARM_SECONDS)
            others, before, began = _others_seconds(server, load), server.cpu_seconds(), time.monotonic()
            edits = load.do(pace=PACE_SECONDS, seconds=seconds)
            cpu, lasted, busy = server.cpu_seconds() - before, time.monotonic() - began, server.resident_bytes()
            others = _others_seconds(server, load) - others
    seen = [edit["seen"] for edit in edits if not edit["failed"]]
    name = f"{len(pairs)} pairs"
    return [
        Figure(f"{name}, edits per second", len(edits) / lasted, "/s"),
        Figure(f"{name}, at the socket: median", statistics.median(seen), "ms", 15),
        Figure(f"{name}, at the socket: 95 %", percentile(seen, 95), "ms"),
        Figure(f"{name}, at the socket: 99 %", percentile(seen, 99), "ms", 50),
        Figure(f"{name}, requests failed", sum(edit["failed"] for edit in edits), "", 0),
        Figure(f"{name}, processor time per edit", cpu / len(edits) * 1e3, "ms", 3),
        Figure(f"{name}, processor in use", cpu / lasted * 100, "%"),
        Figure("processors taken by other programs meanwhile", others / lasted / os.cpu_count() * 100, "%"),
        Figure("memory, idle", idle / MB, "MB", 80),
        Figure(f"memory, {name}", busy / MB, "MB", 110),
        *_by_kind(edits),
    ]


def _others_seconds(server: Server, load: Load) -> float:
    """Processor time that other programs have used so far; where they use much, the other figures say little."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - times.iowait - server.cpu_seconds() - load.cpu_seconds()


def _by_kind(edits: list[dict]) -> list[Figure]:
    kinds = sorted({edit["kind"] for edit in edits})
    seen = {kind: [edit["seen"] for edit in edits if edit["kind"] == kind] for kind in kinds}
    return [
        Figure(f"  {kind} ({len(found)} edits): median", statistics.median(found), "ms") for kind, found in seen.items()
    ]


def _idle_bytes(server: Server) -> int:
    """Memory once the server has answered something."""
    connection = Connection(server.address)
    Reception(connection)
    connection.close()
    return server.resident_bytes()


def open_pages(server: Server, pairs: list[dict], pages: int) -> list[Figure]:
    """What one more open page costs in memory."""
    with server, loaded(server, pairs) as load:
        load.do(pages=AT_FIRST)
        before = server.resident_bytes()
        load.do(pages=pages)
        more = server.resident_bytes() - before
    return [Figure(f"memory per open page, of {pages:,}", more / pages / KB, "kB", 30)]


# Pages open before those that are counted, so that what the first ones cost once is not.
AT_FIRST = 500


def in_chromium(server: Server, demo: dict, lines: int, visits: int) -> list[Figure]:
    """A line from screen to screen, and the page's weight."""
    from bench import browser

    with server:
        shown = browser.insertions(server, demo, lines)
        found = browser.visits(server, demo, visits)
    middle = {name: statistics.median(visit[name] for visit in found) for name in found[0]}
    return [
        Figure(f"Chromium to Chromium, of {lines} lines: median", statistics.median(shown), "ms", 20),
        Figure(f"Chromium to Chromium, of {lines} lines: 95 %", percentile(shown, 95), "ms", 60),
        Figure("cold page, over the wire", middle["cold_bytes"] / KB, "kB", 60),
        Figure("cold page, requests", middle["cold_requests"], "", 8),
        Figure("cold page, loaded", middle["load_ms"] / 1e3, "s"),
        Figure("cold page, loaded and live", middle["ready_ms"] / 1e3, "s", 0.3),
        Figure("cold page, layout shift (worst)", max(visit["shift"] for visit in found), "", 0),
        Figure("later page, over the wire", middle["later_bytes"] / KB, "kB", 15),
    ]


def machine() -> dict[str, Any]:
    """What this was measured on."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": models[0].partition(": ")[2] if models else platform.processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def measured(options: argparse.Namespace) -> Iterator[list[Figure]]:
    """Every measurement, one after the other, each on a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.make_demo()
        people = [sys.executable, "-m", "bench.people"]
        pairs = json.loads(server.run(*people, str(options.pairs)))
        demo = json.loads(server.run(*people))
        yield start_up(server, demo, 2 if options.quick else 5)
        yield one_pair(server, pairs, options.seconds / 2)
        yield many_pairs(server, pairs, options.seconds)
        yield open_pages(server, pairs, options.pages)
        if not options.skip_browser:
            yield in_chromium(server, demo, 20 if options.quick else 120, 2 if options.quick else 7)


def table(figures: list[Figure]) -> None:
    """Print the figures, each beside its budget."""
    for figure in figures:
        value = _written(figure.value)
        budget = "" if figure.budget is None else f"≤ {figure.budget:g} {figure.unit}"
        print(f"{figure.what:<52}{value:>10} {figure.unit:<4}{budget:>10}  {figure.verdict}", flush=True)


def _written(value: float) -> str:
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if value >= 0.05 else f"{value:.4f}"


def chosen() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="pairs that edit at the same time")
    parser.add_argument("--seconds", type=float, default=20.0, help="for how long they do")
    parser.add_argument("--pages", type=int, default=1000, help="open pages to measure the memory of")
    parser.add_argument("--skip-browser", action="store_true", help="leave out what needs a Chromium")
    parser.add_argument("--quick", action="store_true", help="a look rather than a measurement")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if options.quick:
        options.pairs, options.seconds, options.pages = 20, 4.0, 200
    return options


def main() -> None:
    options, here = chosen(), machine()
    _allow_many_files()
    print("{processor}, {cores} cores, {system}, Python {python}\n".format(**here), flush=True)
    figures = []
    for found in measured(options):
        table(found)
        figures += found
    if options.json:
        found = [{**figure._asdict(), "verdict": figure.verdict} for figure in figures]
        options.json.write_text(json.dumps({"machine": here, "figures": found}, indent=2) + "\n", "utf-8")


def _allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
