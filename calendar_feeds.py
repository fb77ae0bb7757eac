"""The private address of a person's calendar, for calendar programs: none of them can sign on, so a token opens it."""

import hashlib
import hmac
import secrets

from peewee import CharField, ForeignKeyField, IntegerField

import audit
import clock
from models import Person
from prepared import Prepared
from rows import ID_LENGTH, Moment, Row, one_at_a_time

SECRET_BYTES = 32


class CalendarFeed(Row):
    """A person's calendar, for whoever holds its token: the id of this row, and a secret that it has a digest of.

    It holds as long as the person's `epoch` is what it was: whoever is let in again later begins another.
    """

    person_id: str
    person = ForeignKeyField(Person, backref="+", unique=True)
    secret_digest = CharField(max_length=64)
    epoch = IntegerField()
    made_at = Moment(default=clock.now)

    def opens_with(self, secret: str) -> bool:
        """Whether this is its secret. How long it takes tells nothing of how much of it is right."""
        return hmac.compare_digest(self.secret_digest, _digest(secret))

    @property
    def holds(self) -> bool:
        """Whether its person, whose row it came with, is still here as they were when it was made."""
        return self.epoch == self.person.epoch and not self.person.disabled_at


def begin(person: Person) -> str:
    """A new address for this person's calendar: its token, which is stored nowhere. An address from before ends."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with one_at_a_time(f"calendar {person.id}"):
        _remove(person)
        made = CalendarFeed.create(person=person, secret_digest=_digest(secret), epoch=person.epoch)
        audit.note("calendar", by=person, about="began")
    return made.id + secret


def end(person: Person) -> None:
    """Have this person's calendar be read at no address any more."""
    with one_at_a_time(f"calendar {person.id}"):
        if _remove(person):
            audit.note("calendar", by=person, about="ended")


def of(person: Person) -> CalendarFeed | None:
    """The address that this person's calendar has."""
    found = OF_PERSON.first(person=person.id)
    return found if found and found.holds else None


def holder_of(token: str) -> Person | None:
    """The person whose calendar this token opens."""
    found = OF_ID.first(id=token[:ID_LENGTH])
    return found.person if found and found.opens_with(token[ID_LENGTH:]) and found.holds else None


def _remove(person: Person) -> int:
    return CalendarFeed.delete().where(CalendarFeed.person == person).execute()


def _digest(secret: str) -> str:
    # The secret is random through and through, so a plain digest tells nothing of it.
    return hashlib.sha256(secret.encode()).hexdigest()


OF_ID = Prepared(lambda id: CalendarFeed.select(CalendarFeed, Person).join(Person).where(CalendarFeed.id == id))
OF_PERSON = Prepared(
    lambda person: CalendarFeed.select(CalendarFeed, Person).join(Person).where(CalendarFeed.person == person)
)
