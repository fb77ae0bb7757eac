"""Sessions: who is signed in, in which browser. A row holds a digest of what the browser holds."""

import hashlib
import json
import logging
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from peewee import CharField, ForeignKeyField, IntegerField, OperationalError

import clock
from models import Person
from prepared import Prepared, among
from rows import Moment, Row

TOKEN_BYTES = 32
MOST_BROWSERS = 20
# How often a session's last sign of life is written down.
SEEN_EVERY = timedelta(minutes=1)

log = logging.getLogger("sessions")


class Limits(NamedTuple):
    """How long a session lives without a sign of life, and at most."""

    idle: timedelta
    whole: timedelta


class Session(Row):
    """One browser in which somebody is signed in. It is bound to the way they came and to the person's epoch."""

    person_id: str
    person = ForeignKeyField(Person, backref="+")
    token_digest = CharField(max_length=64, unique=True)
    way = CharField(max_length=16)
    epoch = IntegerField()
    started_at = Moment(default=clock.now, index=True)
    seen_at = Moment(default=clock.now, index=True)

    def holds(self, way: str, limits: Limits) -> bool:
        """Whether it is still good: not worn out, come by the same way, of a person who is still here."""
        now = clock.now()
        return (
            self.way == way
            and self.epoch == self.person.epoch
            and not self.person.disabled_at
            and now - self.seen_at < limits.idle
            and now - self.started_at < limits.whole
        )

    def see(self) -> None:
        """Its person has just done something. What was noted by a clock that was ahead is put right.

        Where that cannot be written, as on a full disk, nobody is kept from reading for it; the session then ends as if
        they had done nothing.
        """
        if abs(clock.now() - self.seen_at) > SEEN_EVERY:
            try:
                self.change(seen_at=clock.now())
            except OperationalError as problem:
                log.warning("event=not-seen kind=%s", type(problem).__name__)


OF_TOKEN = Prepared(lambda digest: Session.select(Session, Person).join(Person).where(Session.token_digest == digest))
# What tells whether they still hold, and no more: it is asked for every open page, again and again.
OF_IDS = Prepared(
    lambda ids: (
        Session.select(
            *(Session.id, Session.way, Session.epoch, Session.started_at, Session.seen_at),
            *(Person.id, Person.epoch, Person.disabled_at),
        )
        .join(Person)
        .where(among(Session.id, ids))
    )
)


def new_token() -> str:
    """What a browser is given to hold: 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def begin(person: Person, way: str, limits: Limits) -> tuple[Session, str]:
    """A new session, and the token for its browser. Sessions that are worn out are swept away."""
    token = new_token()
    Session.delete().where(
        (Session.started_at < clock.now() - limits.whole) | (Session.seen_at < clock.now() - limits.idle)
    ).execute()
    _end_the_oldest_of(person)
    session = Session.create(person=person, token_digest=_digest(token), way=way, epoch=person.epoch)
    return session, token


def _end_the_oldest_of(person: Person) -> None:
    """Nobody sits at more browsers than this."""
    found = Session.select(Session.id).where(Session.person == person).order_by(Session.seen_at.desc(), Session.id)
    surplus = [session.id for session in found.offset(MOST_BROWSERS - 1)]
    Session.delete().where(Session.id.in_(surplus)).execute()


def of_token(token: str) -> Session | None:
    """The session whose browser holds this token, with its person."""
    return OF_TOKEN.first(digest=_digest(token))


def of_ids(ids: Collection[str]) -> list[Session]:
    """The sessions with these ids, each with its person."""
    return OF_IDS(ids=json.dumps([*ids]))


def _digest(token: str) -> str:
    # The token is random through and through, so a plain digest tells nothing of it.
    return hashlib.sha256(token.encode()).hexdigest()
