"""Words for numbers, days and moments, as the screen says them."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import available_timezones

from babel import dates
from flask import Flask
from linkify_it import LinkifyIt
from markupsafe import Markup, escape

import clock
import languages
import library
from clock import HOW_OFTEN, RHYTHMS
from languages import Language, Phrase, gettext, ngettext
from signposts import USUAL_TITLES

# What ends an ordinal number, by its kind; English has four kinds, other languages have others.
ORDINALS = {
    "one": Phrase("%(number)sst"),
    "two": Phrase("%(number)snd"),
    "few": Phrase("%(number)srd"),
    "many": Phrase("%(number)sth"),
    "other": Phrase("%(number)sth"),
}
# A file's name is no address, so one has to say https:// for it. Nothing else that browsers follow is linked.
LINKS = LinkifyIt(options={"fuzzy_link": False, "fuzzy_ip": False}).add("ftp:", None).add("//", None)
LINK = Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>')


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th … 11th, 12th … 21st."""
    return gettext(ORDINALS[languages.current().ordinal_form(number)], number=number)


def times(number: int) -> str:
    """once, twice, 3 times."""
    if number == 1:
        return gettext("once")
    return gettext("twice") if number == 2 else ngettext("%(num)s time", "%(num)s times", number)


def count(number: int, one: str, many: str | None = None) -> str:
    """1 action, 2 actions. English alone, for the command line."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def day(found: date | datetime | str, zone: str | None = None, weekday: bool = False, with_year: bool = False) -> str:
    """3 March; with the year when it is another one: 3 March 2025. Moments are shown on the clock of `zone`."""
    found = _as_day(found, zone)
    this_year = (clock.today(zone) if zone else date.today()).year
    text = _in_words(found, languages.current(), with_year or found.year != this_year)
    return gettext("%(weekday)s %(day)s", weekday=_weekday(found, languages.current()), day=text) if weekday else text


@lru_cache(2_048)
def _in_words(found: date, language: Language, with_year: bool) -> str:
    if with_year:
        return dates.format_date(found, "long", language.locale)
    return dates.format_skeleton("MMMMd", found, locale=language.locale)


@lru_cache(2_048)
def _weekday(found: date, language: Language) -> str:
    return dates.format_date(found, "EEEE", language.locale)


def _as_day(found: date | datetime | str, zone: str | None) -> date:
    if isinstance(found, str):
        found = datetime.fromisoformat(found) if "T" in found else date.fromisoformat(found)
    if isinstance(found, datetime):
        return clock.local(found, zone).date() if zone else found.date()
    return found


def time_of(moment: datetime | str, zone: str) -> str:
    """10:30 on the clock of `zone`."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return _time(clock.local(moment, zone).time().replace(second=0, microsecond=0), languages.current())


@lru_cache(2_048)
def _time(found: time, language: Language) -> str:
    return dates.format_time(found, "short", locale=language.locale)


def wall(moment: datetime | None, zone: str) -> str:
    """What a date-and-time field wants: 2026-03-31T10:00."""
    return f"{clock.local(moment, zone):%Y-%m-%dT%H:%M}" if moment else ""


def when(moment: datetime, zone: str) -> str:
    """Tuesday 3 March, 10:30."""
    return gettext("%(day)s, %(time)s", day=day(moment, zone, weekday=True), time=time_of(moment, zone))


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
        linked=linked, ordinal=ordinal, times=times, day=day, time_of=time_of, wall=wall, when=when
    )
    app.jinja_env.globals.update(
        now=clock.now,
        RHYTHMS=RHYTHMS,
        HOW_OFTEN=HOW_OFTEN,
        templates=library.offered,
        USUAL_TITLES=USUAL_TITLES,
        first_start=clock.first_start,
        zones=lambda: sorted(available_timezones()),
    )
