"""Moments, days and rhythms: UTC within, each person's own wall clock on screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from languages import Phrase

# rhythm → what it is called on screen, and how far the next meeting lies (weeks, months)
RHYTHMS = {
    "weekly": (Phrase("Every week"), 1, 0),
    "two-weekly": (Phrase("Every two weeks"), 2, 0),
    "monthly": (Phrase("Every month"), 0, 1),
    "six-weekly": (Phrase("Every six weeks"), 6, 0),
    "quarterly": (Phrase("Every quarter"), 0, 3),
    "none": (Phrase("No fixed rhythm"), 0, 0),
}
# The same within a line of facts.
HOW_OFTEN = {
    "weekly": Phrase("every week"),
    "two-weekly": Phrase("every two weeks"),
    "monthly": Phrase("every month"),
    "six-weekly": Phrase("every six weeks"),
    "quarterly": Phrase("every quarter"),
    "none": Phrase("no fixed rhythm"),
}
SATURDAY = 5
MEETING_HOURS = range(10, 17)


_supposed: ContextVar[datetime | None] = ContextVar("supposed", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _supposed.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Suppose that it is `moment`: for the demo's past, and for tests."""
    before = _supposed.set(moment)
    try:
        yield
    finally:
        _supposed.reset(before)


def is_zone(name: str) -> bool:
    """Whether `name` is a time zone of the IANA database, such as Europe/London."""
    return name in _zones()


@cache
def _zones() -> set[str]:
    """Their names. Looking for them reads the disk."""
    return available_timezones()


def local(moment: datetime, zone: str) -> datetime:
    """`moment` on the wall clock of `zone`."""
    return moment.astimezone(ZoneInfo(zone))


def from_local(wall: datetime, zone: str) -> datetime:
    """The moment, in UTC, at which the clocks of `zone` show the naive `wall`.

    An hour that a clock change skips becomes the hour after it; of an hour that comes twice, the first is meant.
    """
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def today(zone: str) -> date:
    """The present day in `zone`."""
    return local(now(), zone).date()


def next_start(after: datetime, rhythm: str, zone: str) -> datetime | None:
    """When the meeting after the one that started at `after` is due, or None without a rhythm.

    The same wall-clock time in `zone`, across clock changes. Months keep the weekday and its place in the
    month: the second Tuesday stays the second Tuesday, a fifth becomes the last. Never a day at the weekend
    (a Saturday or Sunday becomes the Monday), and never in the past: rhythms missed are stepped over.
    """
    return _first_beyond(max(after, now()), after, rhythm, zone)


def soonest(rhythm: str) -> timedelta:
    """How long after a meeting the next one is due at the soonest, but for a change of the clocks."""
    _, weeks, months = RHYTHMS[rhythm]
    return timedelta(weeks=weeks + 4 * months)


def due_after(moment: datetime, rhythm: str, zone: str) -> datetime | None:
    """Until when the two should have met again after `moment`, past or not; None without a rhythm."""
    return _first_beyond(moment, moment, rhythm, zone)


def _first_beyond(limit: datetime, after: datetime, rhythm: str, zone: str) -> datetime | None:
    _, weeks, months = RHYTHMS[rhythm]
    if not (weeks or months):
        return None
    wall = local(after, zone).replace(tzinfo=None)
    step, moment = 0, after
    while moment <= limit:
        step += 1
        day = wall.date() + timedelta(weeks=weeks * step) if weeks else _months_on(wall.date(), months * step)
        moment = from_local(datetime.combine(_working_day(day), wall.time()), zone)
    return moment


def months(number: int, moment: datetime, zone: str) -> list[datetime]:
    """When each of the last `number` months began on the calendar of `zone`, the one of that moment last."""
    here = local(moment, zone)
    last = here.year * 12 + here.month - 1
    return [from_local(datetime(each // 12, each % 12 + 1, 1), zone) for each in range(last - number + 1, last + 1)]


def first_start(zone: str) -> datetime:
    """A first meeting to propose: ten in the morning, two working days from now in `zone`."""
    return next(first_starts(zone))


def first_starts(zone: str) -> Iterator[datetime]:
    """That one, then every full hour after it at which one would meet: from ten to four, on working days."""
    day = _working_day(today(zone) + timedelta(days=1))
    while True:
        day = _working_day(day + timedelta(days=1))
        yield from (from_local(datetime.combine(day, time(hour)), zone) for hour in MEETING_HOURS)


def _months_on(day: date, months: int) -> date:
    month = day.month - 1 + months
    first = date(day.year + month // 12, month % 12 + 1, 1)
    nth = (day.day - 1) // 7
    found = first + timedelta(days=(day.weekday() - first.weekday()) % 7 + 7 * nth)
    return found if found.month == first.month else found - timedelta(days=7)


def _working_day(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day
