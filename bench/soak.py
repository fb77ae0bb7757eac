"""Whether anything grows that must not, while many people write, read, lose their connections, and sign out and in.

Run it as `python -m bench.soak --minutes 20`. It ends with 1 where something grew, and says what.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from bench import figures, pictures
from bench.driver import Load, loaded
from bench.figures import MB, Figure
from bench.postgresql import PostgreSQL
from bench.server import Inside

PACE_SECONDS = 2.0
WARM_SECONDS = 30.0
# Long enough for the server to notice whose pages are gone.
SETTLING_SECONDS = 12.0
SAMPLES = 20
# So much more may be there in the end than at first. Memory is that of the last third beside the second.
MORE_MEMORY_MB = 4.0
MORE = {
    "greenlets": 20,
    "pages": 0,
    "database connections": 10,
    "open files": 20,
    "temporary files": 0,
    "files beside the database": 0,
    "sessions": 0,
    "people": 0,
    "pairs": 0,
    "meetings": 0,
    "records": 0,
    "threads": 0,
}
TABLES = {"session": "sessions", "person": "people", "pair": "pairs", "meeting": "meetings", "record": "records"}


class Sample(NamedTuple):
    """How it was at a moment, in seconds from the beginning."""

    at: float
    memory_mb: float
    cpu_percent: float


class Soaked(Inside):
    """A server with a folder for temporary files of its own."""

    def __init__(self, folder: Path) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        data = folder / "data"
        data.mkdir()
        super().__init__(data, TMPDIR=str(self.temporary))

    def count(self) -> dict[str, int]:
        """How much there is of everything that must not grow, once all is at rest."""
        time.sleep(SETTLING_SECONDS)
        found = self.seen()["there_are"]
        beside = [path for path in self.folder.iterdir() if path.suffix != ".json"]
        rows = json.loads(self.run(sys.executable, "-m", "bench.past"))
        return {
            **found,
            "temporary files": len(list(self.temporary.rglob("*"))),
            "files beside the database": len(beside),
            "threads": psutil.Process(self.process.pid).num_threads(),
            **{name: rows.get(table, 0) for table, name in TABLES.items()},
        }


class Soak(NamedTuple):
    """What came of it."""

    samples: list[Sample]
    first: dict[str, int]
    last: dict[str, int]
    edits: list[dict]


def soak(server: Soaked, load: Load, minutes: float) -> Soak:
    """Have people live for so long; a sample now and then, all counted at the beginning and in the end."""
    load.do("live", pace=PACE_SECONDS, seconds=WARM_SECONDS)
    first = server.count()
    samples, edits, began = [], [], time.monotonic()
    for _ in range(SAMPLES):
        cpu, moment = server.cpu_seconds(), time.monotonic()
        edits += load.do("live", pace=PACE_SECONDS, seconds=minutes * 60 / SAMPLES)
        now = time.monotonic()
        percent = (server.cpu_seconds() - cpu) / (now - moment) * 100
        samples.append(Sample(now - began, server.resident_bytes() / MB, percent))
        print(f"{samples[-1].at:6.0f} s {samples[-1].memory_mb:8.1f} MB {percent:5.1f} %", file=sys.stderr, flush=True)
    return Soak(samples, first, server.count(), edits)


def told(found: Soak) -> Iterator[Figure]:
    """What was done, and what grew."""
    memory = [sample.memory_mb for sample in found.samples]
    third = len(memory) // 3
    more = statistics.median(memory[-third:]) - statistics.median(memory[third : 2 * third])
    yield Figure("edits", len(found.edits), "")
    yield Figure("edits failed", sum(edit["failed"] for edit in found.edits), "", 0)
    yield Figure("processor in use", statistics.median(sample.cpu_percent for sample in found.samples), "%")
    yield Figure("memory in the end", memory[-1], "MB")
    yield Figure("memory, last third beside the second", more, "MB", MORE_MEMORY_MB)
    yield Figure("Python's objects in the end", found.last["objects"], "")
    for name, most in MORE.items():
        yield Figure(
            f"more {name} than the {found.first[name]:,} at first", found.last[name] - found.first[name], "", most
        )


def picture(found: Soak, options: argparse.Namespace) -> str:
    """Memory over the minutes."""
    points = [(sample.at / 60, sample.memory_mb) for sample in found.samples]
    x, y = pictures.Axis("time", "minutes"), pictures.Axis("memory", "MB")
    title = f"{options.pairs} pairs write, read, reconnect, sign out and in"
    return pictures.lines(
        title, f"Resident memory of one process, on {figures.CALLED[options.database]}.", x, y, {"memory": points}
    )


def measured(options: argparse.Namespace, database: PostgreSQL | None) -> Soak:
    """Make the pairs, and begin."""
    with tempfile.TemporaryDirectory() as folder:
        server = Soaked(Path(folder))
        server.make_demo()
        pairs = json.loads(server.run(sys.executable, "-m", "bench.people", str(options.pairs)))
        with server, loaded(server, pairs) as load:
            return soak(server, load, options.minutes)


def main() -> None:
    parser = figures.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="for how long")
    parser.add_argument("--pairs", type=int, default=100, help="pairs that live meanwhile")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    figures.allow_many_files()
    print(figures.said(figures.machine()), "\n", flush=True)
    with figures.on_database(options.database) as database:
        found = measured(options, database)
    rows = list(told(found))
    figures.table(rows)
    more: dict[str, Any] = {"database": options.database, "pairs": options.pairs, "minutes": options.minutes}
    figures.keep(
        options, rows, picture(found, options), **more, samples=found.samples, first=found.first, last=found.last
    )
    if grown := [figure.what for figure in rows if figure.verdict == "MISSED"]:
        sys.exit(f"These grew, or failed: {'; '.join(grown)}.")


if __name__ == "__main__":
    main()
