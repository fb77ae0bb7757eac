"""Where the words are that a person may look for: of every kind what they may see, what is open, and its address."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from peewee import Expression, Field, ModelSelect, fn

import evidence
from actions import Action, ActionUpdate
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from growth import Objective, Progress
from handovers import PassedRecord
from languages import Phrase
from meetings import Carry, Item, Meeting, still_open, visible_to
from models import Person
from notebooks import PrivateNote
from records import Record, Remark, Upload, written_in
from rows import Row, Words

KINDS = {
    "agenda": Phrase("Agenda"),
    "action": Phrase("Action"),
    "objective": Phrase("Objective"),
    "plan": Phrase("Development plan"),
    "feedback": Phrase("Feedback"),
    "evidence": Phrase("Evidence"),
    "remark": Phrase("Remark on a record"),
    "record": Phrase("Record"),
    "notebook": Phrase("Your notebook"),
}


class Place(NamedTuple):
    """One kind of words: which they are, since when, whom they are for, and where they are shown.

    `at` is an expression for their moment; `seen_by` none for what both may see, `is_open` none for what is never
    over. `path` is made of a row's `{pair}`, `{home}` and `{id}`. `through` is the table that has the index by pair,
    where their own has none. `read` gives the texts of words that are not simply one text.
    """

    kind: str
    words: tuple[Words, ...]
    at: Any
    path: str
    home: Field | None = None
    seen_by: Callable[[Person], Expression] | None = None
    is_open: Expression | None = None
    through: type[Row] | None = None
    read: Callable[[str], Iterator[str]] | None = None

    def texts(self, opened: list[str]) -> list[str]:
        """What a row says, from its words in clear."""
        return [text for words in opened if words for text in self.read(words)] if self.read else opened

    def rows(self, person: Person, pairs: list[str]) -> "ModelSelect[Any]":
        """The query of all that a person may see of these pairs: id, pair, moment, home, then the words, sealed."""
        model: Any = self.words[0].model
        query = model.select(model.id, model.pair, self.at, self.home or model.id, *self.words)
        query = query.join(self.through) if self.through else query
        query = query.where((self.through or model).pair.in_(pairs))
        return query.where(self.seen_by(person)) if self.seen_by else query


_RUNNING = Meeting.select(Meeting.id).where(still_open())
_OPEN_ACTION = Action.done_at.is_null() & Action.dropped_at.is_null()
_OPEN_OBJECTIVE = Objective.achieved_at.is_null() & Objective.dropped_at.is_null()
_OPEN_GOAL = DevelopmentGoal.met_at.is_null() & DevelopmentGoal.dropped_at.is_null()


def _items(person: Person) -> Expression:
    return visible_to(person) & Item.deleted_at.is_null()


def _feedback(person: Person) -> Expression:
    return Feedback.withdrawn_at.is_null() & (Feedback.given_at.is_null(False) | (Feedback.giver == person))


PLACES = (
    Place(
        kind="agenda",
        words=(Item.text, Item.notes),
        at=fn.COALESCE(Item.shared_at, Item.created_at),
        path="/meetings/{home}#item-{id}",
        home=Item.meeting,
        seen_by=_items,
        is_open=Item.discussed_at.is_null() & fn.EXISTS(_RUNNING.where(Meeting.id == Item.meeting)),
    ),
    # What was noted in a meeting that the item has left since.
    Place(
        kind="agenda",
        words=(Carry.notes,),
        at=Carry.carried_at,
        path="/meetings/{home}/record",
        home=Carry.from_meeting,
        seen_by=_items,
        through=Item,
    ),
    Place(
        kind="action",
        words=(Action.text, Action.likelier, Action.drop_reason),
        at=Action.proposed_at,
        path="/actions/{id}",
        seen_by=lambda person: Action.withdrawn_at.is_null(),
        is_open=_OPEN_ACTION,
    ),
    Place(
        kind="action",
        words=(ActionUpdate.text,),
        at=ActionUpdate.written_at,
        path="/actions/{home}",
        home=ActionUpdate.action,
        seen_by=lambda person: Action.withdrawn_at.is_null(),
        is_open=_OPEN_ACTION,
        through=Action,
    ),
    Place(
        kind="objective",
        words=(Objective.text, Objective.measures, Objective.competencies, Objective.drop_reason),
        at=Objective.set_at,
        path="/objectives/{id}",
        seen_by=lambda person: Objective.withdrawn_at.is_null() & Objective.replaces.is_null(),
        is_open=_OPEN_OBJECTIVE,
    ),
    Place(
        kind="objective",
        words=(Progress.text,),
        at=Progress.written_at,
        path="/objectives/{home}",
        home=Progress.objective,
        seen_by=lambda person: Objective.withdrawn_at.is_null(),
        is_open=_OPEN_OBJECTIVE,
        through=Objective,
    ),
    Place(
        kind="plan",
        words=(DevelopmentGoal.text, DevelopmentGoal.support, DevelopmentGoal.barriers, DevelopmentGoal.help),
        at=DevelopmentGoal.set_at,
        path="/pairs/{pair}/plan#goal-{id}",
        is_open=_OPEN_GOAL,
    ),
    Place(
        kind="plan",
        words=(Activity.text, Activity.reflection),
        at=Activity.added_at,
        path="/pairs/{pair}/plan#activity-{id}",
        seen_by=lambda person: Activity.removed_at.is_null(),
        is_open=Activity.done_at.is_null() & _OPEN_GOAL,
        through=DevelopmentGoal,
    ),
    Place(
        kind="feedback",
        words=(Feedback.text, Feedback.reported_from, Feedback.reply),
        at=fn.COALESCE(Feedback.given_at, Feedback.made_at),
        path="/pairs/{pair}/feedback#feedback-{id}",
        seen_by=_feedback,
    ),
    Place(
        kind="feedback",
        words=(Feedback.question,),
        at=Feedback.asked_at,
        path="/pairs/{pair}/feedback#feedback-{id}",
        seen_by=lambda person: Feedback.withdrawn_at.is_null() & Feedback.asked_at.is_null(False),
        is_open=Feedback.given_at.is_null(),
    ),
    Place(
        kind="evidence",
        words=(Evidence.text, Evidence.link, Evidence.reference, Evidence.reflection),
        at=Evidence.kept_at,
        path="/evidence/{id}",
        seen_by=lambda person: Evidence.removed_at.is_null() & evidence.known_to(person),
    ),
    Place(
        kind="remark",
        words=(Remark.text,),
        at=Remark.written_at,
        path="/meetings/{home}/record#remarks",
        home=Record.meeting,
        through=Record,
    ),
    Place(
        kind="record",
        words=(Upload.address,),
        at=Upload.noted_at,
        path="/meetings/{home}/record#uploads",
        home=Record.meeting,
        seen_by=lambda person: Record.withdrawn_at.is_null(),
        through=Record,
    ),
    Place(
        kind="record",
        words=(PassedRecord.content,),
        at=PassedRecord.closed_at,
        path="/passed-records/{id}",
        read=written_in,
    ),
    Place(
        kind="notebook",
        words=(PrivateNote.text,),
        at=PrivateNote.written_at,
        path="/pairs/{pair}#notebook",
        seen_by=lambda person: PrivateNote.author == person,
    ),
)
