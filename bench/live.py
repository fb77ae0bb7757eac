"""Measures the design's budgets over real HTTP on real server processes. Run: .venv/bin/python bench/live.py

With several numbers of pairs or processes (--pairs 1,50,200 --processes 1,2,4) each combination is measured in turn.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from bench import figures, pictures, profile
from bench.driver import Load, loaded
from bench.figures import KB, MB, Figure, percentile
from bench.postgresql import PostgreSQL
from bench.server import Gunicorn, Inside, Server
from bench.wire import Connection, Reception

WARM_SECONDS = 3.0
# A ping comes every five.
REST_SECONDS = 5.0
PACE_SECONDS = 2.0
ONE_PAIR_PACE_SECONDS = 0.05


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
        load.do("edit", pace=ONE_PAIR_PACE_SECONDS, seconds=WARM_SECONDS)
        edits = load.do("edit", pace=ONE_PAIR_PACE_SECONDS, seconds=seconds, adding_only=True)
    added = [edit for edit in edits if edit["kind"] == "add"]
    seen = [edit["seen"] for edit in added]
    return [
        Figure("one pair, at the socket: median", statistics.median(seen), "ms", 8),
        Figure("one pair, at the socket: 95 %", percentile(seen, 95), "ms"),
        Figure("one pair, at the socket: 99 %", percentile(seen, 99), "ms"),
        Figure("one pair, answer to the one who adds: median", statistics.median(e["answered"] for e in added), "ms"),
        Figure("one pair, requests failed", sum(edit["failed"] for edit in edits), "", 0),
    ]


class Production(Gunicorn):
    """Gunicorn, asked to stop in the end, so that none of its processes outlives a measurement."""

    def __exit__(self, *problem: object) -> None:
        self.stop()


class Taken(NamedTuple):
    """Processor seconds that each part has used so far."""

    server: float
    database: float
    load: float
    everything: float

    @classmethod
    def now(cls, server: Server, database: PostgreSQL | None, load: Load) -> "Taken":
        every = psutil.cpu_times()
        used = sum(every) - every.idle - every.iowait
        return cls(server.cpu_seconds(), database.cpu_seconds() if database else 0.0, load.cpu_seconds(), used)

    def since(self, before: "Taken") -> "Taken":
        return Taken(*(now - then for now, then in zip(self, before, strict=True)))


class Run(NamedTuple):
    """How all pairs edited for a while."""

    edits: list[dict]
    lasted: float
    taken: Taken
    resting: float
    idle_bytes: int
    busy_bytes: int
    homes: dict[int, int]
    met: int
    seen: dict[str, Any] | None


def many_pairs(server: Server, database: PostgreSQL | None, pairs: list[dict], seconds: float) -> Run:
    """All pairs, each editing every two seconds."""
    with server:
        idle = _idle_bytes(server)
        with loaded(server, pairs) as load:
            load.do("edit", pace=PACE_SECONDS, seconds=WARM_SECONDS)
            resting = _resting(server)
            if isinstance(server, Inside):
                server.look()
            before, began = Taken.now(server, database, load), time.monotonic()
            edits = load.do("edit", pace=PACE_SECONDS, seconds=seconds)
            lasted, taken = time.monotonic() - began, Taken.now(server, database, load).since(before)
            seen = server.seen() if isinstance(server, Inside) else None
            busy, homes, met = server.resident_bytes(), server.homes(), load.do("met")
            return Run(edits, lasted, taken, resting, idle, busy, homes, met, seen)


def hearing(server: Server, other: Server, pairs: list[dict], seconds: float) -> list[Figure]:
    """What each edit costs another process, in which none of the pages is open."""
    with server, other, loaded(server, pairs) as load:
        load.do("edit", pace=PACE_SECONDS, seconds=WARM_SECONDS)
        resting, before, began = _resting(other), other.cpu_seconds(), time.monotonic()
        edits = load.do("edit", pace=PACE_SECONDS, seconds=seconds)
        taken = other.cpu_seconds() - before - resting * (time.monotonic() - began)
    return [Figure("what an edit costs a process that shows it to nobody", max(taken, 0) / len(edits) * 1e3, "ms")]


def _resting(server: Server) -> float:
    """What the server takes of a processor while the pages are open and nothing happens."""
    before, began = server.cpu_seconds(), time.monotonic()
    time.sleep(REST_SECONDS)
    return (server.cpu_seconds() - before) / (time.monotonic() - began)


def told(run: Run, pairs: int, processes: int) -> list[Figure]:
    """Latency, cost and memory of a run."""
    name = f"{pairs} pairs, {processes} {'process' if processes == 1 else 'processes'}"
    alone = processes == 1
    return [
        Figure(f"{name}, edits per second", len(run.edits) / run.lasted, "/s"),
        *_latencies(run, name),
        Figure(f"{name}, requests failed", sum(edit["failed"] for edit in run.edits), "", 0),
        Figure(f"{name}, processor time per edit", run.taken.server / len(run.edits) * 1e3, "ms", 3),
        *(
            [Figure("  and PostgreSQL's", run.taken.database / len(run.edits) * 1e3, "ms")]
            if run.taken.database
            else []
        ),
        *_shares(run),
        *(_crossings(run, pairs) if processes > 1 else []),
        Figure("memory, idle", run.idle_bytes / MB, "MB", 80 if alone else None),
        Figure(f"memory, {name}", run.busy_bytes / MB, "MB", 110 if alone else None),
        *_by_kind(run.edits),
    ]


# From this share on the parts wait for one another: latencies then say more of the machine than of the server.
FULL = 0.8


def is_full(run: Run) -> bool:
    """Whether server, database, load and all else together took nearly all of the processors."""
    return run.taken.everything / run.lasted / os.cpu_count() > FULL


def _latencies(run: Run, name: str) -> list[Figure]:
    seen = [edit["seen"] for edit in run.edits if not edit["failed"]]
    budgets: list[float | None] = [None, None, None] if is_full(run) else [15, None, 50]
    values = [statistics.median(seen), percentile(seen, 95), percentile(seen, 99)]
    where = "with the machine full" if is_full(run) else "at the socket"
    return [
        Figure(f"{name}, {where}: {what}", value, "ms", budget)
        for what, value, budget in zip(("median", "95 %", "99 %"), values, budgets, strict=True)
    ]


def _own(run: Run) -> float:
    return (run.taken.server - run.resting * run.lasted) / len(run.edits) * 1e3


def _databases(run: Run) -> list[Figure]:
    each = run.taken.database / len(run.edits) * 1e3
    return [Figure("  and PostgreSQL's, besides", each, "ms")] if each else []


def _shares(run: Run) -> list[Figure]:
    """Of one processor each: where they add up to all there are, nothing can be faster."""
    taken = run.taken
    others = taken.everything - taken.server - taken.database - taken.load
    named = {"the server": taken.server, "PostgreSQL": taken.database, "the load": taken.load, "anything else": others}
    return [
        Figure(f"  processors taken by {who}", seconds / run.lasted, f"/{os.cpu_count()}")
        for who, seconds in named.items()
        if seconds
    ]


def _crossings(run: Run, pairs: int) -> list[Figure]:
    """How many edits were made in one process and seen in another, and how long those took."""
    crossed = [edit for edit in run.edits if run.homes.get(edit["from"]) != run.homes.get(edit["to"])]
    seen = [edit["seen"] for edit in crossed if not edit["failed"]]
    return [
        Figure("  edits that crossed from process to process", len(crossed) / len(run.edits) * 100, "%"),
        Figure("  of those: median", statistics.median(seen) if seen else 0, "ms"),
        Figure("  of those: failed", sum(edit["failed"] for edit in crossed), "", 0),
        Figure("  people who do not see that the other is there", 2 * pairs - run.met, "", 0),
    ]


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
        load.do("open", pages=AT_FIRST)
        before = server.resident_bytes()
        load.do("open", pages=pages)
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


def measured(options: argparse.Namespace, database: PostgreSQL | None) -> Iterator[list[Figure]]:
    """Every measurement asked for, one after the other, each on fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        server = _server(Path(folder), options, 1)
        server.make_demo()
        people = [sys.executable, "-m", "bench.people"]
        pairs = json.loads(server.run(*people, str(max(options.pairs))))
        demo = json.loads(server.run(*people))
        if not options.only_pairs:
            yield start_up(server, demo, 2 if options.quick else 5)
            yield one_pair(server, pairs, options.seconds / 2)
        yield from _runs(options, database, Path(folder), pairs)
        if database and not options.profile:
            yield hearing(_server(Path(folder), options, 1), Server(Path(folder)), pairs, options.seconds)
        if not options.only_pairs:
            yield open_pages(server, pairs, options.pages)
        if not options.only_pairs and not options.skip_browser:
            yield in_chromium(server, demo, 20 if options.quick else 120, 2 if options.quick else 7)


