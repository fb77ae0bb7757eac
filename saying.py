"""Words for numbers, days and moments, in the language that is spoken now."""

from datetime import date, datetime, time
from functools import lru_cache

from babel import dates

import clock
import languages
from languages import Language, Phrase, gettext, ngettext

# What all this is called in people's mail and calendars.
NAME = "Duologue"
# What ends an ordinal number, by its kind; English has four kinds, other languages have others.
ORDINALS = {
    "one": Phrase("%(number)sst"),
    "two": Phrase("%(number)snd"),
    "few": Phrase("%(number)srd"),
    "many": Phrase("%(number)sth"),
    "other": Phrase("%(number)sth"),
}


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th … 11th, 12th … 21st."""
    return gettext(ORDINALS[languages.current().ordinal_form(number)], number=number)


def times(number: int) -> str:
    """once, twice, 3 times."""
    if number == 1:
        return gettext("once")
    return gettext("twice") if number == 2 else ngettext("%(num)s time", "%(num)s times", number)


def day(found: date | datetime | str, zone: str | None = None, weekday: bool = False) -> str:
    """3 March; with the year when it is another one: 3 March 2025. Moments are shown on the clock of `zone`."""
    found = _as_day(found, zone)
    this_year = (clock.today(zone) if zone else date.today()).year
    text = _in_words(found, languages.current(), found.year != this_year)
    return gettext("%(weekday)s %(day)s", weekday=_weekday(found, languages.current()), day=text) if weekday else text


@lru_cache(2_048)
def _in_words(found: date, language: Language, with_year: bool) -> str:
    if with_year:
        return dates.format_date(found, "long", language.locale)
    return dates.format_skeleton("MMMMd", found, locale=language.locale)


@lru_cache(2_048)
def _weekday(found: date, language: Language) -> str:
    return dates.format_date(found, "EEEE", language.locale)


def month(found: date, short: bool = False) -> str:
    """March 2026; Mar if it is to be short."""
    return _month(found, short, languages.current())


@lru_cache(256)
def _month(found: date, short: bool, language: Language) -> str:
    return dates.format_skeleton("MMM" if short else "yMMMM", found, locale=language.locale)


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


def when(moment: datetime, zone: str) -> str:
    """Tuesday 3 March, 10:30."""
    return gettext("%(day)s, %(time)s", day=day(moment, zone, weekday=True), time=time_of(moment, zone))


def full_day(found: date | datetime | str, zone: str | None = None) -> str:
    """3 March 2026, for what is kept: the year is always said."""
    return _in_words(_as_day(found, zone), languages.current(), True)


def full_when(moment: datetime | str, zone: str) -> str:
    """Tuesday 3 March 2026, 10:30 (Europe/London), for what is read anywhere and years later."""
    found = _as_day(moment, zone)
    said = gettext("%(weekday)s %(day)s", weekday=_weekday(found, languages.current()), day=full_day(found))
    return gettext("%(day)s, %(time)s (%(zone)s)", day=said, time=time_of(moment, zone), zone=zone.replace("_", " "))


def count(number: int, one: str, many: str | None = None) -> str:
    """1 action, 2 actions. English alone, for the command line."""
    return f"{number} {one if number == 1 else many or one + 's'}"
