"""What a long past costs: pages and edits with ten years of many pairs in the database, beside an empty one's.

Run it as `python -m bench.history --pairs 50000 --years 10 --database sqlite`; then it needs
15 GB of disk. The same people, who have just begun, are in both databases; in the large one there are some
more who have those years behind them. Both are asked in turn, so that what else the machine does meets both.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench import figures, pictures
from bench.figures import Figure, percentile
from bench.postgresql import PostgreSQL
from bench.server import PROGRAM, Server
from bench.wire import Answer, Connection, Reception

PEOPLE = 12
MOST_TIMES = 1.3
ITEM = re.compile(r'<li id="item-([a-z0-9]+)"')
NOTES = "Agreed to look at it again once the figures are in.\nNobody owns the reply yet."


class Guest:
    """Somebody signed in, at the agenda of their next meeting."""

    def __init__(self, connection: Connection, reception: Reception, pair: dict) -> None:
        self._connection, self._reception = connection, reception
        self._person, self._meeting = pair["people"][1], f"/meetings/{pair['meeting']}"
        self._visitor = reception.sign_in(connection, self._person)
        html = self._visitor.open(connection, self._meeting)
        self._item, self._notes, self._edits = ITEM.search(html)[1], NOTES, 0

    def page(self) -> Answer:
        return self._see(self._meeting)

    def edit(self) -> Answer:
        self._edits += 1
        before, self._notes = self._notes, f"{NOTES}\nLooked at {self._edits} times."
        fields = {"text": self._notes, "base": before}
        return self._connection.post(f"/items/{self._item}/notes", self._visitor.headers, fields)

    def today(self) -> Answer:
        return self._see("/")

    def actions(self) -> Answer:
        return self._see("/actions")

    def search(self) -> Answer:
        return self._see("/search?q=figures")

    def sign_in(self) -> Answer:
        self._reception.sign_in(self._connection, self._person)
        return Answer(200, {}, b"")

    def _see(self, path: str) -> Answer:
        return self._connection.get(path, {"Cookie": self._visitor.cookie, "Accept-Encoding": "gzip"})


KINDS: dict[str, Callable[[Guest], Answer]] = {
    "agenda page": Guest.page,
    "edit": Guest.edit,
    "Today": Guest.today,
    "Actions": Guest.actions,
    "search": Guest.search,
    "signing in": Guest.sign_in,
}


class Cost:
    """What one kind of request costs some people: processor time in all, and how long each waited."""

    def __init__(self) -> None:
        self.processor: list[float] = []
        self.waited: list[float] = []

    @property
    def each(self) -> float:
        """The processor's milliseconds: the median of the rounds, so that a hiccup does not count."""
        return statistics.median(self.processor)


class Setting:
    """A server on a database, some people there, and what their requests cost."""

    def __init__(self, name: str, server: Server, database: PostgreSQL | None, pairs: list[dict]) -> None:
        self.name, self._server, self._database = name, server, database
        connection = Connection(server.address)
        self._guests = [Guest(connection, Reception(connection), pair) for pair in pairs]
        self.costs = {kind: Cost() for kind in KINDS}

    def round(self, kind: str) -> None:
        """Everybody does it once."""
        began = self._taken()
        for guest in self._guests:
            moment = time.perf_counter()
            answer = KINDS[kind](guest)
            self.costs[kind].waited.append((time.perf_counter() - moment) * 1e3)
            if answer.status != 200:
                raise RuntimeError(f"{kind} gave {answer.status}: {answer.body[:300]!r}")
        self.costs[kind].processor.append((self._taken() - began) / len(self._guests) * 1e3)

    def _taken(self) -> float:
        return self._server.cpu_seconds() + (self._database.cpu_seconds() if self._database else 0)


class Built(NamedTuple):
    """A database made for this, and what it took."""

    server: Server
    pairs: list[dict]
    rows: dict[str, int]
    seconds: float


def build(folder: Path, pairs: int, years: int) -> Built:
    """A database with the demo's people, some who have just begun, some of a long past, and so many others."""
    folder.mkdir()
    server = Server(folder)
    server.make_demo()
    known = json.loads(server.run(sys.executable, "-m", "bench.people", str(2 * PEOPLE)))
    if not pairs:
        return Built(server, known, {}, 0)
    began = time.monotonic()
    past = server.run(*(sys.executable, "-m", "bench.past", str(pairs), str(years)), told=json.dumps(known[PEOPLE:]))
    return Built(server, known, json.loads(past), time.monotonic() - began)


