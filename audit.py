"""The audit trail: who came in, was refused, opened, exported or changed a role, and when. Never what was written.

Its rows are chained: each holds a keyed digest over itself and the row before, so that none can be changed, taken
out or put in between without showing. The database refuses to change them (see migrations/0002_safe.py).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from peewee import JOIN, CharField, ForeignKeyField, IntegerField

import clock
import secrecy
from models import Pair, Person
from prepared import Prepared
from rows import Moment, Row, db, one_at_a_time

ABOUT_LENGTH = 200
BEGINNING = "0" * 64

log = logging.getLogger("audit")
# What is noted and not added yet.
_waiting: ContextVar[list | None] = ContextVar("waiting", default=None)


class Broken(Exception):
    """The trail does not hold. The message says where, in words for the operator."""


class AuditEntry(Row):
    """Something that happened, to whom (`by`), in which pair, and what it was about: ids and reasons alone."""

    by_id: str | None
    pair_id: str | None
    number = IntegerField(unique=True)
    at = Moment(default=clock.now)
    event = CharField(max_length=32)
    by = ForeignKeyField(Person, backref="+", null=True, index=False)
    pair = ForeignKeyField(Pair, backref="+", null=True)
    about = CharField(max_length=ABOUT_LENGTH, default="")
    chain = CharField(max_length=64)

    def link(self, before: str) -> str:
        """The digest over this row and the one before."""
        facts = (before, self.number, self.at.isoformat(), self.event, self.by_id, self.pair_id, self.about)
        return secrecy.digest("audit", "\x1f".join("" if fact is None else str(fact) for fact in facts))


LAST = Prepared(lambda: AuditEntry.select().order_by(AuditEntry.number.desc()).limit(1))


@contextmanager
def at_the_end() -> Iterator[None]:
    """What is noted within is added at its end: nobody else waits for the trail until then. Within a transaction."""
    kept: list[tuple] = []
    _waiting.set(kept)
    try:
        yield
    finally:
        _waiting.set(None)
    for facts in kept:
        _add(*facts)


def note(event: str, by: Person | None = None, pair: Pair | None = None, about: str = "") -> AuditEntry | None:
    """Add a row to the trail; gives it, unless it comes at the end."""
    kept = _waiting.get()
    if kept is None:
        return _add(event, by, pair, about, clock.now())
    kept.append((event, by, pair, about, clock.now()))
    return None


def _add(event: str, by: Person | None, pair: Pair | None, about: str, at: datetime) -> AuditEntry:
    with one_at_a_time("audit"):
        last = last_entry()
        entry = AuditEntry(
            number=last.number + 1 if last else 1, at=at, event=event, by=by, pair=pair, about=about[:ABOUT_LENGTH]
        )
        facts = {name: entry.__data__.get(name) for name in ("number", "at", "event", "by", "pair", "about")}
        entry = AuditEntry.create(id=entry.id, chain=entry.link(last.chain if last else BEGINNING), **facts)
        # Only what is in the database for good may be shipped as the trail's head.
        db.after_commit(lambda: log.info("event=%s number=%d chain=%s", event, entry.number, entry.chain))
    return entry


def last_entry() -> AuditEntry | None:
    """The youngest row of the trail."""
    return LAST.first()


def head() -> str:
    """NUMBER:CHAIN of the youngest row. Whoever notes it elsewhere can tell later whether the trail was cut short."""
    last = last_entry()
    return f"{last.number}:{last.chain}" if last else f"0:{BEGINNING}"


def walk() -> Iterator[AuditEntry]:
    """The whole trail from its beginning, each row checked before it is given. Raises Broken."""
    before = BEGINNING
    for number, entry in enumerate(AuditEntry.select().order_by(AuditEntry.number).iterator(), 1):
        if entry.number != number:
            raise Broken(f"Entry {number} is missing: the next one is entry {entry.number}.")
        if entry.chain != entry.link(before):
            raise Broken(f"Entry {number} does not belong where it is: it was changed, moved or put in.")
        before = entry.chain
        yield entry


def verify(noted: str | None = None) -> Iterator[AuditEntry]:
    """Like walk; and the head `noted` elsewhere earlier must still be in the trail. Raises Broken."""
    number, chain = _parted(noted) if noted else (0, BEGINNING)
    passed = 0
    for entry in walk():
        passed = entry.number
        if passed == number and entry.chain != chain:
            raise Broken(f"Entry {number} is not the one that was noted: the trail was written anew.")
        yield entry
    if passed < number:
        raise Broken(f"The trail ends with entry {passed}, but entry {number} was noted: it was cut short.")


def _parted(noted: str) -> tuple[int, str]:
    number, _, chain = noted.strip().partition(":")
    if not (number.isascii() and number.isdecimal() and len(chain) == len(BEGINNING)):
        raise Broken(f"{noted!r} is no head of a trail: give what 'duologue audit head' printed.")
    return int(number), chain


def entries(last: int | None = None, event: str | None = None, since: datetime | None = None) -> list[AuditEntry]:
    """The rows of the trail with their people, oldest first: the `last` ones, of an event, since a moment."""
    query = AuditEntry.select(AuditEntry, Person).join(Person, JOIN.LEFT_OUTER).order_by(AuditEntry.number.desc())
    if event:
        query = query.where(AuditEntry.event == event)
    if since:
        query = query.where(AuditEntry.at >= since)
    return list(query.limit(last))[::-1]
