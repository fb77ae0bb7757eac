"""Handing over to a new manager, for good or while one is away: what the individual chooses goes along."""

from peewee import CharField, ForeignKeyField

import clock
from actions import Action
from models import Pair, who
from rows import Moment, Once, Row, Words


class HandingOn(Row):
    """One party's word that an open action's title may go along to the next manager."""

    action_id: str
    person_id: str
    action = ForeignKeyField(Action, backref="+", index=False)
    person = who()
    agreed_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("action", "person"), True),)


class Handover(Once):
    """What was passed on into `pair` from an earlier one, exactly: `content` is the list, as JSON."""

    pair_id: str
    from_pair_id: str
    pair = ForeignKeyField(Pair, backref="+")
    from_pair = ForeignKeyField(Pair, backref="+")
    by = who()
    passed_at = Moment(default=clock.now)
    content = Words()


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