def measure(empty: Built, full: Built, database: PostgreSQL | None, rounds: int) -> list[Setting]:
    """Everybody does everything, round after round: in the empty database, the full one, and with a past."""
    with empty.server, full.server:
        settings = [
            Setting("empty", empty.server, database, empty.pairs[:PEOPLE]),
            Setting("full", full.server, database, full.pairs[:PEOPLE]),
            Setting("with a past", full.server, database, full.pairs[PEOPLE:]),
        ]
        # The first round warms up.
        for number in range(rounds + 1):
            for kind in KINDS:
                for setting in settings:
                    setting.round(kind)
                    if not number:
                        setting.costs[kind] = Cost()
        return settings


def told(settings: list[Setting]) -> Iterator[Figure]:
    """What each request costs in either database, and how many times as much."""
    empty, full, own = settings
    for kind in KINDS:
        for setting in settings:
            cost = setting.costs[kind]
            yield Figure(f"{kind}, {setting.name}: processor", cost.each, "ms")
            yield Figure(f"{kind}, {setting.name}: median", statistics.median(cost.waited), "ms")
            yield Figure(f"{kind}, {setting.name}: 95 %", percentile(cost.waited, 95), "ms")
        base = empty.costs[kind].each
        yield Figure(f"{kind}, full beside empty", full.costs[kind].each / base, "×", MOST_TIMES)
        # Whoever has a past is shown some of it there, in whichever database.
        budget = None if kind in ("Actions", "search") else MOST_TIMES
        yield Figure(f"{kind}, with a past beside empty", own.costs[kind].each / base, "×", budget)


def built(made: Built, size: int) -> list[Figure]:
    """How large the full database is, and how soon it was made."""
    return [
        Figure("rows", sum(made.rows.values()), ""),
        Figure("database", size / 1e9, "GB"),
        Figure("bytes a row, indexes included", size / sum(made.rows.values()), "B"),
        Figure("made in", made.seconds, "s"),
    ]


def size_of(made: Built, database: PostgreSQL | None) -> int:
    """How many bytes a database takes."""
    if database is None:
        return (made.server.folder / "duologue.db").stat().st_size
    url = made.server.environ["DATABASE_URL"]
    name = url.partition("@/")[2].partition("?")[0]
    return database.ask(f"SELECT pg_database_size('{name}')")[0][0]


def backed_up(made: Built) -> list[Figure]:
    """How long a backup takes, and how large it is."""
    began = time.monotonic()
    made.server.run(PROGRAM, "backup", str(made.server.folder / "backup"))
    lasted = time.monotonic() - began
    size = sum(path.stat().st_size for path in made.server.folder.glob("backup*") if path.is_file())
    return [Figure("a backup", lasted, "s"), Figure("a backup's size", size / 1e9, "GB")]


def measured(options: argparse.Namespace, database: PostgreSQL | None) -> Iterator[list[Figure]]:
    """Make both databases, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        empty, full = build(Path(folder, "empty"), 0, 0), build(Path(folder, "full"), options.pairs, options.years)
        options.rows, size = full.rows, size_of(full, database)
        yield built(full, size)
        yield list(told(measure(empty, full, database, options.rounds)))
        if options.backup:
            yield backed_up(full)


def picture(options: argparse.Namespace, found: list[Figure]) -> str:
    """How many times as much each costs."""
    where = figures.CALLED[options.database]
    title = f"Processor time beside an empty database's, on {where}"
    note = f"{options.pairs:,} pairs and {options.years} years of them. The dashed line is the budget."
    rows = [
        pictures.Bar(figure.what.replace(" beside empty", ""), figure.value, f"{figure.value:.2f} ×", figure.budget)
        for figure in found
        if figure.unit == "×"
    ]
    return pictures.bars(title, note, rows)


def chosen() -> argparse.Namespace:
    """What the command line asks for."""
    parser = figures.parser(__doc__)
    parser.add_argument("--pairs", type=int, default=50_000, help="pairs with a past")
    parser.add_argument("--years", type=int, default=10, help="years of it")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=12, help="times that everybody does everything")
    parser.add_argument("--backup", action="store_true", help="make a backup, too")
    return parser.parse_args()


def main() -> None:
    options = chosen()
    found = figures.measure(options, measured)
    more: dict[str, Any] = {name: getattr(options, name) for name in ("database", "pairs", "years", "rows")}
    figures.keep(options, found, picture(options, found), **more)


if __name__ == "__main__":
    main()
