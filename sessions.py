"""Sessions: who is signed in, in which browser. A row holds a digest of what the browser holds."""

from peewee import CharField, ForeignKeyField, IntegerField

import clock
from models import Person
from rows import Moment, Row


class Session(Row):
    """One browser in which somebody is signed in. It is bound to the way they came and to the person's epoch."""

    person_id: str
    person = ForeignKeyField(Person, backref="+")
    token_digest = CharField(max_length=64, unique=True)
    way = CharField(max_length=16)
    epoch = IntegerField()
    started_at = Moment(default=clock.now)
    seen_at = Moment(default=clock.now)
