"""What words were before: who changed them and when, for the two alone."""

from peewee import CharField, ForeignKeyField

import clock
from models import Pair, who
from rows import Moment, Row, Words


class Wording(Row):
    """One change of somebody's words: of the `part` ("text", "notes") of a `subject` such as "item-k3f…"."""

    pair_id: str
    by_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    subject = CharField(max_length=32)
    part = CharField(max_length=16)
    by = who()
    began_at = Moment(default=clock.now)
    changed_at = Moment(default=clock.now)
    before = Words(default="")
    after = Words(default="")

    class Meta:
        indexes = ((("subject", "part", "changed_at"), False), (("pair",), False))
