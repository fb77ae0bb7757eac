"""The audit trail: who came in, was refused, opened, exported or changed a role, and when. Never what was written.

Its rows are chained: each holds a keyed digest over itself and the row before, so that none can be changed, taken
out or put in between without showing. The database refuses to change them (see migrations/0002_safe.py).
"""

import logging

from peewee import CharField, ForeignKeyField, IntegerField

import clock
import secrecy
from models import Pair, Person
from prepared import Prepared
from rows import Moment, Row, db

ABOUT_LENGTH = 200
BEGINNING = "0" * 64

log = logging.getLogger("audit")


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


def note(event: str, by: Person | None = None, pair: Pair | None = None, about: str = "") -> AuditEntry:
    """Add a row to the trail."""
    with db.atomic():
        last = last_entry()
        entry = AuditEntry(
            number=last.number + 1 if last else 1, event=event, by=by, pair=pair, about=about[:ABOUT_LENGTH]
        )
        facts = {name: entry.__data__.get(name) for name in ("number", "at", "event", "by", "pair", "about")}
        entry = AuditEntry.create(id=entry.id, chain=entry.link(last.chain if last else BEGINNING), **facts)
    log.info("event=%s number=%d chain=%s", event, entry.number, entry.chain)
    return entry


def last_entry() -> AuditEntry | None:
    """The head of the trail."""
    return LAST.first()


def first_broken() -> int | None:
    """The number of the first row that does not belong where it is; None when the whole trail holds."""
    before = BEGINNING
    for number, entry in enumerate(AuditEntry.select().order_by(AuditEntry.number).iterator(), 1):
        if entry.number != number or entry.chain != entry.link(before):
            return number
        before = entry.chain
    return None
