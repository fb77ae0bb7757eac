"""A person's own data: all that Duologue keeps of what they wrote and are party to, as plain data.

Nothing in it is private to anybody else: another's drafts and notebooks are left out by the queries themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, TypeVar

import gevent

import audit
from actions import Action, ActionUpdate, Agreement
from growth import Objective
from history import Wording
from models import Carry, Item, Meeting, Pair, Person, visible_to
from notebooks import PrivateNote
from notices import Notice
from records import Confirmation, Record, Remark
from rows import Row, db
from wrapup import ClosingCheck

AT_A_TIME = 100

Data = dict[str, Any]
T = TypeVar("T")

# What each kind of row tells, besides the words that belong to it. People are told by their names.
TOLD = {
    Person: (
        "issuer",
        "subject",
        "name",
        "email",
        "time_zone",
        "language",
        "hidden_prompts",
        "people_lead",
        "created_at",
    ),
    Pair: (
        "id",
        "invited_at",
        "accepted_at",
        "ended_at",
        "rhythm",
        "minutes",
        "place",
        "between_rhythm",
        "between_place",
        "held_at",
        "erased_at",
    ),
    Meeting: (
        "id",
        "template",
        "starts_at",
        "minutes",
        "place",
        "created_at",
        "next_starts_at",
        "closed_at",
        "cancelled_at",
    ),
    Item: (
        "id",
        "section",
        "text",
        "is_question",
        "notes",
        "created_at",
        "shared_at",
        "discussed_at",
        "kept_at",
        "deleted_at",
    ),
    Carry: ("carried_at", "notes"),
    Action: (
        *("id", "text", "due_on", "likelihood", "likelier", "put_off_until", "drop_reason"),
        *("proposed_at", "agreed_at", "withdrawn_at", "done_at", "dropped_at"),
    ),
    ActionUpdate: ("written_at", "text", "due_before", "due_after", "put_off_until"),
    Agreement: ("agreed_at",),
    Record: ("closed_at", "withdrawn_at"),
    Remark: ("written_at", "text"),
    Confirmation: ("confirmed_at",),
    Objective: ("id", "text", "due_on", "set_at", "achieved_at"),
    PrivateNote: ("text", "written_at"),
    ClosingCheck: ("matter", "checked_at"),
    Wording: ("subject", "part", "began_at", "changed_at", "before", "after"),
    Notice: ("kind", "other_name", "told_at", "read_at"),
}


def own_data(person: Person) -> Data:
    """Everything of theirs, in JSON's types; moments in ISO 8601, UTC."""
    return {**about(person), "conversations": [conversation(pair, person) for pair in person.pairs()]}


def about(person: Person) -> Data:
    """Their account, and what they were told."""
    told = Notice.select().where(Notice.person == person).order_by(Notice.told_at)
    return {"version": 1, "account": _told(person), "notices": [_told(notice) for notice in told]}


def conversation(pair: Pair, person: Person) -> Data:
    """All that this person may see of a pair of theirs. A dozen queries."""
    return _Conversation(pair, person).told()


def note_export(person: Person) -> None:
    """Keep in the trail that they took it all, once for each pair, so that the other one sees it too."""
    with db.atomic():
        for pair in person.pairs():
            audit.note("export", by=person, pair=pair, about="own data")


