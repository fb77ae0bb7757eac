"""The files of a person's archive: what to read first, the data, and a page for each conversation, meeting, record."""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

import gevent
from jinja2 import Environment

import archives
import languages
import owndata
import saying
from archives import Reading
from models import Pair, Person
from owndata import Data
from rows import db

from .pages import Page

File = tuple[str, Iterator[str]]

PIECES_AT_A_TIME = 50


def lines(person: Person) -> Iterator[str]:
    """The data as JSON, one row a line. No connection to the database is held while somebody reads slowly."""
    with db.connection_context():
        pairs = person.pairs()
        about = owndata.about(person, pairs)
    yield _json(about).removesuffix("}") + ', "conversations": ['
    for number, told in enumerate(_conversations(person, pairs)):
        yield ("," if number else "") + '\n{"pair": ' + _json(told.pop("pair"))
        for name, rows in told.items():
            yield f",\n{_json(name)}: ["
            yield from (("," if place else "") + "\n" + _json(row) for place, row in enumerate(rows))
            yield "]"
        yield "}"
    yield "]}\n"


def _conversations(person: Person, pairs: list[Pair]) -> Iterator[Data]:
    """One after the other, each looked up when its turn comes; what is not theirs any more by then is left out."""
    for pair in pairs:
        with db.connection_context():
            told = owndata.conversation(pair, person) if person.pair(pair.id) else None
        if told:
            yield told


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)


def files(person: Person) -> Iterator[File]:
    """The names and texts of all files, each made when its turn comes."""
    with db.connection_context():
        pairs = person.pairs()
        about = owndata.about(person, pairs)
    people, leading = archives.people_of(about), []
    yield "README.txt", _rendered("readme.txt", person, about=about)
    yield "archive.json", lines(person)
    yield "style.css", _rendered("style.css", person)
    for number, told in enumerate(_conversations(person, pairs), 1):
        folder, reading = archives.folder(number), Reading(told, people)
        leading.append((folder, f"{reading.name(told['pair']['report'])} · {reading.name(told['pair']['manager'])}"))
        yield from _pages(folder, reading, person)
    yield "index.html", _rendered("index.html", person, about=about, conversations=leading)


def _pages(folder: str, reading: Reading, person: Person) -> Iterator[File]:
    said: dict[str, Any] = {"reading": reading, "root": "../"}
    names = {"meeting_file": archives.meeting_file, "record_file": archives.record_file}
    yield f"{folder}/index.html", _rendered("conversation.html", person, **said, **names)
    for meeting in reading.all("meeting"):
        place = f"{folder}/{archives.meeting_file(meeting)}"
        yield place, _rendered("meeting.html", person, meeting=meeting, **said)
        if record := reading.record_of(meeting):
            place = f"{folder}/{archives.record_file(meeting)}"
            yield place, _rendered("record.html", person, record=record, **said)


def _rendered(template: str, person: Person, **said: Any) -> Iterator[str]:
    with languages.speaking(person.language):
        found = _templates(Page.templates).get_template(f"archive/{template}")
    return in_turns(found.generate(me=person, **{"root": "", **said}), person)


def in_turns(pieces: Iterator[str], person: Person) -> Iterator[str]:
    """The pieces as they are for this person, some at a time; everybody else gets a turn in between."""
    while some := _some(pieces, person.language):
        yield some
        gevent.sleep(0)


def _some(pieces: Iterator[str], language: str) -> str:
    # When they leave, the request is over, and the language that it was answered in.
    with languages.speaking(language):
        return "".join(islice(pieces, PIECES_AT_A_TIME))


@cache
def _templates(usual: Environment) -> Environment:
    """The templates for what is read years later: they say the year of every day."""
    lasting: Any = usual.overlay()
    lasting.filters = {**usual.filters, "day": _day, "when": saying.full_when}
    return lasting


def _day(found: date | str, zone: str | None = None, weekday: bool = False) -> str:
    return saying.full_day(found, zone)
