"""Words for numbers, days and moments, as the screen says them."""

from datetime import date, datetime
from zoneinfo import available_timezones

from flask import Flask
from linkify_it import LinkifyIt
from markupsafe import Markup, escape

import clock
import library
from clock import RHYTHMS
from signposts import USUAL_TITLES

ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}
# A file's name is no address, so one has to say https:// for it. Nothing else that browsers follow is linked.
LINKS = LinkifyIt(options={"fuzzy_link": False, "fuzzy_ip": False}).add("ftp:", None).add("//", None)
LINK = Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>')
TIMES = {1: "once", 2: "twice"}


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th … 11th, 12th … 21st."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return str(number) + ORDINALS.get(number % 10, "th")[-2:]


def times(number: int) -> str:
    """once, twice, 3 times."""
    return TIMES.get(number, f"{number} times")


def count(number: int, one: str, many: str | None = None) -> str:
    """1 action, 2 actions."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def day(found: date | datetime | str, zone: str | None = None, weekday: bool = False) -> str:
    """3 March; with the year when it is another one: 3 March 2025. Moments are shown on the clock of `zone`."""
    found = _as_day(found, zone)
    text = f"{found.day} {found:%B}"
    if found.year != (clock.today(zone) if zone else date.today()).year:
        text += f" {found.year}"
    return f"{found:%A} {text}" if weekday else text


def _as_day(found: date | datetime | str, zone: str | None) -> date:
    if isinstance(found, str):
        found = datetime.fromisoformat(found) if "T" in found else date.fromisoformat(found)
    if isinstance(found, datetime):
        return clock.local(found, zone).date() if zone else found.date()
    return found


def time_of(moment: datetime | str, zone: str) -> str:
    """10:30 on the clock of `zone`."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{clock.local(moment, zone):%H:%M}"


def wall(moment: datetime | None, zone: str) -> str:
    """What a date-and-time field wants: 2026-03-31T10:00."""
    return f"{clock.local(moment, zone):%Y-%m-%dT%H:%M}" if moment else ""


def when(moment: datetime, zone: str) -> str:
    """Tuesday 3 March, 10:30."""
    return f"{day(moment, zone, weekday=True)}, {time_of(moment, zone)}"


def linked(text: str) -> Markup:
    """What somebody wrote, with the web and e-mail addresses in it as links; all else is plain text."""
    if "://" not in text and "@" not in text:
        return escape(text)
    found, end = Markup(), 0
    for match in LINKS.match(text) or []:
        found += escape(text[end : match.index]) + LINK.format(match.url, match.text)
        end = match.last_index
    return found + escape(text[end:])


def register(app: Flask) -> None:
    """Make them filters of the templates."""
    app.jinja_env.filters.update(
        linked=linked, ordinal=ordinal, times=times, count=count, day=day, time_of=time_of, wall=wall, when=when
    )
    app.jinja_env.globals.update(
        ngettext=lambda one, many, num, **facts: (one if num == 1 else many) % {"num": num, **facts},
        _=lambda text, **facts: text % facts if facts else text,
        now=clock.now,
        RHYTHMS=RHYTHMS,
        templates=library.offered,
        USUAL_TITLES=USUAL_TITLES,
        first_start=clock.first_start,
        zones=lambda: sorted(available_timezones()),
    )
