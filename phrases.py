"""What templates say: words for days and numbers, and what people wrote with its addresses as links."""

from datetime import datetime
from zoneinfo import available_timezones

from flask import Flask
from markupsafe import Markup, escape

import clock
import library
import links
from clock import HOW_OFTEN, RHYTHMS
from feedback import TONES
from saying import day, full_day, month, ordinal, time_of, times, when
from signposts import USUAL_TITLES

LINK = Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>')


def wall(moment: datetime | None, zone: str) -> str:
    """What a date-and-time field wants: 2026-03-31T10:00."""
    return f"{clock.local(moment, zone):%Y-%m-%dT%H:%M}" if moment else ""


def linked(text: str) -> Markup:
    """What somebody wrote, with the web and e-mail addresses in it as links; all else is plain text."""
    return Markup().join(
        LINK.format(address, piece) if address else escape(piece) for piece, address in links.parts(text)
    )


def address(text: str) -> str:
    """The first web address in what somebody wrote; "" if there is none."""
    return next((found for _, found in links.parts(text) if found.startswith(("https://", "http://"))), "")


def register(app: Flask) -> None:
    """Make them filters of the templates."""
    app.jinja_env.filters.update(
        address=address,
        linked=linked,
        wall=wall,
        ordinal=ordinal,
        times=times,
        day=day,
        full_day=full_day,
        month=month,
        time_of=time_of,
        when=when,
    )
    app.jinja_env.globals.update(
        now=clock.now,
        RHYTHMS=RHYTHMS,
        HOW_OFTEN=HOW_OFTEN,
        TONES=TONES,
        templates=library.offered,
        USUAL_TITLES=USUAL_TITLES,
        first_start=clock.first_start,
        zones=lambda: sorted(available_timezones()),
    )
