"""What templates say: words for days and numbers, and what people wrote with its light Markdown."""

from datetime import datetime
from zoneinfo import available_timezones

from flask import Flask

import clock
import library
import links
import markup
from clock import HOW_OFTEN, RHYTHMS
from feedback import TONES
from saying import day, full_day, month, ordinal, time_of, times, when
from signposts import USUAL_TITLES


def wall(moment: datetime | None, zone: str) -> str:
    """What a date-and-time field wants: 2026-03-31T10:00."""
    return f"{clock.local(moment, zone):%Y-%m-%dT%H:%M}" if moment else ""


def address(text: str) -> str:
    """The first web address in what somebody wrote; "" if there is none."""
    return next((found for _, found in links.parts(text) if found.startswith(("https://", "http://"))), "")


def register(app: Flask) -> None:
    """Make them filters of the templates."""
    app.jinja_env.filters.update(
        address=address,
        written=markup.written,
        inline=markup.inline,
        plain=markup.plain,
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
