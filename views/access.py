"""Who can read a pair's pages, and who did: the access history, and the note that something is printed."""

from flask import Blueprint, g

import access
from models import Pair, Person

from .answers import meeting_or_404, page, pair_or_404
from .pages import Page

pages = Blueprint("access", __name__)


class AccessPage(Page):
    """Who opened, exported or printed what of a pair."""

    template = "access/access.html"
    title = "Who opened it"

    # Not called `pair`: nothing of the conversation itself is on this page, so that opening it is not noted.
    def __init__(self, me: Person, seen: Pair) -> None:
        super().__init__(me)
        self.seen, self.other = seen, seen.other(me)


@pages.get("/pairs/<id>/access")
def show(id):
    pair = pair_or_404(id).pair
    return page(AccessPage(g.person, pair), history=access.history(pair))


@pages.post("/meetings/<id>/prints")
def note_print(id):
    access.note_print(g.person, meeting_or_404(id).meeting)
    return "", 204
