"""Today: where everybody begins."""

from flask import Blueprint, g

from .answers import page, part
from .pages import TodayPage

pages = Blueprint("today", __name__)


@pages.get("/")
def show():
    return page(TodayPage(g.person))


@pages.get("/regions/<name>")
def region(name):
    return part(TodayPage(g.person), name)