def _server(folder: Path, options: argparse.Namespace, processes: int) -> Server:
    """A SQLite file has one process, `duologue serve`; on PostgreSQL it is gunicorn that runs them."""
    if options.profile:
        return Inside(folder)
    if options.database == "sqlite":
        return Server(folder)
    return Production(folder, PROCESSES=str(processes))


def _runs(
    options: argparse.Namespace, database: PostgreSQL | None, folder: Path, pairs: list[dict]
) -> Iterator[list[Figure]]:
    for processes in options.processes:
        for count in options.pairs:
            server = _server(folder, options, processes)
            run = many_pairs(server, database, pairs[:count], options.seconds)
            found = told(run, count, processes) + profile.told(run.seen, run.taken.server / len(run.edits) * 1e3)
            options.runs.append({"pairs": count, "processes": processes, **_gist(run)})
            yield found


def _gist(run: Run) -> dict[str, Any]:
    """What pictures and calculations are made from."""
    seen, number = [edit["seen"] for edit in run.edits if not edit["failed"]], len(run.edits)
    return {
        "edits_per_second": number / run.lasted,
        "failed": sum(edit["failed"] for edit in run.edits),
        "is_full": is_full(run),
        "median_ms": statistics.median(seen),
        "p99_ms": percentile(seen, 99),
        "server_ms_per_edit": run.taken.server / number * 1e3,
        "own_ms_per_edit": _own(run),
        "database_ms_per_edit": run.taken.database / number * 1e3,
        "idle_mb": run.idle_bytes / MB,
        "busy_mb": run.busy_bytes / MB,
    }


