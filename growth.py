"""What the year is for: the objectives that the two have set. Progress and evidence gather around them later."""

from datetime import date

from peewee import DateField, ForeignKeyField

import clock
from models import Pair, Person, mine, who
from rows import Moment, Once, Words, repeat_key


class Objective(Once):
    """Something the individual means to achieve by some day."""

    pair = ForeignKeyField(Pair, backref="+")
    text = Words()
    due_on = DateField(null=True)
    set_by = who()
    set_at = Moment(default=clock.now)
    achieved_at = Moment(null=True)
    achieved_by = who(null=True)

    @property
    def path(self) -> str:
        return f"/objectives/{self.id}"

    def achieve(self, by: Person, undo: bool = False) -> None:
        """Note that it is achieved, or take that back."""
        with self.pair.changing():
            if bool(self.achieved_at) == undo:
                self.change(achieved_at=None if undo else clock.now(), achieved_by=None if undo else by)


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
