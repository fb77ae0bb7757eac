"""What the year is for: the objectives that the two have set. Progress and evidence gather around them later."""

from datetime import date

from peewee import CharField, DateField, ForeignKeyField

import clock
from models import Meeting, Pair, Person, mine, who
from rows import Moment, Once, Row, Words, repeat_key


class Objective(Once):
    """Something the individual means to achieve by some day. Both must agree before it counts.

    `measures` say how the two will know; `competencies` what the individual works on for it, one a line.
    """

    pair_id: str
    set_by_id: str  # type: ignore[assignment]
    pair = ForeignKeyField(Pair, backref="+")
    text = Words()
    measures = Words(default="")
    competencies = Words(default="")
    due_on = DateField(null=True)
    set_by = who()
    set_at = Moment(default=clock.now)
    agreed_at = Moment(null=True)
    withdrawn_at = Moment(null=True)
    withdrawn_by = who(null=True)
    achieved_at = Moment(null=True)
    achieved_by = who(null=True)
    dropped_at = Moment(null=True)
    dropped_by = who(null=True)
    drop_reason = Words(default="")

    @property
    def path(self) -> str:
        return f"/objectives/{self.id}"

    def achieve(self, by: Person, undo: bool = False) -> None:
        """Note that it is achieved, or take that back."""
        with self.pair.changing():
            if bool(self.achieved_at) == undo:
                self.change(achieved_at=None if undo else clock.now(), achieved_by=None if undo else by)


class ObjectiveAgreement(Row):
    """One party's consent to an objective. `noted_by` is the other one when both agreed at one screen."""

    objective_id: str
    person_id: str
    objective = ForeignKeyField(Objective, backref="+", index=False)
    person = who()
    noted_by = who()
    agreed_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("objective", "person"), True),)


class Progress(Once):
    """How an objective goes, as one of the two sees it: an outlook, words, or both; perhaps said in a meeting."""

    pair_id: str
    objective_id: str
    author_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    objective = ForeignKeyField(Objective, backref="+", index=False)
    author = who()
    meeting = ForeignKeyField(Meeting, backref="+", null=True)
    outlook = CharField(max_length=16, default="")
    text = Words(default="")
    written_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("objective", "written_at"), False),)


class Evidence(Once):
    """What shows how the year went: words or a link, written for it or kept from something that was there already.

    Kept words are `source` (such as "item-k3f…"), of `author` (null: of both), and count once `consented_at` is set:
    whoever wrote them agreed. `reference` is that of a framework of competence, `reflection` what was learned.
    """

    pair_id: str
    author_id: str | None
    kept_by_id: str
    objective_id: str | None
    pair = ForeignKeyField(Pair, backref="+")
    author = who(null=True)
    source = CharField(max_length=32, default="")
    objective = ForeignKeyField(Objective, backref="+", null=True)
    happened_on = DateField()
    text = Words()
    link = Words(default="")
    reference = Words(default="")
    reflection = Words(default="")
    kept_by = who()
    kept_at = Moment(default=clock.now)
    consented_at = Moment(null=True)
    removed_at = Moment(null=True)
    removed_by = who(null=True)


def set_objective(pair: Pair, by: Person, text: str, due_on: date | None, key: str | None = None) -> Objective:
    """Set an objective for the individual of the pair."""
    with pair.changing():
        objective, _ = Objective.create_once(
            repeat_key(key, pair.id, by.id, text), pair=pair, text=text, due_on=due_on, set_by=by
        )
        return objective


def objectives_of(pair: Pair) -> list[Objective]:
    """The pair's objectives, the unfinished first, by due date."""
    return list(
        Objective.select()
        .where(Objective.pair == pair)
        .order_by(Objective.achieved_at.is_null(False), Objective.due_on.is_null(), Objective.due_on)
    )


def find(person: Person, id: str) -> Objective | None:
    """The objective with this id, if it is one of this person's pairs'."""
    found = Objective.select(Objective, Pair).join(Pair).where(Objective.id == id, mine(person, clock.now())).first()
    if found:
        found.pair = person.pair(found.pair_id)
    return found
