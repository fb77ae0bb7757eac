"""When the two meet: their rhythms, making the next meeting, leaving one out, and what moves on to the next."""

from datetime import datetime, timedelta
from typing import Any

from peewee import fn

import clock
import library
from models import MANAGERS_PART, Item, Meeting, MeetingOver, Pair, Person, mine
from prepared import Prepared

# How long before a main meeting there is no short one any more.
CLEAR = timedelta(days=3)
# By how much a meeting may slip before anybody is reminded.
GRACE = timedelta(weeks=1)
AN_HOUR = timedelta(hours=1)
BOUNDLESS = 1e12


def proposal_after(meeting: Meeting) -> tuple[datetime | None, bool]:
    """When the rhythms would have the two meet after `meeting`, and whether that is a short one in between."""
    pair, main = meeting.pair, _main_start(meeting)
    between = clock.next_start(meeting.starts_at, pair.between_rhythm, pair.time_zone)
    due = clock.due_after(main, pair.rhythm, pair.time_zone)
    if between is None:
        return clock.next_start(main, pair.rhythm, pair.time_zone), False
    if due is None or between + CLEAR <= due:
        return between, True
    # A main meeting whose day went by takes the place of the next short one.
    return (due if due > max(meeting.starts_at, clock.now()) else between), False


def _main_start(meeting: Meeting) -> datetime:
    """When the last meeting started, up to `meeting`, that was not a short one in between."""
    if not meeting.is_between:
        return meeting.starts_at
    found = LAST_MAIN.first(pair=meeting.pair_id, until=Meeting.starts_at.db_value(meeting.starts_at))
    return found.starts_at if found else meeting.starts_at


def start_after(meeting: Meeting) -> datetime | None:
    """When the two meet after `meeting`: the date of the next one if it is made, else the rhythms' proposal."""
    upcoming = meeting.pair.next_meeting(besides=meeting)
    return upcoming.starts_at if upcoming else proposal_after(meeting)[0]


def kind_after(meeting: Meeting) -> library.TemplateVersion:
    """The template of the meeting that follows `meeting`."""
    return _kind(meeting.pair, proposal_after(meeting)[1])


def _kind(pair: Pair, is_between: bool) -> library.TemplateVersion:
    return library.current(pair.between_template if is_between else pair.template)


def first_start(person: Person) -> datetime:
    """A first meeting with somebody, to propose: as usual, or later on that day if the person is met then already."""
    start, taken = clock.first_start(person.time_zone), [one.starts_at for one in person.next_meetings().values()]
    while any(abs(start - other) < AN_HOUR for other in taken):
        start += AN_HOUR
    return start


def schedule(pair: Pair, by: Person, starts_at: datetime, after: Meeting | None = None) -> Meeting:
    """The next meeting, at that time, made if there is none; what waits from those that are over moves in.

    With `after`, a meeting that is made already and comes before that one keeps its own time.
    """
    with pair.changing():
        meeting = pair.next_meeting() or Meeting.create(
            pair=pair, starts_at=starts_at, created_by=by, **_arrangements(pair, after)
        )
        if meeting.starts_at != starts_at and (after is None or meeting.starts_at > after.starts_at):
            meeting.rearrange(starts_at=starts_at)
        _take_in(meeting, waiting_items(pair), by)
        return meeting


def _arrangements(pair: Pair, after: Meeting | None) -> dict[str, Any]:
    """What the meeting that follows `after` is like."""
    is_between = after is not None and proposal_after(after)[1]
    version = _kind(pair, is_between)
    return {
        "template": version.key,
        "versions": version.id,
        "is_between": is_between,
        "minutes": pair.between_minutes if is_between else pair.minutes,
        "place": pair.between_place if is_between else pair.place,
    }


def waiting_items(pair: Pair) -> list[Item]:
    """What goes to the next meeting as soon as there is one: the unfinished of closed ones, all of cancelled."""
    return WAITING_ITEMS(pair=pair.id)


def _take_in(meeting: Meeting, items: list[Item], by: Person) -> None:
    """Carry these items there. They keep their order, and come before what is there already in their part."""
    leading = [item for item in items if item.position < MANAGERS_PART]
    first = _first_position(meeting, -BOUNDLESS, MANAGERS_PART, default=1.0)
    for place, item in enumerate(leading, 1):
        item.carry_to(meeting, by, position=first - 1 - len(leading) + place)
    following = [item for item in items if item not in leading]
    first = _first_position(meeting, MANAGERS_PART, BOUNDLESS, default=MANAGERS_PART + len(following) + 1)
    for place, item in enumerate(following, 1):
        item.carry_to(meeting, by, MANAGERS_PART + (first - MANAGERS_PART) * place / (len(following) + 1))


def _first_position(meeting: Meeting, start: float, end: float, default: float) -> float:
    found = FIRST_POSITION(meeting=meeting.id, start=start, end=end)[0].position
    return default if found is None else found


def cancel(meeting: Meeting, by: Person, next_starts_at: datetime | None) -> Meeting | None:
    """Do not meet this time. Everything on the agenda goes to the next meeting, or waits until there is one."""
    with meeting.pair.changing():
        meeting.look_again()
        if meeting.closed_at:
            raise MeetingOver(meeting)
        upcoming = meeting.pair.next_meeting(besides=meeting)
        if meeting.cancelled_at:
            return upcoming
        meeting.rearrange(cancelled_at=clock.now(), cancelled_by=by)
        moment = next_starts_at or (upcoming.starts_at if upcoming else None)
        return schedule(meeting.pair, by, moment, after=meeting) if moment else None


def skip(meeting: Meeting, by: Person) -> Meeting | None:
    """Leave this one out and meet again when the rhythm says."""
    return cancel(meeting, by, start_after(meeting))


def last_met(person: Person) -> dict[str, datetime]:
    """When each of a person's pairs last met, not counting short meetings in between: pair id → start."""
    found = ((each.pair_id, Meeting.starts_at.python_value(each.last)) for each in LAST_MET_OF(person=person.id))
    return {pair: last for pair, last in found if last}


def is_overdue(pair: Pair, rhythm: str, last: datetime | None) -> bool:
    """Whether the two, who met `last`, should have met again by now to meet as often as `rhythm` says.

    A week's grace is given.
    """
    since = last or pair.accepted_at
    due = clock.due_after(since, rhythm, pair.time_zone) if since else None
    return due is not None and due + GRACE < clock.now()


LAST_MAIN = Prepared(
    lambda pair, until: (
        Meeting.select(Meeting.starts_at)
        .where(Meeting.pair == pair, ~Meeting.is_between, Meeting.starts_at <= until)
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    )
)
LAST_MET_OF = Prepared(
    lambda person, now: (
        Meeting.select(Meeting.pair, fn.MAX(Meeting.starts_at).alias("last"))
        .join(Pair)
        .where(mine(person, now), Meeting.closed_at.is_null(False), ~Meeting.is_between)
        .group_by(Meeting.pair)
    )
)
WAITING_ITEMS = Prepared(
    lambda pair: (
        Item.select(Item, Meeting)
        .join(Meeting)
        .where(
            Item.pair == pair,
            Item.deleted_at.is_null(),
            Meeting.cancelled_at.is_null(False) | (Meeting.closed_at.is_null(False) & Item.is_unfinished()),
        )
        .order_by(Meeting.starts_at, Item.position, Item.id)
    )
)
FIRST_POSITION = Prepared(
    lambda meeting, start, end: Item.select(fn.MIN(Item.position).alias("position")).where(
        Item.meeting == meeting, Item.position >= start, Item.position < end
    )
)
