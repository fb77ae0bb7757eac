"""Today: where everybody begins."""

from flask import Blueprint, abort, g

from .answers import page
from .pages import TodayPage

pages = Blueprint("today", __name__)


@pages.get("/")
def show():
    return page(TodayPage(g.person))


@pages.get("/regions/<name>")
def region(name):
    return TodayPage(g.person).render(name) or abort(404)
