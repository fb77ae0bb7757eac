"""Meetings as calendar programs read them (RFC 5545): who meets whom, when, and a way back. Nothing that was written.

Every moment is in UTC. A meeting is one event of its own, so any program shows it on its reader's clock, before and
after a clock change; the rules of a time zone, sent along, could only be older than those that the program has.
"""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import gevent

import clock
from languages import Phrase, translated
from meetings import Meeting
from models import PEOPLE, Pair, Person, mine, with_people
from prepared import Prepared
from saying import NAME

# It takes its time to be imported, and there are starts that no calendar follows.
if TYPE_CHECKING:
    from icalendar import Calendar, Event

PRODUCT = "-//Duologue//Duologue//EN"
# How far back a calendar goes, and for how long it says that something was called off.
PAST, CALLED_OFF = timedelta(days=365), timedelta(days=90)
# How often programs are asked to look again.
AGAIN_AFTER = timedelta(hours=1)
# Writing so many events takes some ten milliseconds.
AT_A_TIME = 20


class Entry(NamedTuple):
    """What a person's calendar says of a meeting. `number` counts its changes, the latest of them at `changed_at`."""

    id: str
    number: int
    summary: str
    address: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    is_off: bool


def of_person(person: Person, site: str) -> list[Entry]:
    """A person's one-to-ones of the past year and to come. `site` is the address of Duologue."""
    now = clock.now()
    found = MEETINGS_OF(person=person.id, since=Meeting.starts_at.db_value(now - PAST))
    standing = (meeting for meeting in found if (called_off_at(meeting) or now) > now - CALLED_OFF)
    return [of_meeting(meeting, person, site) for meeting in standing]


def of_meeting(meeting: Meeting, person: Person, site: str) -> Entry:
    """One meeting, as a person's calendar tells of it."""
    off_at = called_off_at(meeting)
    return Entry(
        id=meeting.id,
        number=meeting.sequence + bool(off_at and not meeting.cancelled_at),
        summary=_summary(meeting, person, bool(off_at)),
        address=f"{site}{meeting.path}",
        starts_at=meeting.starts_at,
        ends_at=meeting.starts_at + timedelta(minutes=meeting.minutes),
        created_at=meeting.created_at,
        changed_at=off_at or meeting.arranged_at or meeting.created_at,
        is_off=bool(off_at),
    )


def called_off_at(meeting: Meeting) -> datetime | None:
    """Since when it is known that the two do not meet: it was cancelled, or they stopped meeting before it."""
    over_at = meeting.pair.over_at
    has_stopped = over_at and over_at < meeting.starts_at and not meeting.closed_at
    return meeting.cancelled_at or (over_at if has_stopped else None)


def _summary(meeting: Meeting, person: Person, is_off: bool) -> str:
    kind, name = meeting.conversations[0].name, meeting.pair.other(person).name
    title = translated(Phrase("%(kind)s with %(name)s", kind=kind, name=name))
    # Outlook shows what is cancelled like anything else, unless its name says so.
    return translated(Phrase("Cancelled: %(title)s", title=title)) if is_off else title


def tag(entries: list[Entry]) -> str:
    """What is another as soon as anything in the calendar is; it costs far less than writing it."""
    return hashlib.sha256(repr(entries).encode()).hexdigest()[:32]


def file(entry: Entry) -> bytes:
    """One meeting, to be put into a calendar. It has no name of a calendar: Outlook would begin a new one for it."""
    return _written(_calendar(), [entry])


def feed(entries: list[Entry]) -> bytes:
    """A calendar to subscribe to. Everybody else gets a turn now and then while it is written."""
    from icalendar import vDuration

    calendar = _calendar()
    for name in ("name", "x-wr-calname"):
        calendar.add(name, NAME)
    calendar.add("refresh-interval", vDuration(AGAIN_AFTER), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(AGAIN_AFTER))
    return _written(calendar, entries)


def _calendar() -> "Calendar":
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    return calendar


def _written(calendar: "Calendar", entries: list[Entry]) -> bytes:
    head, end, rest = calendar.to_ical().rpartition(b"END:")
    events = []
    for number, entry in enumerate(entries, 1):
        events.append(_event(entry).to_ical())
        if not number % AT_A_TIME:
            gevent.sleep(0)
    return b"".join((head, *events, end, rest))


def _event(entry: Entry) -> "Event":
    """It is dated by its latest change, not by the asking: unchanged, it is the same byte for byte."""
    from icalendar import Event

    event = Event()
    event.add("uid", f"{entry.id}@duologue")
    event.add("sequence", entry.number)
    event.add("summary", entry.summary)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("created", entry.created_at)
    for name in ("dtstamp", "last-modified"):
        event.add(name, entry.changed_at)
    for name in ("description", "url"):
        event.add(name, entry.address)
    event.add("status", "CANCELLED" if entry.is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_off else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


MEETINGS_OF = Prepared(
    lambda person, since, now: (
        with_people(Meeting.select(Meeting, Pair, *PEOPLE).join(Pair))
        .where(mine(person, now), Meeting.starts_at > since)
        .order_by(Meeting.starts_at, Meeting.id)
    )
)
