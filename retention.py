"""Retention: old meetings are deleted, unless the law may ask for them; and the legal hold that keeps them."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from peewee import JOIN, Expression, ModelSelect, fn

import audit
import clock
import erasure
import notices
from actions import Action
from development import DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from growth import Objective
from handovers import Handover, PassedRecord
from meetings import Meeting
from models import Pair, Refused
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
    return [_due(pair, before) for pair in _with_old_things(before).order_by(Pair.id)]


def _due(pair: Any, before: datetime) -> Due:
    return Due(pair, pair.old_meetings, bool(pair.over_at and not pair.erased_at and pair.over_at < before))


def _with_old_things(before: datetime) -> "ModelSelect[Any]":
    """The pairs that are due, each with the number of its `old_meetings`: if it ended long ago, all are."""
    old = (Meeting.pair == Pair.id) & (_too_old(before) | _long_ended(before))
    number = fn.COUNT(Meeting.id)
    others = [Pair.id.in_(model.select(model.pair).where(condition)) for model, condition in _past(before).items()]
    return (
        Pair.select(Pair, number.alias("old_meetings"))
        .join(Meeting, JOIN.LEFT_OUTER, on=old)
        .where(Pair.held_at.is_null())
        .group_by(Pair.id)
        .having(reduce(or_, others, (number > 0) | _long_ended(before)))
    )


def _too_old(before: datetime) -> Expression:
    return (Meeting.closed_at < before) | (Meeting.cancelled_at < before)


def _past(before: datetime) -> dict[Any, Expression]:
    """What else a pair has that goes by itself: model → the condition that it was over by then."""
    return {
        Action: (Action.done_at < before) | (Action.dropped_at < before) | (Action.withdrawn_at < before),
        Objective: (Objective.achieved_at < before)
        | (Objective.dropped_at < before)
        | (Objective.withdrawn_at < before),
        DevelopmentGoal: (DevelopmentGoal.met_at < before) | (DevelopmentGoal.dropped_at < before),
        Evidence: Evidence.kept_at < before,
        Feedback: (Feedback.given_at < before) | (Feedback.withdrawn_at < before),
        PassedRecord: PassedRecord.closed_at < before,
        # No record goes along before it was closed: those of a handover are gone by then.
        Handover: Handover.passed_at < before,
    }


def _long_ended(before: datetime) -> Expression:
    return ((Pair.ended_at < before) | (Pair.covers_until < before)) & Pair.erased_at.is_null()


def clear(pair: Pair, before: datetime) -> None:
    """Delete what is older than `before` in a pair, in one transaction; nothing if it has come under a hold."""
    with db.atomic():
        pair.lock()
        # Looked for anew: people have gone on since the first time.
        for found in [_due(fresh, before) for fresh in _with_old_things(before).where(Pair.id == pair.id)]:
            if found.is_whole:
                erasure.empty(found.pair)
            else:
                _clear(found.pair, before)
            audit.note("retention", pair=pair, about=f"{found.meetings} meeting{'' if found.meetings == 1 else 's'}")


def _clear(pair: Pair, before: datetime) -> None:
    past = _past(before)
    erasure.delete_actions((Action.pair == pair) & past[Action])
    erasure.delete_objectives((Objective.pair == pair) & past[Objective])
    erasure.delete_goals((DevelopmentGoal.pair == pair) & past[DevelopmentGoal])
    erasure.delete_evidence((Evidence.pair == pair) & past[Evidence])
    for model in (Feedback, PassedRecord, Handover):
        model.delete().where(model.pair == pair, past[model]).execute()
    erasure.delete_meetings(Meeting.select(Meeting.id).where(Meeting.pair == pair, _too_old(before)))
    Pair.update(version=Pair.version + 1).where(Pair.id == pair.id).execute()


def hold(pair: Pair) -> None:
    """Have nothing of this pair deleted. Both are told; once is enough."""
    _settle(pair, "held")


def release(pair: Pair) -> None:
    """Take the hold back."""
    _settle(pair, "released")


def _settle(pair: Pair, kind: str) -> None:
    with db.atomic():
        pair.lock()
        is_held = bool(Pair.get_by_id(pair.id).held_at)
        if is_held == (kind == "held"):
            return
        pair.change(held_at=None if is_held else clock.now())
        notices.tell(kind, pair)
        audit.note(kind, pair=pair)
