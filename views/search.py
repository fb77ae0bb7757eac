"""Search: across everything that this person may see, and nothing else."""

from flask import Blueprint, g, request

import searching
from languages import Phrase

from .answers import page
from .pages import TodayPage

pages = Blueprint("search", __name__)


class SearchPage(TodayPage):
    """What was found."""

    template = "search/search.html"
    title = Phrase("Search")


@pages.get("/search")
def show():
    words = request.args.get("q", "").strip()[:200]
    return page(SearchPage(g.person), words=words, hits=searching.search(g.person, words) if words else [])
