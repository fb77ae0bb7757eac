"""What all processes share has limits, here by the second: commits, the audit trail's one lock, and NOTIFY.

Run it as `python -m bench.limits --database postgresql`. What is measured is one machine's, and most of it its disk's.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

import audit
import database
import settings
from bench import figures, pictures
from bench.figures import Figure, percentile
from bench.postgresql import PostgreSQL
from bench.server import Server
from models import Pair, Person
from rows import db

SECONDS = 4.0
WRITERS = (1, 2, 4, 8)


def commit(number: int) -> Callable[[], None]:
    """Count a change of a pair, which nobody else changes: what every edit does at least."""
    pair = list(Pair.select().order_by(Pair.id))[number]

    def work() -> None:
        with pair.changing():
            pass

    return work


def note(number: int) -> Callable[[], None]:
    """Add a row to the audit trail, as opening a page does."""
    person = Person.select().first()
    return lambda: audit.note("open", by=person, about="bench") and None


def notify(number: int) -> Callable[[], None]:
    """Say something to the other processes, on a connection that listens too, as each process has one."""
    connection = psycopg.connect(settings.read().postgresql, autocommit=True)
    connection.execute("LISTEN bench")

    def work() -> None:
        connection.execute("SELECT pg_notify('bench', %s)", ["x" * 200])

    return work


WORKS = {"commit": commit, "note": note, "notify": notify}
SAID = {"commit": "commits", "note": "entries in the audit trail", "notify": "messages to the other processes"}
# The same in a word, beside a line.
DRAWN = {"commit": "commits", "note": "audit entries", "notify": "messages"}


def work(name: str, number: int, seconds: float) -> int:
    """Do it for so long; how often."""
    database.open_checked(settings.read())
    with db.connection_context():
        once = WORKS[name](number)
        once()
        count, ends_at = 0, time.monotonic() + seconds
        while time.monotonic() < ends_at:
            once()
            count += 1
        return count


def together(server: Server, name: str, writers: int) -> float:
    """How often so many processes do it in a second, at the same time."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.limits", "work", name, str(number), str(SECONDS)],
            env=server.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(writers)
    ]
    return sum(int(worker.communicate()[0]) for worker in workers) / SECONDS


def to_disk() -> list[Figure]:
    """How long the disk takes to have a small write for good: every commit waits for that."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(b"x" * 4_096)
            file.flush()
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - began) * 1e3)
    return [
        Figure("a write for good to this disk: median", statistics.median(taken), "ms"),
        Figure("a write for good to this disk: 95 %", percentile(taken, 95), "ms"),
    ]


def measured(options: argparse.Namespace, postgresql: PostgreSQL | None) -> Iterator[Figure]:
    """Each kind with more and more writers. A SQLite file has one process, and no messages."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.make_demo()
        server.run(sys.executable, "-m", "bench.people", str(max(WRITERS)))
        yield from to_disk()
        for name in WORKS if postgresql else ("commit", "note"):
            for writers in WRITERS if postgresql else (1,):
                rate = together(server, name, writers)
                options.rates.setdefault(name, []).append((writers, rate))
                yield Figure(f"{SAID[name]} by {writers} {'process' if writers == 1 else 'processes'}", rate, "/s")


def picture(options: argparse.Namespace) -> str:
    """Rates by the number of processes."""
    x, y = pictures.Axis("processes that write at the same time"), pictures.Axis("a second")
    title = f"What all processes share, on {figures.CALLED[options.database]}"
    series = {DRAWN[name]: points for name, points in options.rates.items()}
    return pictures.lines(title, "All on the two processors and the one disk of the machine.", x, y, series)


def main() -> None:
    if sys.argv[1:2] == ["work"]:
        print(work(sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
        return
    parser = figures.parser(__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    options = parser.parse_args()
    options.rates = {}
    print(figures.said(figures.machine()), "\n", flush=True)
    found = []
    with figures.on_database(options.database) as postgresql:
        for figure in measured(options, postgresql):
            figures.table([figure])
            found.append(figure)
    figures.keep(options, found, picture(options), database=options.database, rates=options.rates)


if __name__ == "__main__":
    main()
