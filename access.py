"""Who opened, exported or printed what, and when: a part of the audit trail that the two of a pair may see."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import NamedTuple

from peewee import fn

import audit
import clock
import scheduling
from audit import AuditEntry
from meetings import Meeting
from models import Pair, Person
from records import Record
from rows import one_at_a_time

EVENTS = ("open", "export", "print")
AGAIN_AFTER = timedelta(hours=1)
REMEMBERED = 50_000
MOST = 200
MEETING, RECORD, PAIR, COMPETENCE = "meeting", "record", "pair", "competence"

# (person, what) → when its opening was last noted, as far as this process knows.
_lately: OrderedDict[tuple[str, str], datetime] = OrderedDict()


class Access(NamedTuple):
    """One line of the history: `kind` of thing, and the meeting that it is about, if it is about one that is there."""

    at: datetime
    by: Person
    event: str
    kind: str
    meeting: Meeting | None


def note_open(person: Person, pair: Pair | None, meeting: Meeting | None = None, record: Record | None = None) -> None:
    """Note that a page of a pair is opened: once an hour for each person and page. Nothing for a page of no pair."""
    if pair is None:
        return
    about = _about(meeting, is_record=record is not None) if meeting else PAIR
    _note_once("open", person, pair, about)


def _note_once(event: str, person: Person, pair: Pair, about: str) -> None:
    place, now = (person.id, f"{event} {pair.id} {about}"), clock.now()
    if place in _lately and now - _lately[place] < AGAIN_AFTER:
        return
    with one_at_a_time("audit"):
        # Another process may have noted it.
        noted = _last_noted(event, person, pair, about, now - AGAIN_AFTER)
        if not noted:
            audit.note(event, by=person, pair=pair, about=about)
    _remember(place, noted or now)


def _last_noted(event: str, person: Person, pair: Pair, about: str, since: datetime) -> datetime | None:
    facts = (AuditEntry.pair == pair, AuditEntry.event == event, AuditEntry.by == person, AuditEntry.about == about)
    return AuditEntry.select(fn.MAX(AuditEntry.at)).where(*facts, AuditEntry.at > since).scalar()


def _remember(place: tuple[str, str], now: datetime) -> None:
    _lately[place] = now
    _lately.move_to_end(place)
    if len(_lately) > REMEMBERED:
        _lately.popitem(last=False)


def note_print(person: Person, meeting: Meeting) -> None:
    """Note that somebody prints a meeting's page, or its record: once an hour for each, like opening it."""
    _note_once("print", person, meeting.pair, _about(meeting, is_record=bool(meeting.closed_at)))


def note_export(person: Person, meeting: Meeting) -> None:
    """Note that somebody takes a copy of a meeting's record, each time, so that the other one sees it."""
    audit.note("export", by=person, pair=meeting.pair, about=_about(meeting, is_record=bool(meeting.closed_at)))


def note_competence(person: Person, pair: Pair) -> None:
    """Note that somebody takes a copy of the evidence of competence, each time, so that the other one sees it."""
    audit.note("export", by=person, pair=pair, about=COMPETENCE)


def _about(meeting: Meeting, is_record: bool) -> str:
    return f"{RECORD if is_record else MEETING} {meeting.id}"


def history(pair: Pair) -> list[Access]:
    """Who opened, exported or printed what of a pair, the latest first, at most 200."""
    entries = list(
        AuditEntry.select(AuditEntry, Person)
        .join(Person)
        .where(AuditEntry.pair == pair, AuditEntry.event.in_(EVENTS))
        .order_by(AuditEntry.number.desc())
        .limit(MOST)
    )
    meetings = {meeting.id: meeting for meeting in scheduling.meetings_of(pair)}
    return [_access(entry, meetings) for entry in entries]


def _access(entry: AuditEntry, meetings: dict[str, Meeting]) -> Access:
    kind, _, id = entry.about.partition(" ")
    known = kind if kind in (MEETING, RECORD, PAIR, COMPETENCE) else entry.about
    # The join leaves out what nobody in particular did.
    return Access(entry.at, entry.by, entry.event, known, meetings.get(id))  # type: ignore[arg-type]
