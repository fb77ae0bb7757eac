"""When the two meet: the meetings they have, their rhythms, making the next one, leaving one out, what moves on."""

from datetime import datetime, timedelta
from typing import Any

from peewee import fn

import clock
import library
import ordering
from meetings import Item, Meeting, MeetingOver, still_open
from models import Pair, Person, mine
from ordering import MANAGERS_PART
from prepared import Prepared

# How long before a main meeting there is no short one any more.
CLEAR = timedelta(days=3)
# By how much a meeting may slip before anybody is reminded.
GRACE = timedelta(weeks=1)
AN_HOUR = timedelta(hours=1)


def meetings_of(pair: Pair):
    """All meetings of a pair, the latest first."""
    return Meeting.select().where(Meeting.pair == pair).order_by(Meeting.starts_at.desc())


def next_meeting(pair: Pair, besides: Meeting | None = None) -> Meeting | None:
    """The first meeting of a pair that is neither closed nor cancelled."""
    found = [meeting for meeting in NEXT_MEETINGS(pair=pair.id) if besides is None or meeting.id != besides.id]
    return _within(pair, found[0] if found else None)


def last_meeting(pair: Pair) -> Meeting | None:
    """The closed meeting of a pair that was closed last."""
    return _within(pair, LAST_MEETING.first(pair=pair.id))


def _within(pair: Pair, meeting: Meeting | None) -> Meeting | None:
    if meeting:
        meeting.pair = pair
    return meeting


def next_meetings_of(person: Person) -> dict[str, Meeting]:
    """The next meeting of each of a person's pairs that has one: pair id → meeting."""
    return {meeting.pair_id: meeting for meeting in reversed(NEXT_MEETINGS_OF(person=person.id))}


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
    upcoming = next_meeting(meeting.pair, besides=meeting)
    return upcoming.starts_at if upcoming else proposal_after(meeting)[0]


def kind_after(meeting: Meeting) -> library.TemplateVersion:
    """The template of the meeting that follows `meeting`."""
    return _kind(meeting.pair, proposal_after(meeting)[1])


def _kind(pair: Pair, is_between: bool) -> library.TemplateVersion:
    return library.current(pair.between_template if is_between else pair.template)


def first_start(person: Person) -> datetime:
    """A first meeting with somebody, to propose: the first hour of a working day at which one meets nobody yet."""
    taken, starts = [one.starts_at for one in next_meetings_of(person).values()], clock.first_starts(person.time_zone)
    return next(start for start in starts if all(abs(start - other) >= AN_HOUR for other in taken))


def schedule(pair: Pair, by: Person, starts_at: datetime, after: Meeting | None = None) -> Meeting:
    """The next meeting, at that time, made if there is none; what waits from those that are over moves in.

    With `after`, a meeting that is made already and comes before that one keeps its own time.
    """
    with pair.changing():
        meeting = next_meeting(pair) or Meeting.create(
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
    following = [item for item in items if item.position >= MANAGERS_PART]
    places = ordering.ahead_of(_first_position(meeting, ordering.INDIVIDUALS), len(leading))
    places += ordering.ahead_of_the_managers(_first_position(meeting, ordering.MANAGERS), len(following))
    for item, position in zip([*leading, *following], places, strict=True):
        item.carry_to(meeting, by, position)


def _first_position(meeting: Meeting, part: tuple[float, float]) -> float | None:
    return FIRST_POSITION(meeting=meeting.id, start=part[0], end=part[1])[0].position


def cancel(meeting: Meeting, by: Person, next_starts_at: datetime | None) -> Meeting | None:
    """Do not meet this time. Everything on the agenda goes to the next meeting, or waits until there is one."""
    with meeting.pair.changing():
        meeting.look_again()
        if meeting.closed_at:
            raise MeetingOver(meeting)
        upcoming = next_meeting(meeting.pair, besides=meeting)
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


NEXT_MEETINGS = Prepared(
    lambda pair: Meeting.select().where(Meeting.pair == pair, still_open()).order_by(Meeting.starts_at).limit(2)
)
NEXT_MEETINGS_OF = Prepared(
    lambda person, now: Meeting.select().join(Pair).where(mine(person, now), still_open()).order_by(Meeting.starts_at)
)
LAST_MEETING = Prepared(
    lambda pair: (
        Meeting.select()
        .where(Meeting.pair == pair, Meeting.closed_at.is_null(False))
        .order_by(Meeting.closed_at.desc(), Meeting.starts_at.desc())
        .limit(1)
    )
)
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
