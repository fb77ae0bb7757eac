"""Search: across everything that this person may see, and nothing else."""

from datetime import date

from flask import Blueprint, g, request

import searching
from languages import Phrase
from places import KINDS

from .answers import page
from .today import TodayPage

pages = Blueprint("search", __name__)

LONGEST = 200


class SearchPage(TodayPage):
    """What was found."""

    template = "search/search.html"
    title = Phrase("Search")
    live_path = None


@pages.get("/search")
def show():
    words = request.args.get("q", "").replace("\0", " ").strip()[:LONGEST]
    narrowed = _narrowed()
    return page(
        SearchPage(g.person),
        words=words,
        narrowed=narrowed,
        others=searching.others(g.person),
        kinds=KINDS,
        answer=searching.search(g.person, words, narrowed) if words else None,
    )


def _narrowed():
    asked = request.args
    return searching.Narrowed(
        other=asked.get("with", ""),
        kind=asked.get("kind", ""),
        from_day=_day("from"),
        to_day=_day("to"),
        open_only=bool(asked.get("open")),
    )


def _day(name):
    """A day of the address; None for what is none."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
