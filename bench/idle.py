"""What open pages cost that nothing happens on: memory each, the processor's time for all, and one edit among them.

Run it as `python -m bench.idle --pages 5000`. Every two pages are a pair's, each person's own; all are in one process.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import figures, pictures
from bench.driver import Load, loaded
from bench.figures import KB, MB, Figure, percentile
from bench.postgresql import PostgreSQL
from bench.server import Inside

# Open before those that are counted, so that what the first ones cost once is not.
AT_FIRST = 250
STEPS = 5
PACE_SECONDS = 0.2
# Long enough for every stream to have looked whether it may go on.
SETTLING_SECONDS = 12.0


def people(server: Inside, pages: int) -> list[dict]:
    """As many pairs as there are to be pages for, half of them, all signed in."""
    return json.loads(server.run(sys.executable, "-m", "bench.past", str(pages // 2), "0", "who"))


def measured(options: argparse.Namespace, database: PostgreSQL | None) -> Iterator[list[Figure]]:
    """Pages are opened in steps; then nothing happens for a while; then one pair edits."""
    with tempfile.TemporaryDirectory() as folder:
        server = Inside(Path(folder))
        server.make_demo()
        pairs = people(server, options.pages + 2 * AT_FIRST)
        with server, loaded(server, pairs[:AT_FIRST]) as load:
            yield _edits(server, load, options, f"among {2 * AT_FIRST:,} pages")
            yield _memory(server, load, pairs, options)
            time.sleep(SETTLING_SECONDS)
            yield _resting(server, database, options)
            yield _edits(server, load, options, f"among {2 * len(pairs):,} pages")


def _memory(server: Inside, load: Load, pairs: list[dict], options: argparse.Namespace) -> list[Figure]:
    """What each page takes, opened in some steps."""
    first, began = server.resident_bytes(), time.monotonic()
    step = max(options.pages // 2 // STEPS, 1)
    for start in range(AT_FIRST, len(pairs), step):
        seated = load.do("seat", pairs=pairs[start : start + step])
        options.points.append((2 * seated, server.resident_bytes() / MB))
    more, pages = server.resident_bytes() - first, 2 * (len(pairs) - AT_FIRST)
    return [
        Figure("open pages", 2 * len(pairs), ""),
        Figure(f"memory with {2 * AT_FIRST} open pages", first / MB, "MB"),
        Figure(f"memory with {2 * len(pairs):,} open pages", server.resident_bytes() / MB, "MB"),
        Figure(f"memory per open page, of {pages:,}", more / pages / KB, "kB", 30),
        Figure(f"pages opened per second, {pages:,} of them", pages / (time.monotonic() - began), "/s"),
    ]


def _resting(server: Inside, database: PostgreSQL | None, options: argparse.Namespace) -> list[Figure]:
    """What the processor does while nothing happens, and how much of that is whose."""
    server.look()
    before, began = _taken(server, database), time.monotonic()
    time.sleep(options.seconds)
    taken = [now - then for now, then in zip(_taken(server, database), before, strict=True)]
    lasted, rooms = time.monotonic() - began, server.seen()["rooms"]
    options.resting = taken[0] / lasted
    each = options.resting * 100 / (sum(rooms.values()) or 1)
    largest = sorted(rooms.items(), key=lambda pair: -pair[1])[:6]
    return [
        Figure("processor in use while nothing happens", taken[0] / lasted * 100, "%"),
        Figure("  and PostgreSQL's", taken[1] / lasted * 100, "%"),
        Figure(
            "  of the server's, the watch",
            rooms.get("watch.py", 0) * each,
            "%",
        ),
        *(Figure(f"  called from {name}", number * each, "%") for name, number in largest),
    ]


def _taken(server: Inside, database: PostgreSQL | None) -> tuple[float, float]:
    return server.cpu_seconds(), database.cpu_seconds() if database else 0.0


def _edits(server: Inside, load: Load, options: argparse.Namespace, where: str) -> list[Figure]:
    """One pair edits, the others' pages are open."""
    load.do("edit", pace=PACE_SECONDS, seconds=2, first=1)
    before, began = server.cpu_seconds(), time.monotonic()
    edits = load.do("edit", pace=PACE_SECONDS, seconds=options.seconds, first=1)
    resting = options.resting * (time.monotonic() - began)
    seen = [edit["seen"] for edit in edits]
    each = (server.cpu_seconds() - before - resting) / len(edits) * 1e3
    return [
        Figure(f"an edit {where}: median", statistics.median(seen), "ms"),
        Figure(f"an edit {where}: 95 %", percentile(seen, 95), "ms"),
        Figure(f"an edit {where}: processor, beside what the rest takes", each, "ms"),
        Figure(f"an edit {where}: failed", sum(edit["failed"] for edit in edits), "", 0),
    ]


def picture(options: argparse.Namespace) -> str:
    """Memory by open pages."""
    x, y = pictures.Axis("open pages in one process"), pictures.Axis("memory", "MB")
    title = f"What open pages take, on {figures.CALLED[options.database]}"
    return pictures.lines(title, "Resident memory of the whole process.", x, y, {"memory": options.points})


def main() -> None:
    parser = figures.parser(__doc__)
    parser.add_argument("--pages", type=int, default=5_000, help="pages to open, besides the first few")
    parser.add_argument("--seconds", type=float, default=15.0, help="for how long nothing happens, and one pair edits")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    options.points, options.resting = [], 0.0
    figures.allow_many_files()
    found = figures.measure(options, measured)
    more: dict[str, Any] = {"database": options.database, "points": options.points}
    figures.keep(options, found, picture(options), **more)


if __name__ == "__main__":
    main()
