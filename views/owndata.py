"""A person's own data: their archive as one file, the data alone, and a page to read the same on."""

from collections.abc import Iterator

import gevent
from flask import Blueprint, Response, g, stream_template

import archives
import owndata
from archives import Reading
from languages import Phrase

from . import archive_pages
from .answers import page
from .today import TodayPage

# Its views are for pages of ours alone to ask for (see door.py), since each leaves a trace that the partner sees.
pages = Blueprint("owndata", __name__)


class OwnDataPage(TodayPage):
    """Everything of theirs, to read."""

    title = Phrase("Everything of yours")
    live_path = None


class ArchivePage(OwnDataPage):
    """What the archive is, and the way to it."""

    template = "people/archive.html"
    title = Phrase("Take everything of yours with you")


@pages.get("/me/data")
def show():
    owndata.note_export(g.person)
    g.page = OwnDataPage(g.person)
    data = owndata.own_data(g.person)
    people = archives.people_of(data)
    readings = [Reading(told, people) for told in data["conversations"]]
    pieces = stream_template("people/data.html", page=g.page, me=g.person, about=data, readings=readings)
    return Response(archive_pages.in_turns(pieces, g.person))


@pages.get("/me/data.json")
def download():
    owndata.note_export(g.person)
    headers = {"Content-Disposition": 'attachment; filename="duologue.json"'}
    return Response(
        archive_pages.in_turns(archive_pages.lines(g.person), g.person), mimetype="application/json", headers=headers
    )


@pages.get("/me/archive")
def archive():
    return page(ArchivePage(g.person))


@pages.get("/me/archive.zip")
def download_archive():
    owndata.note_export(g.person)
    headers = {
        "Content-Disposition": 'attachment; filename="duologue.zip"',
        "X-Files": str(archives.count_files(g.person.pairs())),
    }
    pieces = archives.zipped(archive_pages.files(g.person))
    return Response(_with_pauses(pieces), mimetype="application/zip", headers=headers)


def _with_pauses(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        gevent.sleep(0)
