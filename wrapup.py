"""Before a meeting is closed: what each of the two says of it, and the date that they agree to meet next."""

from datetime import datetime

from peewee import CharField, ForeignKeyField

import clock
from meetings import Meeting
from models import Person, who
from prepared import Prepared
from rows import Moment, Row, new_id

# What can be said: that everything was covered, and that the date of the next meeting suits.
COVERED, NEXT = "covered", "next"


class ClosingCheck(Row):
    """One party's word on a matter of the wrap-up."""

    meeting_id: str
    person_id: str
    meeting = ForeignKeyField(Meeting, backref="+", index=False)
    person = who()
    matter = CharField(max_length=16)
    checked_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("meeting", "person", "matter"), True),)

    @classmethod
    def note(cls, meeting: Meeting, person: Person, matter: str) -> None:
        """Keep that `person` said so; once is enough."""
        facts = {"meeting": meeting, "person": person, "matter": matter, "checked_at": clock.now()}
        cls.insert(id=new_id(), **facts).on_conflict_ignore().execute()


def said(meeting: Meeting) -> dict[str, list[Person]]:
    """Who of the two said so, by matter; the individual first."""
    checks = {(check.matter, check.person_id) for check in CHECKS(meeting=meeting.id)}
    people = meeting.pair.people
    return {matter: [person for person in people if (matter, person.id) in checks] for matter in (COVERED, NEXT)}


def cover(meeting: Meeting, by: Person, undo: bool = False) -> None:
    """Say that one has covered everything that one came for, or take that back."""
    with meeting.changing():
        if undo:
            _take_back(meeting, COVERED, by)
        else:
            ClosingCheck.note(meeting, by, COVERED)


def settle_next(meeting: Meeting, by: Person, starts_at: datetime) -> None:
    """Say when to meet next. Another date than the one on the table asks for the other's yes anew."""
    with meeting.changing():
        if starts_at != meeting.next_starts_at:
            meeting.change(next_starts_at=starts_at)
            _take_back(meeting, NEXT)
        ClosingCheck.note(meeting, by, NEXT)


def _take_back(meeting: Meeting, matter: str, by: Person | None = None) -> None:
    gone = ClosingCheck.delete().where(ClosingCheck.meeting == meeting, ClosingCheck.matter == matter)
    (gone.where(ClosingCheck.person == by) if by else gone).execute()


CHECKS = Prepared(lambda meeting: ClosingCheck.select().where(ClosingCheck.meeting == meeting))
