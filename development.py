"""The development plan: what the individual wants to be able to do, and what they do to learn it."""

from peewee import CharField, DateField, ForeignKeyField

import clock
from models import Pair, who
from rows import Moment, Once, Words


class DevelopmentGoal(Once):
    """Something that the individual wants to be able to do. `came_from` is an item or action, such as "item-k3f…"."""

    pair_id: str
    set_by_id: str  # type: ignore[assignment]
    pair = ForeignKeyField(Pair, backref="+")
    text = Words()
    support = Words(default="")
    barriers = Words(default="")
    help = Words(default="")
    due_on = DateField(null=True)
    came_from = CharField(max_length=32, default="")
    set_by = who()
    set_at = Moment(default=clock.now)
    met_at = Moment(null=True)
    met_by = who(null=True)
    dropped_at = Moment(null=True)
    dropped_by = who(null=True)


class Activity(Once):
    """Something done to learn: by doing ("experience"), from "others", or on a course ("formal")."""

    pair_id: str
    goal_id: str
    added_by_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    goal = ForeignKeyField(DevelopmentGoal, backref="+")
    text = Words()
    mode = CharField(max_length=16)
    due_on = DateField(null=True)
    came_from = CharField(max_length=32, default="")
    added_by = who()
    added_at = Moment(default=clock.now)
    done_at = Moment(null=True)
    done_by = who(null=True)
    reflection = Words(default="")
    reflected_at = Moment(null=True)
    removed_at = Moment(null=True)
    removed_by = who(null=True)
