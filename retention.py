"""Retention: old meetings are deleted, unless the law may ask for them; and the legal hold that keeps them."""

from datetime import datetime
from typing import NamedTuple

from peewee import Expression

import audit
import clock
import erasure
import notices
from actions import Action
from growth import Objective
from models import Meeting, Pair, Refused
from rows import db

MONTHS = 12
LAST_SURE_DAY = 28


class Due(NamedTuple):
    """A pair with something too old: how many meetings, and whether all of it goes, since it ended that long ago."""

    pair: Pair
    meetings: int
    is_whole: bool


def limit(months: int) -> datetime:
    """What is older than this is deleted. Raises Refused when nothing ever is."""
    if not months:
        raise Refused("RETENTION_MONTHS is 0, so everything is kept: set it to the months after which meetings go.")
    moment = clock.now()
    month = moment.year * MONTHS + moment.month - 1 - months
    return moment.replace(year=month // MONTHS, month=month % MONTHS + 1, day=min(moment.day, LAST_SURE_DAY))


def due(before: datetime) -> list[Due]:
    """The pairs that have anything older than `before`, without those under a legal hold."""
    with_old = Meeting.select(Meeting.pair).where(_too_old(before))
    with_more = [
        model.select(model.pair).where(condition)
        for model, condition in ((Action, _over(before)), (Objective, Objective.achieved_at < before))
    ]
    found = Pair.select().where(
        Pair.held_at.is_null(),
        Pair.id.in_(with_old) | Pair.id.in_(with_more[0]) | Pair.id.in_(with_more[1]) | _long_ended(before),
    )
    return [_due(pair, before) for pair in found.order_by(Pair.id)]


def _due(pair: Pair, before: datetime) -> Due:
    is_whole = bool(pair.ended_at and not pair.erased_at and pair.ended_at < before)
    meetings = Meeting.select().where(Meeting.pair == pair)
    return Due(pair, (meetings if is_whole else meetings.where(_too_old(before))).count(), is_whole)


def _too_old(before: datetime) -> Expression:
    return (Meeting.closed_at < before) | (Meeting.cancelled_at < before)


def _over(before: datetime) -> Expression:
    return (Action.done_at < before) | (Action.dropped_at < before) | (Action.withdrawn_at < before)


def _long_ended(before: datetime) -> Expression:
    return (Pair.ended_at < before) & Pair.erased_at.is_null()


def clear(found: Due, before: datetime) -> None:
    """Delete what is older than `before` in a pair, in one transaction; nothing if it has come under a hold."""
    pair = found.pair
    with db.atomic():
        if Pair.get_by_id(pair.id).held_at:
            return
        if found.is_whole:
            erasure.empty(pair)
        else:
            _clear(pair, before)
        audit.note("retention", pair=pair, about=f"{found.meetings} meeting{'' if found.meetings == 1 else 's'}")


def _clear(pair: Pair, before: datetime) -> None:
    erasure.delete_actions((Action.pair == pair) & _over(before))
    erasure.delete_meetings(Meeting.select(Meeting.id).where(Meeting.pair == pair, _too_old(before)))
    Objective.delete().where(Objective.pair == pair, Objective.achieved_at < before).execute()
    Pair.update(version=Pair.version + 1).where(Pair.id == pair.id).execute()


def hold(pair: Pair) -> None:
    """Have nothing of this pair deleted. Both are told; once is enough."""
    _settle(pair, "held")


def release(pair: Pair) -> None:
    """Take the hold back."""
    _settle(pair, "released")


def _settle(pair: Pair, kind: str) -> None:
    with db.atomic():
        is_held = bool(Pair.get_by_id(pair.id).held_at)
        if is_held == (kind == "held"):
            return
        pair.change(held_at=None if is_held else clock.now())
        notices.tell(kind, pair)
        audit.note(kind, pair=pair)