def picture(options: argparse.Namespace, found: list[Figure]) -> str:
    """Of a single run every budget; of several, what an edit costs by the number of pairs."""
    where = figures.CALLED[options.database]
    if options.profile:
        return profile.picture(f"What an edit's time is spent on, on {where}", found)
    if len(options.runs) == 1:
        return figures.against_budgets(f"The budgets, on {where}", found)
    series: dict[str, list[tuple[float, float]]] = {}
    for run in options.runs:
        name = f"{run['processes']} process{'' if run['processes'] == 1 else 'es'}"
        series.setdefault(name, []).append((run["pairs"], run["server_ms_per_edit"]))
        if run["database_ms_per_edit"]:
            series.setdefault(f"{where}, {name}", []).append((run["pairs"], run["database_ms_per_edit"]))
    x, y = pictures.Axis("pairs, each editing every two seconds"), pictures.Axis("processor time per edit", "ms")
    return pictures.lines(f"What an edit costs, on {where}", NOTE, x, y, series, 3)


NOTE = "Server, database and load share the two processors of the machine that this was measured on."


def numbers(text: str) -> list[int]:
    """ "1,2,4" as numbers."""
    return [int(part) for part in text.split(",")]


def chosen() -> argparse.Namespace:
    """What the command line asks for."""
    parser = figures.parser(__doc__)
    parser.add_argument("--pairs", type=numbers, default=[200], help="pairs that edit at the same time")
    parser.add_argument("--processes", type=numbers, default=[1], help="processes that serve them")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=20.0, help="for how long they do")
    parser.add_argument("--pages", type=int, default=1000, help="open pages to measure the memory of")
    parser.add_argument("--only-pairs", action="store_true", help="measure nothing but the pairs")
    parser.add_argument("--skip-browser", action="store_true", help="leave out what needs a Chromium")
    parser.add_argument("--profile", action="store_true", help="say what the processor's time is spent on")
    parser.add_argument("--quick", action="store_true", help="a look rather than a measurement")
    options = parser.parse_args()
    options.runs = []
    options.only_pairs |= options.profile
    if options.database == "sqlite" and options.processes != [1]:
        parser.error("a SQLite file is one process's: measure several with --database postgresql")
    if options.profile and options.processes != [1]:
        parser.error("what the time is spent on is looked at in one process")
    if options.quick:
        options.pairs, options.seconds, options.pages = [20], 4.0, 200
    return options


def main() -> None:
    options = chosen()
    figures.allow_many_files()
    found = figures.measure(options, measured)
    if any(run["is_full"] for run in options.runs):
        print(f"\n{NOTE}\nWhere they were full, latencies are the machine's and have no budget.")
    figures.keep(options, found, picture(options, found), database=options.database, runs=options.runs)


if __name__ == "__main__":
    main()
