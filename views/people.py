"""A person's own page: their time zone, and signing out."""

from flask import Blueprint, g, redirect

from .answers import checked, page
from .forms import PersonForm
from .pages import TodayPage

pages = Blueprint("people", __name__)


class OwnPage(TodayPage):
    """A person's own settings."""

    template = "people/me.html"
    title = "You"


@pages.get("/me")
def show():
    return page(OwnPage(g.person))


@pages.post("/me")
def settle():
    g.page = OwnPage(g.person)
    form = checked(PersonForm, at="me")
    g.person.live_in(form.time_zone.data)
    return redirect("/me", 303)
