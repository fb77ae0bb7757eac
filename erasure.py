"""Erasure: what is deleted for good, from one meeting to all that a person ever wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from peewee import Expression, ModelSelect

import audit
import clock
import notices
import outbox
import people
from actions import Action, ActionUpdate, Agreement
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from growth import Objective, ObjectiveAgreement, Progress
from handovers import HandingOn, Handover, PassedRecord
from history import Wording
from meetings import Carry, Item, Meeting
from models import Pair, Person, Refused
from notebooks import PrivateNote
from notices import Notice
from records import Confirmation, Record, Remark, Upload
from reviews import Gathered, Gathering
from rows import db, one_at_a_time
from wrapup import ClosingCheck

# How many names go into one query.
AT_A_TIME = 500
NAME_AFTERWARDS = "Somebody who left"
# Whatever holds words of a pair.
WORDY = (
    *(Meeting, Item, Carry, Action, ActionUpdate, Record, Remark, Objective, Progress, Evidence),
    *(DevelopmentGoal, Activity, Feedback, Gathered, Upload, Wording, Handover, PassedRecord, PrivateNote),
)


@contextmanager
def thorough() -> Iterator[None]:
    """Deletions within leave nothing behind: neither in the database's pages nor in SQLite's write-ahead log.

    All is written anew at the end, since pages keep scraps of what was deleted or changed long ago; whoever wants to
    save something meanwhile has to wait. Raises Refused if a reader keeps the old pages.
    """
    db.begin_thorough()
    yield
    if not db.forget([model._meta.table_name for model in (*WORDY, Pair, Person, Notice)]):
        raise Refused(
            "It is deleted, but something is still reading the old pages, which hold traces of it: run this again when "
            "that is done, or restart Duologue."
        )


def erase_pair(pair: Pair) -> None:
    """Delete all that was written in a pair, and end it. Both are told. Raises Refused when it is held."""
    with db.atomic():
        pair.lock()
        must_not_be_held(pair)
        empty(pair)
        notices.tell("erased", pair)
        audit.note("erase", pair=pair, about="pair")


def pairs_of(person: Person) -> list[Pair]:
    """Every pair that erasing this person takes something out of or ends, those included that they cannot read."""
    return list(people.pairs_of(person).where(Pair.erased_at.is_null()).order_by(Pair.invited_at))


def erase_person(person: Person) -> None:
    """Delete what was written in the pairs whose individual they are, and all that they alone could see; let them go.

    What they shared as a manager stays with the individual, who is told. Raises Refused when a pair of theirs is held.
    """
    with one_at_a_time("people"):
        pairs = pairs_of(person)
        for pair in pairs:
            pair.lock()
            must_not_be_held(pair)
        _let_go(person)
        for pair in pairs:
            if pair.report_id == person.id:
                pair.report = person
                erase_pair(pair)
            else:
                pair.manager = person
                _leave(pair, person)
        Notice.delete().where(Notice.person == person).execute()
        outbox.forget(person)
        audit.note("erase", about=f"person {person.id}")


def must_not_be_held(pair: Pair) -> None:
    """Raise Refused if nothing of this pair may be deleted, as it is now."""
    if Pair.get_by_id(pair.id).held_at:
        raise Refused(
            f"{pair.manager.name} and {pair.report.name} are under a legal hold: release it with 'duologue hold "
            f"--release' before anything of theirs is deleted."
        )


def empty(pair: Pair) -> None:
    """Delete every word of a pair, and end it."""
    delete_actions(Action.pair == pair)
    delete_meetings(Meeting.select(Meeting.id).where(Meeting.pair == pair))
    delete_objectives(Objective.pair == pair)
    delete_goals(DevelopmentGoal.pair == pair)
    for model in (Evidence, Feedback, PassedRecord, Handover, Wording, PrivateNote):
        model.delete().where(model.pair == pair).execute()
    _end(pair, place="", between_place="", erased_at=clock.now())


def delete_meetings(which: "ModelSelect[Any]") -> None:
    """Delete these meetings (a query of ids) with everything that has its home in them."""
    records = Record.select(Record.id).where(Record.meeting.in_(which))
    items = Item.select(Item.id).where(Item.meeting.in_(which))
    for model in (Confirmation, Remark, Upload):
        model.delete().where(model.record.in_(records)).execute()
    for kind in (Gathered, Gathering):
        kind.delete().where(kind.meeting.in_(which)).execute()
    Record.delete().where(Record.meeting.in_(which)).execute()
    _let_actions_go(Action.meeting.in_(which) | Action.item.in_(items))
    for outliving in (Progress, Feedback):
        outliving.update(meeting=None).where(outliving.meeting.in_(which)).execute()
    _forget_wordings("item", items)
    of_items = Carry.item.in_(items)
    Carry.delete().where(of_items | Carry.from_meeting.in_(which) | Carry.to_meeting.in_(which)).execute()
    Item.delete().where(Item.meeting.in_(which)).execute()
    ClosingCheck.delete().where(ClosingCheck.meeting.in_(which)).execute()
    Meeting.delete().where(Meeting.id.in_(which)).execute()


def _let_actions_go(which: Expression) -> None:
    # Actions outlive the meeting that they were made in.
    Action.update(meeting=None, item=None).where(which).execute()


def delete_actions(which: Expression) -> None:
    """Delete the actions of this condition, with what was said of them."""
    found = Action.select(Action.id).where(which)
    for model in (Agreement, ActionUpdate, HandingOn):
        model.delete().where(model.action.in_(found)).execute()
    _forget_wordings("action", found)
    Action.delete().where(which).execute()


def delete_objectives(which: Expression) -> None:
    """Delete the objectives of this condition, with all that was said of them. Evidence stands without them."""
    changed = list(Objective.select(Objective.id).where(which))
    which = Objective.id.in_(changed) | Objective.replaces.in_(changed)  # type: ignore[attr-defined]
    found = Objective.select(Objective.id).where(which)
    for model in (ObjectiveAgreement, Progress):
        model.delete().where(model.objective.in_(found)).execute()
    Evidence.update(objective=None).where(Evidence.objective.in_(found)).execute()
    _forget_wordings("objective", found)
    Objective.delete().where(which).execute()


def delete_evidence(which: Expression) -> None:
    """Delete the evidence of this condition."""
    _forget_wordings("evidence", Evidence.select(Evidence.id).where(which))
    Evidence.delete().where(which).execute()


def delete_goals(which: Expression) -> None:
    """Delete the development goals of this condition, with their activities."""
    found = DevelopmentGoal.select(DevelopmentGoal.id).where(which)
    activities = Activity.select(Activity.id).where(Activity.goal.in_(found))
    _forget_wordings("activity", activities)
    _forget_wordings("goal", found)
    Activity.delete().where(Activity.goal.in_(found)).execute()
    DevelopmentGoal.delete().where(which).execute()


def _forget_wordings(kind: str, which: "ModelSelect[Any]") -> None:
    subjects = [f"{kind}-{row.id}" for row in which]
    for start in range(0, len(subjects), AT_A_TIME):
        Wording.delete().where(Wording.subject.in_(subjects[start : start + AT_A_TIME])).execute()


def words_in(pair: Pair) -> dict[str, int]:
    """How many rows with words a pair has: table → number, the empty ones left out."""
    counts = {model._meta.table_name: model.select().where(model.pair == pair).count() for model in WORDY}
    return {table: number for table, number in counts.items() if number}


def private_words_of(person: Person, pair: Pair) -> int:
    """How many notebooks and drafts this person has in a pair, which nobody else can see."""
    return _notebooks(person, pair).count() + _drafts(person, pair).count()


def _notebooks(person: Person, pair: Pair) -> "ModelSelect[Any]":
    return PrivateNote.select(PrivateNote.id).where(PrivateNote.pair == pair, PrivateNote.author == person)


def _drafts(person: Person, pair: Pair) -> "ModelSelect[Any]":
    return Item.select(Item.id).where(Item.pair == pair, Item.author == person, Item.shared_at.is_null())


def _leave(pair: Pair, manager: Person) -> None:
    """Take what the manager alone could see out of a pair, and end it. The individual keeps the rest, and is told."""
    drafts = _drafts(manager, pair)
    _let_actions_go(Action.item.in_(drafts))
    Carry.delete().where(Carry.item.in_(drafts)).execute()
    Item.delete().where(Item.id.in_(drafts)).execute()
    PrivateNote.delete().where(PrivateNote.id.in_(_notebooks(manager, pair))).execute()
    _end(pair)
    if pair.accepted_at:
        notices.tell_one(pair.report, "left", pair)


def _end(pair: Pair, **facts: Any) -> None:
    pair.change(ended_at=pair.ended_at or clock.now(), **facts)
    Pair.update(version=Pair.version + 1).where(Pair.id == pair.id).execute()
    pair.end_covers()


def _let_go(person: Person) -> None:
    """Let a person go, without a name: also in what others were told of them."""
    people.let_go(person)
    person.change(name=NAME_AFTERWARDS, email=None, department="")
    Notice.update(other_name=NAME_AFTERWARDS).where(Notice.pair.in_(list(people.pairs_of(person)))).execute()
