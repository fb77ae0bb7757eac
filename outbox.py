"""The outbox: what was decided to be mailed, each thing to each person once, and what became of it."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from peewee import CharField, ForeignKeyField, IntegerField

import clock
import secrecy
from models import Person
from rows import Moment, Row, new_id

# For how long whoever takes one may be at it, before somebody else may.
LEASE = timedelta(minutes=10)
# How long to wait after the first failure, the second, and so on; the last goes on.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
# No pause and no night is longer.
FARTHEST = timedelta(days=1)
# When to try no more, and when to forget what was mailed.
GIVE_UP = timedelta(days=3)
KEPT = timedelta(days=100)
LAID_AT_ONCE = 100
# How many are looked at to find one that nobody else has taken.
LOOKED_AT = 20


class Mailing(NamedTuple):
    """Something to be mailed: to whom (an id), of which kind, about what."""

    person: str
    kind: str
    about: str


class OutgoingMail(Row):
    """One thing that a person is mailed. It says no words: those are found when it is sent.

    `about` is an id, and a day where one thing may be mailed again on another. `next_try_at` is None when it is over:
    it was sent, dropped (not worth saying any more), or failed. `code` is what the mail server answered last.
    """

    person_id: str
    person = ForeignKeyField(Person, backref="+", index=False)
    kind = CharField(max_length=16)
    about = CharField(max_length=32)
    token_hash = CharField(max_length=64, unique=True)
    decided_at = Moment(default=clock.now, index=True)
    next_try_at = Moment(default=clock.now, null=True, index=True)
    tries = IntegerField(default=0)
    code = IntegerField(null=True)
    sent_at = Moment(null=True)
    dropped_at = Moment(null=True)
    failed_at = Moment(null=True)

    class Meta:
        indexes = ((("person", "kind", "about"), True),)

    @property
    def token(self) -> str:
        """What the link ends in by which one does without mail of this kind. The database alone does not tell it."""
        return _token(self.id)

    def take(self) -> bool:
        """Be the one who tries to send it next, of all who would; whether that worked."""
        facts = {OutgoingMail.tries: self.tries + 1, OutgoingMail.next_try_at: clock.now() + LEASE}
        still = OutgoingMail.tries == self.tries, OutgoingMail.next_try_at.is_null(False)
        taken = OutgoingMail.update(facts).where(OutgoingMail.id == self.id, *still).execute()
        self.tries += 1
        return bool(taken)

    def wait(self, until: datetime) -> None:
        """Not now; that was no try."""
        self.change(next_try_at=until, tries=self.tries - 1)

    def note_sent(self) -> None:
        """The mail server has taken it."""
        self.change(sent_at=clock.now(), next_try_at=None)

    def drop(self) -> None:
        """It is not worth saying any more."""
        self.change(dropped_at=clock.now(), next_try_at=None)

    def drop_if_waiting(self) -> None:
        """The same, unless it is over already."""
        if self.next_try_at:
            self.drop()

    def fail(self, code: int | None = None) -> None:
        """It will never be sent."""
        self.change(failed_at=clock.now(), next_try_at=None, code=code)

    def put_off(self, code: int | None = None) -> bool:
        """Try again later, after a longer pause each time. After some days it fails: whether it is still to be sent."""
        is_over = clock.now() - self.decided_at >= GIVE_UP
        if is_over:
            self.fail(code)
        else:
            self.change(next_try_at=clock.now() + PAUSES[min(self.tries, len(PAUSES)) - 1], code=code)
        return not is_over


class State(NamedTuple):
    """How the outbox stands: how many wait, since when the oldest does, and what became of those of some days."""

    waiting: int
    oldest: datetime | None
    sent: int
    dropped: int
    failed: int


def lay_in(mailings: Iterable[Mailing]) -> None:
    """Have all of these sent, but not what is or was in here already."""
    rest = iter(mailings)
    while some := [_row(mailing) for mailing in islice(rest, LAID_AT_ONCE)]:
        OutgoingMail.insert_many(some).on_conflict_ignore().execute()


def _row(mailing: Mailing) -> dict[str, object]:
    id = new_id()
    return {**mailing._asdict(), "id": id, "token_hash": _hash(_token(id))}


def take_next() -> OutgoingMail | None:
    """The next one that is to be sent now, taken; None when there is none."""
    return next((mail for mail in _due() if mail.take()), None)


def _due() -> list[OutgoingMail]:
    """Whatever is put off farther than ever happens was so by a clock that has been set back since."""
    now, at = clock.now(), OutgoingMail.next_try_at
    return list(OutgoingMail.select().where((at <= now) | (at > now + FARTHEST)).order_by(at).limit(LOOKED_AT))


def of_token(token: str) -> OutgoingMail | None:
    """The mail whose link ends in this."""
    hashed = _hash(token)
    found = OutgoingMail.get_or_none(OutgoingMail.token_hash == hashed)
    return found if found and hmac.compare_digest(found.token_hash, hashed) else None


def forget_old() -> None:
    """Forget what was over long ago."""
    is_old = OutgoingMail.decided_at < clock.now() - KEPT
    OutgoingMail.delete().where(is_old, OutgoingMail.next_try_at.is_null()).execute()


def move(source: Person, target: Person) -> None:
    """What was mailed to somebody under another name was mailed to them, and what waits there is for them."""
    told = {(mail.kind, mail.about): mail for mail in _of(target)}
    for mail in _of(source):
        if twin := told.get((mail.kind, mail.about)):
            # Of two that say the same at most one is sent, and the way out of either leads to the one who stays.
            (twin if mail.sent_at else mail).drop_if_waiting()
            mail.change(person=target, about=f"~{mail.id}")
        else:
            mail.change(person=target)


def _of(person: Person) -> list[OutgoingMail]:
    return list(OutgoingMail.select().where(OutgoingMail.person == person))


def forget(person: Person) -> None:
    """Forget all that somebody was mailed, and send them nothing that waits."""
    OutgoingMail.delete().where(OutgoingMail.person == person).execute()


def state(lately: timedelta) -> State:
    """How it stands, with what became of what was decided lately."""
    waiting = OutgoingMail.select(OutgoingMail.decided_at).where(OutgoingMail.next_try_at.is_null(False))
    moments = sorted(mail.decided_at for mail in waiting)
    since = clock.now() - lately
    ends = (
        OutgoingMail.select().where(OutgoingMail.decided_at >= since, end.is_null(False)).count()
        for end in (OutgoingMail.sent_at, OutgoingMail.dropped_at, OutgoingMail.failed_at)
    )
    return State(len(moments), moments[0] if moments else None, *ends)


def number_waiting() -> int:
    """How many are still to be sent."""
    return OutgoingMail.select().where(OutgoingMail.next_try_at.is_null(False)).count()


def _token(id: str) -> str:
    return secrecy.digest("unsubscribe", id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
