"""Who can read a pair's pages, and who did: the access history, and the note that something is printed."""

from flask import Blueprint, g

import access
import phrases
from languages import Phrase, gettext
from models import Pair, Person

from .answers import meeting_or_404, page, pair_or_404
from .pages import Page

pages = Blueprint("access", __name__)

# What was done with what → how it is said of oneself, and of the other one.
SAYINGS = {
    ("open", "meeting"): (
        Phrase("You opened the meeting of %(day)s"),
        Phrase("%(name)s opened the meeting of %(day)s"),
    ),
    ("open", "record"): (Phrase("You opened the record of %(day)s"), Phrase("%(name)s opened the record of %(day)s")),
    ("open", "gone meeting"): (
        Phrase("You opened a meeting that is no longer here"),
        Phrase("%(name)s opened a meeting that is no longer here"),
    ),
    ("open", "gone record"): (
        Phrase("You opened the record of a meeting that is no longer here"),
        Phrase("%(name)s opened the record of a meeting that is no longer here"),
    ),
    ("open", "pair"): (
        Phrase("You opened this conversation’s page"),
        Phrase("%(name)s opened this conversation’s page"),
    ),
    ("print", "meeting"): (
        Phrase("You printed the meeting of %(day)s"),
        Phrase("%(name)s printed the meeting of %(day)s"),
    ),
    ("print", "record"): (
        Phrase("You printed the record of %(day)s"),
        Phrase("%(name)s printed the record of %(day)s"),
    ),
    ("print", "gone meeting"): (
        Phrase("You printed a meeting that is no longer here"),
        Phrase("%(name)s printed a meeting that is no longer here"),
    ),
    ("print", "gone record"): (
        Phrase("You printed the record of a meeting that is no longer here"),
        Phrase("%(name)s printed the record of a meeting that is no longer here"),
    ),
    ("print", "pair"): (
        Phrase("You printed this conversation’s page"),
        Phrase("%(name)s printed this conversation’s page"),
    ),
    ("export", "meeting"): (
        Phrase("You took a copy of the meeting of %(day)s"),
        Phrase("%(name)s took a copy of the meeting of %(day)s"),
    ),
    ("export", "record"): (
        Phrase("You took a copy of the record of %(day)s"),
        Phrase("%(name)s took a copy of the record of %(day)s"),
    ),
    ("export", "gone meeting"): (
        Phrase("You took a copy of a meeting that is no longer here"),
        Phrase("%(name)s took a copy of a meeting that is no longer here"),
    ),
    ("export", "gone record"): (
        Phrase("You took a copy of the record of a meeting that is no longer here"),
        Phrase("%(name)s took a copy of the record of a meeting that is no longer here"),
    ),
    ("export", "pair"): (
        Phrase("You took a copy of this conversation’s page"),
        Phrase("%(name)s took a copy of this conversation’s page"),
    ),
    ("export", "competence"): (
        Phrase("You took a copy of the evidence of competence"),
        Phrase("%(name)s took a copy of the evidence of competence"),
    ),
    ("export", "own data"): (
        Phrase("You took a copy of all your own data, this conversation included"),
        Phrase("%(name)s took a copy of all their own data, this conversation included"),
    ),
}
# Whatever else somebody may have taken along; the audit trail names it.
OTHER_COPY = Phrase("You took a copy of %(what)s"), Phrase("%(name)s took a copy of %(what)s")


class AccessPage(Page):
    """Who opened, exported or printed what of a pair."""

    template = "access/access.html"
    title = Phrase("Who opened it")

    # Not called `pair`: nothing of the conversation itself is on this page, so that opening it is not noted.
    def __init__(self, me: Person, seen: Pair) -> None:
        super().__init__(me)
        self.seen, self.other = seen, seen.other(me)


@pages.get("/pairs/<id>/access")
def show(id):
    pair = pair_or_404(id).pair
    found = [(entry, _said(entry)) for entry in access.history(pair)]
    return page(AccessPage(g.person, pair), history=found)


def _said(entry: access.Access) -> str:
    """What one line of the history says to the person who reads it."""
    is_gone = entry.kind in (access.MEETING, access.RECORD) and not entry.meeting
    mine, theirs = SAYINGS.get((entry.event, f"gone {entry.kind}" if is_gone else entry.kind), OTHER_COPY)
    day = phrases.day(entry.meeting.starts_at, g.person.time_zone) if entry.meeting else ""
    saying = mine if entry.by.id == g.person.id else theirs
    return gettext(saying, name=entry.by.name, day=day, what=entry.kind)


@pages.post("/meetings/<id>/prints")
def note_print(id):
    access.note_print(g.person, meeting_or_404(id).meeting)
    return "", 204
