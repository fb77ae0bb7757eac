"""A person's own page: their time zone and language, and signing out."""

from flask import Blueprint, g, redirect

from languages import Phrase

from .answers import checked, page
from .forms import PersonForm
from .today import TodayPage

pages = Blueprint("people", __name__)


class OwnPage(TodayPage):
    """A person's own settings."""

    template = "people/me.html"
    title = Phrase("You")
    # Nothing on it changes by itself.
    live_path = None


@pages.get("/me")
def show():
    return page(OwnPage(g.person))


@pages.post("/me")
def settle():
    g.page = OwnPage(g.person)
    form = checked(PersonForm, at="me")
    g.person.live_in(form.time_zone.data)
    if form.language.data is not None:
        g.person.speak(form.language.data)
    return redirect("/me", 303)
