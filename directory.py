"""The staff directory as a file: read, checked as a whole, compared with the people who are here, and carried out."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import people
from config import Config
from models import Manager, Pair, Person, Refused

SIZE_LIMIT = 5_000_000
REQUIRED = ("username", "name")
COLUMNS = (*REQUIRED, "email", "manager", "time_zone", "department", "people_lead")
# What the directory says of whom is here already, too.
OF_A_PERSON = ("name", "email", "department")
YES_OR_NO = {"yes": True, "no": False, "": False}
# More than this part of all people gone at once is more likely a wrong file than a bad year.
MOST_MISSING = 1 / 3
CIRCLE_SHOWN = 5


@dataclass(frozen=True)
class Problem:
    """Something in the file that has to be put right."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}{f', column {self.column}' if self.column else ''}: {self.text}"


class BadFile(Refused):
    """The file cannot be taken; `problems` says what has to be put right, in the order of its lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        these = "this line" if len(problems) == 1 else f"these {len(problems):,} things"
        super().__init__(f"Nothing was changed: put {these} of the file right first.")


@dataclass
class Entry:
    """One person of the file. `manager` is a username; an empty one says that there is no line manager."""

    line: int
    username: str = ""
    name: str = ""
    email: str | None = None
    manager: str = ""
    time_zone: str | None = None
    department: str = ""
    people_lead: bool = False


@dataclass
class Sheet:
    """What a file says: its columns, a person per row, and what is wrong with each row looked at alone."""

    columns: list[str]
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(data: bytes, config: Config) -> Sheet:
    """The people of a CSV file. Raises Refused when it cannot be read at all."""
    rows = _rows(_text(data))
    sheet = Sheet(_columns(next(rows, (1, []))[1]))
    readers = _readers(config)
    for line, cells in rows:
        if any(cell.strip() for cell in cells):
            sheet.entries.append(_entry(line, cells, sheet, readers))
    if not sheet.entries:
        raise Refused("There is nobody in the file: below the names of the columns it needs a line for each person.")
    sheet.problems += _doubled(sheet.entries)
    return sheet


def _text(data: bytes) -> str:
    if len(data) > SIZE_LIMIT:
        raise Refused(f"The file is larger than {SIZE_LIMIT // 1_000_000} MB: split it in two.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise Refused(f"Line {line} of the file is not UTF-8 text: save the file as CSV in UTF-8.") from None
    if "\x00" in text:
        raise Refused("The file holds zero bytes, so it is not UTF-8 text: save it as CSV in UTF-8.")
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row's cells, with the line on which it begins: a quoted cell may go over several."""
    head = re.split(r"[\r\n]", text, maxsplit=1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise BadFile([Problem(line, "", "a quotation mark is out of place or is never closed.")]) from None


def _columns(cells: list[str]) -> list[str]:
    found = [cell.strip().lower() for cell in cells]
    problems = [f"there is no column {name}: add it." for name in REQUIRED if name not in found]
    problems += [f"the column {name} is there twice: take one out." for name, n in Counter(found).items() if n > 1]
    problems += [
        f"the column {people.quoted(name)} is not known: there are {', '.join(COLUMNS)}."
        for name in dict.fromkeys(found)
        if name not in COLUMNS
    ]
    if problems:
        raise BadFile([Problem(1, "", text) for text in problems])
    return found


def _readers(config: Config) -> dict[str, Callable[[str], Any]]:
    """How each column's cells are read."""

    def username(text: str) -> str:
        return people.subject_from(config, text)

    return {
        "username": username,
        "name": people.name_from,
        "email": people.email_from,
        "manager": lambda text: username(text) if text.strip() else "",
        "time_zone": people.time_zone_from,
        "department": people.department_from,
        "people_lead": _yes_or_no,
    }


def _yes_or_no(text: str) -> bool:
    try:
        return YES_OR_NO[text.strip().lower()]
    except KeyError:
        raise Refused(f"{people.quoted(text)} is neither yes nor no: write one of them.") from None


def _entry(line: int, cells: list[str], sheet: Sheet, readers: dict[str, Callable[[str], Any]]) -> Entry:
    """One row's person; what cannot be read stays empty, and is noted on the sheet."""
    entry = Entry(line)
    if len(cells) != len(sheet.columns):
        these = f"the first line has {len(sheet.columns)} cells, but this one has {len(cells)}"
        text = f"{these}: put what holds a comma or semicolon in quotation marks."
        sheet.problems.append(Problem(line, "", text))
        return entry
    for column, cell in zip(sheet.columns, cells, strict=True):
        try:
            setattr(entry, column, readers[column](cell))
        except Refused as problem:
            sheet.problems.append(Problem(line, column, str(problem)))
    return entry


def _doubled(entries: list[Entry]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for entry in entries:
        line = first.setdefault(entry.username, entry.line)
        if entry.username and line != entry.line:
            yield Problem(entry.line, "username", f"{entry.username} is on line {line} already: take one out.")


class Step:
    """One thing that the file changes. `kind` says what it is, in a word for counting."""

    kind: str

    def take(self, here: dict[str, Person]) -> None:
        """Do it. `here` are all people by username; who comes is added."""
        raise NotImplementedError


@dataclass
class Adding(Step):
    """Somebody new."""

    entry: Entry
    issuer: str
    time_zone: str
    kind = "new"

    def __str__(self) -> str:
        return f"add {self.entry.username}"

    def take(self, here: dict[str, Person]) -> None:
        entry = self.entry
        zone = entry.time_zone or self.time_zone
        facts = entry.username, entry.name, entry.email, zone
        here[entry.username] = people.add(self.issuer, *facts, department=entry.department)


@dataclass
class Correcting(Step):
    """Somebody with another name, address or department."""

    person: Person
    facts: dict[str, Any]
    kind = "corrected"

    def __str__(self) -> str:
        return f"correct {self.person.subject}: {', '.join(self.facts)}"

    def take(self, here: dict[str, Person]) -> None:
        people.correct(self.person, **self.facts)


@dataclass
class Leading(Step):
    """Somebody who becomes a people lead, or is one no longer."""

    username: str
    undo: bool
    kind = "with another role"

    def __str__(self) -> str:
        return f"{'no longer a' if self.undo else 'a'} people lead: {self.username}"

    def take(self, here: dict[str, Person]) -> None:
        people.make_people_lead(here[self.username], undo=self.undo)


@dataclass
class Reporting(Step):
    """Somebody with another line manager, or none."""

    username: str
    manager: str
    before: list[str]
    manager_days: int
    kind = "with another line manager"

    def __str__(self) -> str:
        no_longer = [f"no longer to {name}" for name in self.before if name != self.manager]
        return ", ".join([f"{self.username} reports to {self.manager or 'nobody'}", *no_longer])

    def take(self, here: dict[str, Person]) -> None:
        people.report_to(here[self.username], here[self.manager] if self.manager else None, self.manager_days)


@dataclass
class Disabling(Step):
    """Somebody who is not in the file."""

    person: Person
    kind = "disabled"

    def __str__(self) -> str:
        return f"disable {self.person.subject}"

    def take(self, here: dict[str, Person]) -> None:
        people.disable(self.person)


@dataclass
class Plan:
    """What the file changes, in order; and who is in it but disabled, and so is left as they are."""

    here: dict[str, Person]
    steps: list[Step] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """How many of each, in one line."""
        return ", ".join(f"{number:,} {kind}" for kind, number in Counter(step.kind for step in self.steps).items())

    def must_be_meant(self, confirmed: int | None) -> None:
        """Stop a file that would disable very many, unless their number was `confirmed`. Raises Refused."""
        gone = sum(isinstance(step, Disabling) for step in self.steps)
        active = sum(not person.disabled_at for person in self.here.values())
        if gone > active * MOST_MISSING and confirmed != gone:
            raise Refused(
                f"Nothing was changed, since {gone:,} of {active:,} people are not in the file: "
                f"if all of them have left, add --yes-disable {gone}."
            )

    def take(self, step: Step) -> None:
        """Do one of the steps; all of them belong into one transaction."""
        step.take(self.here)


def compare(sheet: Sheet, config: Config, disable_missing: bool = False) -> Plan:
    """What a file would change. Raises BadFile with everything that is wrong with it, alone and with whom is here."""
    here = {person.subject: person for person in people.of_issuer(config.issuer)}
    managers = _managers()
    problems = [*sheet.problems, *_misfits(sheet, here, config)]
    if "manager" in sheet.columns:
        problems += [*_unfit_managers(sheet.entries, here, disable_missing), *_circles(sheet.entries, here, managers)]
    if problems:
        raise BadFile(problems)
    plan = Plan(here, left=[entry.username for entry in sheet.entries if _is_disabled(here.get(entry.username))])
    active = [entry for entry in sheet.entries if not _is_disabled(here.get(entry.username))]
    plan.steps += [step for entry in active for step in _steps_for(entry, sheet.columns, here, config)]
    if "manager" in sheet.columns:
        plan.steps += _reporting(active, here, managers, config.former_manager_days)
    if disable_missing:
        gone = here.keys() - {entry.username for entry in sheet.entries}
        plan.steps += [Disabling(here[name]) for name in sorted(gone) if not here[name].disabled_at]
    return plan


def _is_disabled(person: Person | None) -> bool:
    return bool(person and person.disabled_at)


def _managers() -> dict[str, dict[str, str]]:
    """What the directory has said so far: a report's id → the ids of their line managers → their usernames."""
    found: dict[str, dict[str, str]] = {}
    said = Pair.select(Pair.report, Manager.id, Manager.subject).join(Manager, on=(Pair.manager == Manager.id))
    rows: Any = said.where(Pair.from_directory).tuples()
    for report, manager, subject in rows:
        found.setdefault(report, {})[manager] = subject
    return found


def _misfits(sheet: Sheet, here: dict[str, Person], config: Config) -> Iterator[Problem]:
    if "people_lead" in sheet.columns:
        try:
            people.must_choose_people_leads(config)
        except Refused as problem:
            yield Problem(1, "people_lead", str(problem))
    for entry in sheet.entries:
        person = here.get(entry.username)
        if person and person.retired_at:
            text = f"{entry.username} was retired: add another person of this name with 'duologue people add --again'."
            yield Problem(entry.line, "username", text)


def _unfit_managers(entries: list[Entry], here: dict[str, Person], disable_missing: bool) -> Iterator[Problem]:
    in_file = {entry.username for entry in entries}
    for entry in entries:
        if entry.manager and (why := _why_unfit(entry, here.get(entry.manager), in_file, disable_missing)):
            yield Problem(entry.line, "manager", why)


def _why_unfit(entry: Entry, manager: Person | None, in_file: set[str], disable_missing: bool) -> str | None:
    name = entry.manager
    if name == entry.username:
        return f"{name} cannot be their own line manager: name somebody else, or nobody."
    if not manager:
        return None if name in in_file else f"nobody is called {name}, here or in this file: add them."
    if manager.disabled_at:
        state = "was retired" if manager.retired_at else "is disabled"
        return f"{name} {state}, so nobody can meet them: name somebody else."
    if disable_missing and name not in in_file:
        return f"{name} is not in this file, so --disable-missing would disable them: add a line for them."
    return None


def _circles(entries: list[Entry], here: dict[str, Person], managers: dict[str, dict[str, str]]) -> Iterator[Problem]:
    """Circles of line managers, were the file carried out; whom it does not mention keeps theirs."""
    lines = {entry.username: entry.line for entry in entries if entry.username}
    above = {name: next(iter(managers[person.id].values())) for name, person in here.items() if person.id in managers}
    above |= {entry.username: entry.manager for entry in entries if entry.username}
    for circle in _rings(above):
        if len(circle) > 1:
            names = " → ".join(circle[:CIRCLE_SHOWN]) + (" → …" if len(circle) > CIRCLE_SHOWN else f" → {circle[0]}")
            line = min((lines[name] for name in circle if name in lines), default=1)
            yield Problem(line, "manager", f"these report to one another in a circle, {names}: break it.")


def _rings(above: dict[str, str]) -> Iterator[list[str]]:
    """Each circle of a graph in which everybody has one above them, or none."""
    seen: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        name = start
        while name in above and name not in seen:
            seen.add(name)
            path[name] = None
            name = above[name]
        if name in path:
            names = list(path)
            yield names[names.index(name) :]


def _steps_for(entry: Entry, columns: list[str], here: dict[str, Person], config: Config) -> Iterator[Step]:
    person = here.get(entry.username)
    if person is None:
        yield Adding(entry, config.issuer, config.time_zone)
    else:
        # The time zone of whom is here already is theirs to choose.
        wanted: dict[str, Any] = {name: getattr(entry, name) for name in OF_A_PERSON if name in columns}
        if facts := {name: value for name, value in wanted.items() if value != getattr(person, name)}:
            yield Correcting(person, facts)
    if "people_lead" in columns and entry.people_lead != bool(person and person.people_lead):
        yield Leading(entry.username, undo=not entry.people_lead)


def _reporting(
    entries: list[Entry], here: dict[str, Person], managers: dict[str, dict[str, str]], manager_days: int
) -> Iterator[Reporting]:
    for entry in entries:
        person, manager = here.get(entry.username), here.get(entry.manager)
        before = managers.get(person.id, {}) if person else {}
        wanted = {manager.id if manager else None} if entry.manager else set()
        if wanted != set(before):
            yield Reporting(entry.username, entry.manager, sorted(before.values()), manager_days)
