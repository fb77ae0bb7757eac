"""Writes the tables of docs/scale.md: what was measured, from docs/figures, and what follows from it by arithmetic.

Run it as `python -m bench.scale`; with --check it only says whether the document is as it would write it.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.figures import said, written

DOCS = Path(__file__).parents[1] / "docs"
SIZES = (100_000, 1_000_000)
# What people do is assumed, not measured; whoever knows better for their organisation puts other numbers here.
MEETINGS_A_MONTH, HOURS_A_MONTH, HOURS_A_DAY, PEAK = 1, 160, 8, 3
EDITS_A_MINUTE, PAGES_A_DAY, NOTED_A_DAY, OPEN_AT_ONCE = 3, 10, 6, 0.2
ROWS_A_MEETING, WORDS_TIMES, RECORD_KB = 25, 2, 6
HEARING = "what an edit costs a process that shows it to nobody"
# How much of a processor is planned with, so that the rest is there for what nobody planned.
FILL = 0.6
CONNECTIONS = 21
# With so many processors taken by others, the figures say little of the product.
BUSY = 0.2


class Measured(NamedTuple):
    """What the calculation starts from, each from a file in docs/figures."""

    edit_ms: float
    database_ms: float
    crossing_ms: float
    page_ms: float
    page_kb: float
    idle_mb: float
    resting_percent: float
    pages: float
    commits: float
    notes: float
    messages: float
    row_bytes: float
    backup_mb_s: float


class Row(NamedTuple):
    """One line of the calculation: what, how it is reckoned, and its value for a number of people."""

    what: str
    how: str
    value: Callable[[int], float]
    unit: str


def figures_of(name: str) -> dict[str, Any]:
    """What one measurement found."""
    return json.loads((DOCS / "figures" / f"{name}.json").read_text("utf-8"))


def figure(name: str, beginning: str) -> float:
    """The value of the figure of a measurement that begins so."""
    found = [each["value"] for each in figures_of(name)["figures"] if each["what"].strip().startswith(beginning)]
    if not found:
        raise SystemExit(f"{name}.json has no figure that begins with {beginning!r}.")
    return found[0]


def run_of(processes: int) -> dict[str, float]:
    """The run on PostgreSQL with so many processes and the most pairs."""
    return [run for run in figures_of("live-postgresql")["runs"] if run["processes"] == processes][-1]


def most(rates: list[list[float]]) -> float:
    """The rate with the most processes: what holds when many write at once."""
    return rates[-1][1]


def measured() -> Measured:
    """Read it all."""
    one, rates = run_of(1), figures_of("limits")["rates"]
    past = "history-postgresql"
    return Measured(
        edit_ms=one["own_ms_per_edit"],
        database_ms=one["database_ms_per_edit"],
        crossing_ms=figure("live-postgresql", HEARING),
        page_ms=figure(past, "agenda page, full: processor"),
        page_kb=figure("idle", "memory per open page"),
        idle_mb=one["idle_mb"],
        resting_percent=figure("idle", "processor in use while nothing happens"),
        pages=figure("idle", "open pages"),
        commits=most(rates["commit"]),
        notes=most(rates["note"]),
        messages=most(rates["notify"]),
        row_bytes=figure(past, "bytes a row"),
        backup_mb_s=figure(past, "database") * 1e3 / figure(past, "a backup"),
    )


class Scale:
    """What so many people need."""

    def __init__(self, found: Measured, people: int) -> None:
        self.found, self.people = found, people
        a_second = people / HOURS_A_DAY * PEAK / 3_600
        self.streams = people * OPEN_AT_ONCE
        self.meetings = people * MEETINGS_A_MONTH / HOURS_A_MONTH * PEAK
        self.edits = self.meetings * EDITS_A_MINUTE / 60
        self.loads, self.noted = PAGES_A_DAY * a_second, NOTED_A_DAY * a_second
        self.resting = self.streams / found.pages * found.resting_percent / 100
        self.work = (self.edits * found.edit_ms + self.loads * found.page_ms) / 1_000 + self.resting
        self.processes = self._processes()
        self.hearing = self.edits * found.crossing_ms * (self.processes - 1) / 1_000
        self.memory_gb = (self.processes * found.idle_mb + self.streams * found.page_kb / 1_000) / 1_000
        self.database = (self.edits + self.loads + self.noted) * found.database_ms / 1_000
        self.rows = people * MEETINGS_A_MONTH * 12 * ROWS_A_MEETING
        self.gb = (self.rows * found.row_bytes * WORDS_TIMES + people * 12 * MEETINGS_A_MONTH * RECORD_KB * 1e3) / 1e9

    def _processes(self) -> int:
        """As many as are needed for the work, and for hearing of one another, which grows with their number."""
        one_more = self.edits * self.found.crossing_ms / 1_000
        if one_more >= FILL:
            return math.ceil(self.work / FILL)
        return math.ceil((self.work - one_more) / (FILL - one_more))


def rows(found: Measured) -> Iterator[Row]:
    """The calculation, line by line; each says where it comes from."""

    def of(name: str) -> Callable[[int], float]:
        return lambda people: getattr(Scale(found, people), name)

    yield Row("pages open at once", f"people × {OPEN_AT_ONCE:g}", of("streams"), "")
    yield Row(
        "meetings at once, in the busiest hour",
        f"people × {MEETINGS_A_MONTH} a month ÷ {HOURS_A_MONTH} hours × {PEAK}",
        of("meetings"),
        "",
    )
    yield Row("edits a second then", f"meetings × {EDITS_A_MINUTE} ÷ 60", of("edits"), "/s")
    day = f"÷ {HOURS_A_DAY} hours × {PEAK} ÷ 3,600"
    yield Row("pages loaded a second", f"people × {PAGES_A_DAY} a day {day}", of("loads"), "/s")
    yield Row("entries in the audit trail a second", f"people × {NOTED_A_DAY} a day {day}", of("noted"), "/s")
    yield Row(
        "processors for open pages at rest",
        f"pages ÷ {written(found.pages)} × {written(found.resting_percent)} %",
        of("resting"),
        "",
    )
    yield Row(
        "processors for all work of the server",
        f"edits × {written(found.edit_ms)} ms + loads × {written(found.page_ms)} ms + the line above",
        of("work"),
        "",
    )
    yield Row(
        "processes",
        f"so many that none is busier than {FILL * 100:.0f} %, hearing of the others’ edits "
        f"({written(found.crossing_ms)} ms each) included",
        of("processes"),
        "",
    )
    yield Row("processors for hearing of one another", "edits × the others × that", of("hearing"), "")
    yield Row(
        "memory of all processes",
        f"processes × {written(found.idle_mb)} MB + pages × {written(found.page_kb)} kB",
        of("memory_gb"),
        "GB",
    )
    yield Row(
        "processors for PostgreSQL",
        f"(edits + loads + entries) × {written(found.database_ms)} ms",
        of("database"),
        "",
    )
    yield Row(
        "connections to PostgreSQL, at most",
        f"processes × {CONNECTIONS}",
        lambda n: Scale(found, n).processes * CONNECTIONS,
        "",
    )
    yield Row(
        "commits, of what one disk took",
        f"(edits + entries) ÷ {written(found.commits)} /s",
        lambda n: _share(found, n, "commits"),
        "%",
    )
    yield Row(
        "the audit trail’s one lock, of what it took",
        f"entries ÷ {written(found.notes)} /s",
        lambda n: _share(found, n, "notes"),
        "%",
    )
    yield Row(
        "messages between processes, of what `NOTIFY` took",
        f"edits ÷ {written(found.messages)} /s",
        lambda n: _share(found, n, "messages"),
        "%",
    )
    yield Row("rows a year", f"people × 12 meetings × {ROWS_A_MEETING}", of("rows"), "")
    yield Row(
        "storage a year",
        f"rows × {written(found.row_bytes)} B × {WORDS_TIMES} + meetings × {RECORD_KB} kB",
        of("gb"),
        "GB",
    )
    yield Row(
        "a backup after ten years",
        f"ten years’ storage ÷ {written(found.backup_mb_s)} MB/s",
        lambda n: Scale(found, n).gb * 10 * 1e3 / found.backup_mb_s / 3600,
        "hours",
    )


def _share(found: Measured, people: int, what: str) -> float:
    scale = Scale(found, people)
    asked = {"commits": scale.edits + scale.noted, "notes": scale.noted, "messages": scale.edits}[what]
    return asked / getattr(found, what) * 100


def calculated(found: Measured) -> str:
    """The calculation as a table."""
    head = "| | reckoned as | " + " | ".join(f"{size:,} people" for size in SIZES) + " |"
    lines = [head, "|---|---|" + "--:|" * len(SIZES)]
    for row in rows(found):
        values = " | ".join(f"{_round(row.value(size))} {row.unit}".strip() for size in SIZES)
        lines.append(f"| {row.what} | {row.how} | {values} |")
    return "\n".join(lines)


def _round(value: float) -> str:
    """Two digits are all that a calculation from assumptions has."""
    if value == 0 or isinstance(value, int):
        return f"{value:,}"
    digits = 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(digits, 0)}f}"


# What one process holds: the name of the measurement, how the figure begins, what the table calls it.
HELD = (
    ("live-sqlite", "200 pairs, 1 process, edits per second", "edits a second by 200 pairs, on SQLite"),
    (
        "live-sqlite",
        "200 pairs, 1 process, processor time per edit",
        "the server’s processor time for each, the other’s page included",
    ),
    ("live-sqlite", "200 pairs, 1 process, at the socket: median", "from one to the other: median"),
    ("live-sqlite", "200 pairs, 1 process, at the socket: 99 %", "from one to the other: 99 %"),
    ("live-sqlite", "memory, 200 pairs, 1 process", "memory with 200 pairs"),
    ("idle", "open pages", "pages open at once in one process"),
    ("idle", "memory per open page", "memory for each of them"),
    ("idle", "processor in use while nothing happens", "of one processor, while nothing happens on them"),
    ("idle", "of the server's, the watch", "of that, looking for changes that got lost"),
    ("idle", "pages opened per second", "pages opened a second, when all come at once"),
    (
        "soak",
        "memory, last third beside the second",
        "memory gained while people come and go, last third beside the second",
    ),
)
KINDS = ("agenda page", "edit", "Today", "Actions", "search", "signing in")


def held() -> str:
    """What one process holds, as a table; then what a long past costs; then what all processes share."""
    machine = said(figures_of("live-sqlite")["machine"])
    others = figure("live-sqlite", "processors taken by anything else")
    where = f"Measured on {machine}. Other programs took {others:.2f} of its processors during the first measurement."
    if others > BUSY:
        where += " **That is much: the figures are too high, and wait to be measured anew on a quiet machine.**"
    lines = [where, "", "| one process | |", "|---|--:|"]
    lines += [_line(called, *_value(name, beginning)) for name, beginning, called in HELD]
    lines += ["", *_processes(), "", *_past(), "", *_shared()]
    return "\n".join(lines)


def _value(name: str, beginning: str) -> tuple[float, str]:
    found = [each for each in figures_of(name)["figures"] if each["what"].strip().startswith(beginning)]
    return (found[0]["value"], found[0]["unit"]) if found else (math.nan, "")


def _line(called: str, value: float, unit: str) -> str:
    return f"| {called} | {'not measured' if math.isnan(value) else f'{written(value)} {unit}'.strip()} |"


def _processes() -> Iterator[str]:
    yield "| on PostgreSQL | pairs | edits a second | server’s per edit | without rest | PostgreSQL’s | machine full |"
    yield "|---|--:|--:|--:|--:|--:|---|"
    for run in figures_of("live-postgresql")["runs"]:
        facts = (run["processes"], run["pairs"], run["edits_per_second"], run["server_ms_per_edit"])
        full = "yes" if run["is_full"] else "no"
        numbers = "{} | {} | {:.0f} | {:.2f} ms".format(*facts)
        own, database = run["own_ms_per_edit"], run["database_ms_per_edit"]
        yield f"| processes: {numbers} | {own:.2f} ms | {database:.2f} ms | {full} |"
    hearing = figure("live-postgresql", HEARING)
    yield f"| a process that only hears of it | | | | {hearing:.2f} ms | | |"


def _past() -> Iterator[str]:
    names = ("history-sqlite", "history-postgresql")
    heads = []
    for name, where in zip(names, ("SQLite", "PostgreSQL"), strict=True):
        facts = figures_of(name)
        size = sum(facts["rows"].values())
        heads.append(f"{where}: {facts['pairs']:,} pairs, {facts['years']} years, {size:,} rows")
    yield f"| a long past, beside an empty database | {' | '.join(heads)} |"
    yield "|---|--:|--:|"
    for kind in KINDS:
        yield f"| {kind} | " + " | ".join(f"{figure(name, f'{kind}, full beside'):.2f} ×" for name in names) + " |"
    for what in ("database", "made in", "a backup", "a backup's size"):
        values = [f"{written(value)} {unit}" for value, unit in (_value(name, what) for name in names)]
        yield f"| {what.replace(chr(39), '’')} | {' | '.join(values)} |"


def _shared() -> Iterator[str]:
    rates = figures_of("limits")["rates"]
    writers = [f"{number:g}" for number, _ in rates["commit"]]
    yield f"| all processes together, by how many write at once | {' | '.join(writers)} |"
    yield "|---|" + "--:|" * len(writers)
    named = {"commit": "commits", "note": "entries in the audit trail", "notify": "messages by `NOTIFY`"}
    for name, called in named.items():
        yield f"| {called} a second | " + " | ".join(f"{rate:,.0f}" for _, rate in rates[name]) + " |"
    yield _line(
        "a write for good to this disk, median", *_value("limits", "a write for good to this disk: median")
    ) + " |" * (len(writers) - 1)


def rewritten(text: str) -> str:
    """The document with its tables as the figures have them."""
    found = measured()
    for name, table in (("measured", held()), ("calculated", calculated(found))):
        begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        before, begun, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not begun or not ended:
            raise SystemExit(f"docs/scale.md has no place for what is {name}.")
        text = before + begin + table + end + after
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; end with 1 if there is something to change"
    )
    options = parser.parse_args()
    path = DOCS / "scale.md"
    text = path.read_text("utf-8")
    new = rewritten(text)
    if options.check:
        sys.exit(new != text)
    path.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
