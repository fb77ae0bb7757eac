"""The annual review: a year gathered onto the agenda of a meeting, signed off, and put where it is kept."""

from peewee import CharField, DateField, ForeignKeyField

import clock
from models import Item, Meeting, Pair, who
from rows import Moment, Row, Words


class Gathering(Row):
    """The year that a meeting looks back on, from day to day."""

    pair_id: str
    meeting_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    meeting = ForeignKeyField(Meeting, backref="+", unique=True)
    starts_on = DateField()
    ends_on = DateField()
    by = who()
    gathered_at = Moment(default=clock.now)


class Gathered(Row):
    """An item that was gathered from a `source` (such as "objective-k3f…"), with the words as they were gathered.

    They are what a later gathering starts from, so that what the two have written since stays.
    """

    pair_id: str
    item_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    meeting = ForeignKeyField(Meeting, backref="+", index=False)
    item = ForeignKeyField(Item, backref="+")
    source = CharField(max_length=32)
    text = Words()
    notes = Words(default="")

    class Meta:
        indexes = ((("meeting", "source"), True),)
