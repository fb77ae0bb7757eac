"""Handing over to a new manager, for good or while one is away: what the individual chooses goes along."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from peewee import CharField, ForeignKeyField

import actions
import audit
import clock
import growth
import notices
from actions import Action, Agreement
from agreeing import TooLate
from development import Activity, DevelopmentGoal
from growth import Objective, ObjectiveAgreement
from languages import Phrase
from meetings import Meeting
from models import Pair, Person, Refused, who
from prepared import Prepared
from records import Record
from rows import Moment, Once, Row, Words, new_id, repeat_key

# What of each goes along. What was said along the way stays where it was said.
OF_OBJECTIVE = ("text", "measures", "competencies", "due_on")
OF_GOAL = ("text", "support", "due_on")
OF_ACTIVITY = ("text", "mode", "due_on", "done_at")
OF_ACTION = ("text", "due_on")


class HandingOn(Row):
    """One party's word that an open action's title may go along to the next manager."""

    action_id: str
    person_id: str
    action = ForeignKeyField(Action, backref="+", index=False)
    person = who()
    agreed_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("action", "person"), True),)


class Handover(Row):
    """What was passed on into `pair` from an earlier one, exactly: `content` is the list, as JSON."""

    pair_id: str
    from_pair_id: str
    pair = ForeignKeyField(Pair, backref="+")
    from_pair = ForeignKeyField(Pair, backref="+")
    by = who()
    passed_at = Moment(default=clock.now)
    content = Words()

    @property
    def told(self) -> dict[str, list[dict[str, Any]]]:
        """What was passed on, as `_content` tells it."""
        return json.loads(self.content)


class PassedRecord(Row):
    """A record of the earlier pair that went along: a copy of its minutes. `source` is the record's id."""

    pair_id: str
    handover_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    handover = ForeignKeyField(Handover, backref="+")
    source = CharField(max_length=12)
    closed_at = Moment()
    content = Words()

    class Meta:
        indexes = ((("pair", "source"), True),)

    @property
    def path(self) -> str:
        return f"/passed-records/{self.id}"

    @property
    def minutes(self) -> dict[str, Any]:
        """What was written and agreed, as it stood when the meeting closed."""
        return json.loads(self.content)


class Chosen(NamedTuple):
    """What goes along: ids of the earlier pair's rows; of actions, who is to do them from now on."""

    objectives: Collection[str] = ()
    goals: Collection[str] = ()
    actions: Mapping[str, str] = {}
    records: Collection[str] = ()


class Offer(NamedTuple):
    """What can go along and has not yet: the rows of the earlier pair, records without their content."""

    objectives: list[Any]
    goals: list[Any]
    actions: list[Any]
    records: list[Any]

    def only(self, chosen: Chosen) -> "Offer":
        """What of it was chosen."""
        wanted = zip(self, chosen, strict=True)
        return Offer(*([row for row in rows if row.id in ids] for rows, ids in wanted))


def hand_on(action: Action, by: Person, undo: bool = False) -> None:
    """Say that an open action's title may go along to the next manager, or take that back."""
    with action.changing():
        if not action.is_open:
            raise TooLate(Phrase("This action is not open any more."))
        if undo:
            HandingOn.delete().where(HandingOn.action == action, HandingOn.person == by).execute()
        else:
            said = {"action": action, "person": by, "agreed_at": clock.now()}
            HandingOn.insert(id=new_id(), **said).on_conflict_ignore().execute()


def handed_on(pair: Pair) -> dict[str, set[str]]:
    """Who said that an action of this pair may go along: action id → ids of people."""
    found: dict[str, set[str]] = {}
    for one in HandingOn.select(HandingOn).join(Action).where(Action.pair == pair):
        found.setdefault(one.action_id, set()).add(one.person_id)
    return found


def targets(pair: Pair, person: Person) -> list[Pair]:
    """Where this individual can pass things on to from a pair of theirs: their other running ones, newest first."""
    others = [one for one in person.pairs() if one.report_id == person.id and one.is_running and one.id != pair.id]
    return sorted(others, key=lambda one: one.accepted_at, reverse=True)


def successor(pair: Pair, pairs: Iterable[Pair]) -> Pair | None:
    """Of all the individual's pairs, the running one that began last: who meets them now that `pair` has ended."""
    running = [one for one in pairs if one.report_id == pair.report_id and one.is_running and one.id != pair.id]
    return max(running, key=lambda one: one.accepted_at or one.invited_at, default=None) if pair.over_at else None


def offer(pair: Pair, to: Pair) -> Offer:
    """What can go along from one pair to another: what is open, and the records of closed meetings.

    Neither what went along before, nor what once came from there: after a leave cover it is there still.
    """
    passed = _passed_sources(pair, to) | _came_from(to, pair)
    still_open = [one for one in actions.open_ones(pair) if one.is_open]
    found = Offer(growth.open_ones(pair), _goals(pair), still_open, _records(pair))
    return Offer(*([row for row in rows if row.id not in passed] for rows in found))


def _passed_sources(pair: Pair, to: Pair) -> set[str]:
    earlier = Handover.select().where(Handover.pair == to, Handover.from_pair == pair)
    return {entry["source"] for one in earlier for kind in Offer._fields for entry in one.told[kind]}


def _came_from(other: Pair, pair: Pair) -> set[str]:
    """The rows of this pair that were written anew from rows of the other: each has a key that tells."""
    keys = [repeat_key("handover", pair.id, source) for source in _passed_sources(other, pair)]
    kinds = (Objective, DevelopmentGoal, Action)
    return {row.id for kind in kinds for row in kind.select(kind.id).where(kind.key.in_(keys))}


