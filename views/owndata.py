"""A person's own data: one file with everything, and a page to read the same on."""

import json
from collections.abc import Iterator
from itertools import islice

import gevent
from flask import Blueprint, Response, g, stream_template

import languages
import owndata
from languages import Phrase
from models import Person
from rows import db

from .pages import TodayPage

pages = Blueprint("owndata", __name__)

PIECES_AT_A_TIME = 50


class OwnDataPage(TodayPage):
    """Everything of theirs, to read."""

    title = Phrase("Everything of yours")
    live_path = None


@pages.get("/me/data")
def show():
    owndata.note_export(g.person)
    g.page = OwnDataPage(g.person)
    data = owndata.own_data(g.person)
    return Response(_in_turns(stream_template("people/data.html", page=g.page, me=g.person, data=data), g.person))


def _in_turns(pieces: Iterator[str], person: Person) -> Iterator[str]:
    """The pieces for a person, some at a time; everybody else gets a turn in between."""
    while some := _some(pieces, person.language):
        yield some
        gevent.sleep(0)


def _some(pieces: Iterator[str], language: str) -> str:
    # When they leave, the request is over, and the language that it was answered in.
    with languages.speaking(language):
        return "".join(islice(pieces, PIECES_AT_A_TIME))


@pages.get("/me/data.json")
def download():
    owndata.note_export(g.person)
    headers = {"Content-Disposition": 'attachment; filename="duologue.json"'}
    return Response(_in_turns(_lines(g.person), g.person), mimetype="application/json", headers=headers)


def _lines(person: Person) -> Iterator[str]:
    """The file, one meeting a line. No connection to the database is held while somebody reads slowly."""
    with db.connection_context():
        about, pairs = owndata.about(person), person.pairs()
    yield _opened(about, "conversations")
    for number, pair in enumerate(pairs):
        with db.connection_context():
            conversation = owndata.conversation(pair, person)
        meetings = conversation.pop("meetings")
        yield _next(number) + _opened(conversation, "meetings")
        yield from (_next(number) + _json(meeting) for number, meeting in enumerate(meetings))
        yield "]}"
    yield "]}\n"


def _next(number: int) -> str:
    return ",\n" if number else "\n"


def _opened(data: dict, last: str) -> str:
    """The data as JSON up to the beginning of its last member, a list."""
    return f"{_json(data).removesuffix('}')}, {_json(last)}: ["


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
