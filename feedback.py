"""Feedback, in both directions: asked for, given, acknowledged."""

from peewee import BooleanField, CharField, ForeignKeyField

import clock
from models import Meeting, Pair, who
from rows import Moment, Once, Words


class Feedback(Once):
    """What one of the two tells the other, of their own or from somebody else; perhaps they were asked for it first.

    `giver` tells, `receiver` is told. `tone` is "positive" or "developmental". A reported one is from `reported_from`,
    who is "a colleague" where that is blank. Until `given_at` it is a question alone.
    """

    pair_id: str
    giver_id: str
    receiver_id: str
    meeting_id: str | None
    pair = ForeignKeyField(Pair, backref="+")
    giver = who()
    receiver = who()
    question = Words(default="")
    asked_at = Moment(null=True)
    meeting = ForeignKeyField(Meeting, backref="+", null=True)
    tone = CharField(max_length=16, default="")
    is_reported = BooleanField(default=False)
    reported_from = Words(default="")
    text = Words(default="")
    made_at = Moment(default=clock.now)
    given_at = Moment(null=True)
    acknowledged_at = Moment(null=True)
    reply = Words(default="")
    withdrawn_at = Moment(null=True)
    withdrawn_by = who(null=True)
    # When each said that it should stand in the meeting's record.
    giver_records_at = Moment(null=True)
    receiver_records_at = Moment(null=True)