def _goals(pair: Pair) -> list[DevelopmentGoal]:
    mine = DevelopmentGoal.pair == pair, DevelopmentGoal.met_at.is_null(), DevelopmentGoal.dropped_at.is_null()
    return list(DevelopmentGoal.select().where(*mine).order_by(DevelopmentGoal.set_at))


def _activities(goal: DevelopmentGoal) -> list[Activity]:
    kept = Activity.goal == goal, Activity.removed_at.is_null()
    return list(Activity.select().where(*kept).order_by(Activity.added_at))


def _records(pair: Pair) -> list[Record]:
    kept = Record.pair == pair, Record.withdrawn_at.is_null()
    query = Record.select(Record.id, Meeting.starts_at, Meeting.versions).join(Meeting)
    return list(query.where(*kept).order_by(Record.closed_at.desc()))


def pass_on(pair: Pair, to: Pair, by: Person, chosen: Chosen) -> Handover | None:
    """Have what was chosen of one pair go along to another; None when all of it went along before.

    Everything is written anew there: words are sealed for one pair alone. What the new manager has to agree to waits
    for that. Only the individual of both may. Raises Refused, PairOver.
    """
    if not by.id == pair.report_id == to.report_id:
        raise Refused(Phrase("Only %(name)s can choose what to pass on.", name=pair.report.first_name))
    if not any(chosen):
        raise Refused(Phrase("Tick what to pass on first."))
    with to.changing():
        found = offer(pair, to).only(chosen)
        found = found._replace(records=[Record.get_by_id(one.id) for one in found.records])
        return _pass(found, chosen, pair, to, by) if any(found) else None


def _pass(found: Offer, chosen: Chosen, pair: Pair, to: Pair, by: Person) -> Handover:
    owners = {one.id: to.person(chosen.actions[one.id]) or by for one in found.actions}
    content = _content(found, owners)
    said = json.dumps(content, ensure_ascii=False)
    handover = Handover.create(pair=to, from_pair=pair, by=by, content=said)
    _write(found, owners, to, by)
    _keep_records(found.records, handover)
    notices.tell("handed-over", to)
    audit.note("handover", by=by, pair=to, about=f"from {pair.id}")
    return handover


def _content(found: Offer, owners: dict[str, Person]) -> dict[str, list[dict[str, Any]]]:
    """What goes along, exactly, in JSON's types."""
    return {
        "objectives": [_told(one, *OF_OBJECTIVE) for one in found.objectives],
        "goals": [
            {**_told(one, *OF_GOAL), "activities": [_told(each, *OF_ACTIVITY) for each in _activities(one)]}
            for one in found.goals
        ],
        "actions": [{**_told(one, *OF_ACTION), "owner": owners[one.id].name} for one in found.actions],
        "records": [
            {"source": one.id, "kind": one.minutes["kind"], "starts_at": one.minutes["starts_at"]}
            for one in found.records
        ],
    }


def _told(row: Row, *names: str) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in names}
    plain = {name: fact.isoformat() if isinstance(fact, date) else fact for name, fact in facts.items()}
    return {"source": row.id, **plain}


def _write(found: Offer, owners: dict[str, Person], to: Pair, by: Person) -> None:
    for goal in found.goals:
        _learn_again(goal, to, by)
    for action in found.actions:
        again = _again(action, to, *OF_ACTION, owner=owners[action.id], proposed_by=by)
        Agreement.note(again, by, by)
    for objective in found.objectives:
        again = _again(objective, to, *OF_OBJECTIVE, set_by=by)
        ObjectiveAgreement.note(again, by, by)


def _again(source: Once, to: Pair, *names: str, **facts: Any) -> Any:
    """A row in another pair that says the same; there is never more than one."""
    same = {name: getattr(source, name) for name in names}
    row, _ = type(source).create_once(repeat_key("handover", to.id, source.id), pair=to, **same, **facts)
    return row


def _learn_again(goal: DevelopmentGoal, to: Pair, by: Person) -> None:
    again = _again(goal, to, *OF_GOAL, set_by=by)
    for activity in _activities(goal):
        _again(activity, to, *OF_ACTIVITY, goal=again, added_by=by, done_by=activity.done_at and by)


def _keep_records(found: list[Record], handover: Handover) -> None:
    for record in found:
        facts = {"source": record.id, "closed_at": record.closed_at, "content": record.content}
        PassedRecord.create(pair=handover.pair_id, handover=handover, **facts)


def has_arrived(pair: Pair) -> bool:
    """Whether anything was passed on into a pair."""
    return bool(ARRIVED.first(pair=pair.id))


def passed_on(pair: Pair) -> list[Handover]:
    """What was passed on into a pair, the latest first, with the managers whom it comes from."""
    query = (
        Handover.select(Handover, Pair, Person)
        .join(Pair, on=(Handover.from_pair == Pair.id))
        .join(Person, on=(Pair.manager == Person.id))
    )
    return list(query.where(Handover.pair == pair).order_by(Handover.passed_at.desc()))


def records_of(pair: Pair) -> dict[str, PassedRecord]:
    """The records that were passed on into a pair, by the ids of those that they are copies of."""
    columns = PassedRecord.id, PassedRecord.pair, PassedRecord.source
    return {one.source: one for one in PassedRecord.select(*columns).where(PassedRecord.pair == pair)}


def find_record(person: Person, id: str) -> PassedRecord | None:
    """The record with this id that was passed on, if it was to one of this person's pairs."""
    found = PassedRecord.get_or_none(PassedRecord.id == id)
    pair = found and person.pair(found.pair_id)
    if found and pair:
        found.pair = pair
        return found
    return None


ARRIVED = Prepared(lambda pair: Handover.select(Handover.id).where(Handover.pair == pair).limit(1))
