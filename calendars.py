"""Meetings as calendar programs read them (RFC 5545): who meets whom, when, and a way back. Nothing that was written.

Every moment is in UTC. A meeting is one event of its own, so any program shows it on its reader's clock, before and
after a clock change; the rules of a time zone, sent along, could only be older than those that the program has.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vDuration

import clock
from languages import Phrase, translated
from models import PEOPLE, Meeting, Pair, Person, mine, with_people
from prepared import Prepared

PRODUCT = "-//Duologue//Duologue//EN"
NAME = "Duologue"
# How far back a calendar goes, and for how long it says that something was called off.
PAST, CALLED_OFF = timedelta(days=365), timedelta(days=90)
# How often programs are asked to look again.
AGAIN_AFTER = timedelta(hours=1)


def of_person(person: Person, site: str) -> bytes:
    """A person's one-to-ones of the past year and to come, to subscribe to. `site` is the address of Duologue.

    It is the same byte for byte until something in it changes.
    """
    calendar = _calendar(_event(meeting, person, site) for meeting in _meetings(person))
    for name in ("name", "x-wr-calname"):
        calendar.add(name, NAME)
    calendar.add("refresh-interval", vDuration(AGAIN_AFTER), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(AGAIN_AFTER))
    return calendar.to_ical()


def of_meeting(meeting: Meeting, person: Person, site: str) -> bytes:
    """One meeting, to be put into a calendar. It has no name of a calendar: Outlook would begin a new one for it."""
    return _calendar([_event(meeting, person, site)]).to_ical()


def called_off_at(meeting: Meeting) -> datetime | None:
    """Since when it is known that the two do not meet: it was cancelled, or they stopped meeting before it."""
    over_at = meeting.pair.over_at
    has_stopped = over_at and over_at < meeting.starts_at and not meeting.closed_at
    return meeting.cancelled_at or (over_at if has_stopped else None)


def _meetings(person: Person) -> list[Meeting]:
    now = clock.now()
    found = MEETINGS_OF(person=person.id, since=Meeting.starts_at.db_value(now - PAST))
    return [meeting for meeting in found if (called_off_at(meeting) or now) > now - CALLED_OFF]


def _calendar(events: Iterable[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for event in events:
        calendar.add_component(event)
    return calendar


def _event(meeting: Meeting, person: Person, site: str) -> Event:
    """What a person's calendar says of a meeting. The moment of the latest change dates it, not that of the asking."""
    off_at = called_off_at(meeting)
    changed_at = off_at or meeting.arranged_at or meeting.created_at
    event = Event()
    event.add("uid", f"{meeting.id}@duologue")
    event.add("sequence", meeting.sequence + bool(off_at and not meeting.cancelled_at))
    for name, moment in _moments(meeting, changed_at).items():
        event.add(name, moment)
    event.add("summary", _summary(meeting, person, bool(off_at)))
    for name in ("description", "url"):
        event.add(name, f"{site}{meeting.path}")
    event.add("status", "CANCELLED" if off_at else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if off_at else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _moments(meeting: Meeting, changed_at: datetime) -> dict[str, datetime]:
    return {
        "dtstart": meeting.starts_at,
        "dtend": meeting.starts_at + timedelta(minutes=meeting.minutes),
        "created": meeting.created_at,
        "dtstamp": changed_at,
        "last-modified": changed_at,
    }


def _summary(meeting: Meeting, person: Person, is_off: bool) -> str:
    kind, name = meeting.conversations[0].name, meeting.pair.other(person).name
    title = translated(Phrase("%(kind)s with %(name)s", kind=kind, name=name))
    # Outlook shows what is cancelled like anything else, unless its name says so.
    return translated(Phrase("Cancelled: %(title)s", title=title)) if is_off else title


MEETINGS_OF = Prepared(
    lambda person, since, now: (
        with_people(Meeting.select(Meeting, Pair, *PEOPLE).join(Pair))
        .where(mine(person, now), Meeting.starts_at > since)
        .order_by(Meeting.starts_at, Meeting.id)
    )
)