class _Conversation:
    """What one person may see of a pair."""

    def __init__(self, pair: Pair, person: Person) -> None:
        self.pair, self.person = pair, person
        self.names = {one.id: one.name for one in pair.people}

    def told(self) -> Data:
        objectives = Objective.select().where(Objective.pair == self.pair).order_by(Objective.set_at)
        notebook = PrivateNote.of(self.pair, self.person)
        return {
            **_told(self.pair),
            "individual": self.pair.report.name,
            "manager": self.pair.manager.name,
            "meetings": self._meetings(),
            "actions": self._actions(),
            "objectives": [{**_told(one), "set_by": self._name(one.set_by_id)} for one in objectives],
            "notebook": _told(notebook) if notebook.text else None,
            "wordings": self._wordings(),
        }

    def _wordings(self) -> list[Data]:
        found = Wording.select().where(Wording.pair == self.pair).order_by(Wording.changed_at)
        return [{**_told(one), "by": self._name(one.by_id)} for one in _unhurried(found)]

    def _meetings(self) -> list[Data]:
        items, records = self._items(), self._records()
        found, checks = Meeting.select().where(Meeting.pair == self.pair).order_by(Meeting.starts_at), self._checks()
        return [
            {**_told(one), "items": items[one.id], "records": records[one.id], "checks": checks[one.id]}
            for one in found
        ]

    def _checks(self) -> dict[str, list[Data]]:
        found = ClosingCheck.select(ClosingCheck).join(Meeting).where(Meeting.pair == self.pair)
        return _grouped((one.meeting_id, {**_told(one), "by": self._name(one.person_id)}) for one in found)

    def _items(self) -> dict[str, list[Data]]:
        found = Item.select().where(Item.pair == self.pair, visible_to(self.person.id)).order_by(Item.position)
        carries = self._carries()
        return _grouped(
            (one.meeting_id, {**_told(one), "author": self._name(one.author_id), "carried": carries[one.id]})
            for one in found
        )

    def _carries(self) -> dict[str, list[Data]]:
        found = (
            Carry.select(Carry)
            .join(Item)
            .where(Item.pair == self.pair, visible_to(self.person.id))
            .order_by(Carry.carried_at)
        )
        return _grouped((one.item_id, {**_told(one), "from_meeting": one.from_meeting_id}) for one in found)

    def _records(self) -> dict[str, list[Data]]:
        found = Record.select(Record).join(Meeting).where(Meeting.pair == self.pair).order_by(Record.closed_at)
        confirmations, remarks = self._of_records(Confirmation, "person"), self._of_records(Remark, "author")
        return _grouped(
            (
                one.meeting_id,
                {
                    **_told(one),
                    "minutes": one.minutes,
                    "confirmations": confirmations[one.id],
                    "remarks": remarks[one.id],
                },
            )
            for one in found
        )

    def _of_records(self, model: Any, by: str) -> dict[str, list[Data]]:
        found = model.select(model).join(Record).join(Meeting).where(Meeting.pair == self.pair)
        return _grouped((one.record_id, {**_told(one), "by": self._name(getattr(one, f"{by}_id"))}) for one in found)

    def _actions(self) -> list[Data]:
        agreements, updates = self._of_actions(Agreement, "person"), self._of_actions(ActionUpdate, "author")
        found = Action.select().where(Action.pair == self.pair).order_by(Action.proposed_at)
        return [
            {
                **_told(one),
                "owner": self._name(one.owner_id),
                "proposed_by": self._name(one.proposed_by_id),
                "meeting": one.meeting_id,
                "item": one.item_id,
                "agreements": agreements[one.id],
                "updates": updates[one.id],
            }
            for one in _unhurried(found)
        ]

    def _of_actions(self, model: Any, by: str) -> dict[str, list[Data]]:
        found = model.select(model).join(Action).where(Action.pair == self.pair)
        return _grouped((one.action_id, {**_told(one), "by": self._name(getattr(one, f"{by}_id"))}) for one in found)

    def _name(self, id: Any) -> str | None:
        return self.names.get(id) if id else None


def _grouped(found: Iterable[tuple[str, Data]]) -> dict[str, list[Data]]:
    groups: dict[str, list[Data]] = defaultdict(list)
    for key, data in _unhurried(found):
        groups[key].append(data)
    return groups


def _unhurried(found: Iterable[T]) -> Iterator[T]:
    """The same, one by one; everybody else gets a turn now and then."""
    for number, one in enumerate(found):
        if not number % AT_A_TIME:
            gevent.sleep(0)
        yield one


def _told(row: Row) -> Data:
    return {name: _plain(getattr(row, name)) for name in TOLD[type(row)]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
