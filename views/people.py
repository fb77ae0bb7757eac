"""A person's own page: their time zone, language and keys, and signing out."""

from typing import ClassVar, NamedTuple

from flask import Blueprint, g, redirect, render_template, request

import calendar_feeds
import mailings
from calendar_feeds import CalendarFeed
from languages import Phrase

from .answers import checked, is_partial, page
from .forms import PersonForm, ShortcutsForm
from .today import TodayPage

pages = Blueprint("people", __name__)


class Mail(NamedTuple):
    """What the organisation says of mail: nothing is sent in a demo, and mail may say what was written or not."""

    is_demo: bool
    may_quote: bool


class OwnPage(TodayPage):
    """A person's own settings. `mail` is None where there is no mail."""

    template = "people/me.html"
    title = Phrase("You")
    # Nothing on it changes by itself.
    live_path = None
    mail: ClassVar[Mail | None]
    mail_kinds: ClassVar = mailings.KINDS
    # Whether calendar programs may read at a private address.
    has_calendar: ClassVar[bool]

    @property
    def saved(self) -> str | None:
        """The id of the form that was saved a moment ago."""
        return request.args.get("saved")

    @property
    def calendar(self) -> CalendarFeed | None:
        """The private address of their calendar."""
        return calendar_feeds.of(self.me)


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
    return redirect("/me?saved=me", 303)


@pages.record
def _set_up(state):
    config = state.app.config["DUOLOGUE"]
    OwnPage.has_calendar = config.calendar_feeds
    is_there = config.is_demo or config.smtp_host
    OwnPage.mail = Mail(config.is_demo, config.is_demo or config.mail_content) if is_there else None


@pages.get("/me/shortcuts")
def shortcuts():
    return render_template("people/_shortcuts.html", me=g.person) if is_partial() else show()


@pages.post("/me/shortcuts")
def settle_shortcuts():
    g.person.use_shortcuts(checked(ShortcutsForm, at="shortcuts").shortcuts.data)
    return ("", 204) if is_partial() else redirect("/me", 303)
