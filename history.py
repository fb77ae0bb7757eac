"""What words were before: who changed them and when, for the two alone."""

import hashlib
from datetime import timedelta
from typing import Any

from peewee import CharField, ForeignKeyField

import clock
import meetings
from merging import Merged, merge_since
from models import Pair, Person, who
from prepared import Prepared
from rows import Moment, Row, Words

# What pages save while one is typing: one person's changes within this time are one.
TYPED = {"notes", "support", "barriers", "help", "reflection"}
AT_A_STRETCH = timedelta(minutes=10)
# What a kind of row is called, where that is not the name of its table.
CALLED = {"development_goal": "goal"}


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


def note(row: Row, part: str, before: str, after: str, by: Person, apart: bool = False) -> None:
    """Keep that `by` changed a part of a row of a pair: belongs into the transaction of the change.

    What is saved while one types becomes one wording, unless it is to stand `apart`. Nothing private belongs here.
    """
    subject, now = subject_of(row), clock.now()
    last = LAST.first(about=subject, part=part) if part in TYPED and not apart else None
    if last and last.by_id == by.id and last.began_at > now - AT_A_STRETCH:
        last.change(after=after, changed_at=now)
    else:
        pair = row.__data__["pair"]
        Wording.create(
            pair=pair, subject=subject, part=part, by=by, before=before, after=after, began_at=now, changed_at=now
        )


def rewrite(
    row: Any, by: Person, part: str, words: str, base: str, sent: str | None = None, apart: bool = False, **facts: Any
) -> Merged:
    """Have a part of a row say other words, having started from `base`; with other `facts` of it, if any. All is kept.

    A clash is given back unsaved. `sent` is as in merge_since, `apart` as in note.
    """
    before = getattr(row, part)
    merged = merge_since(base, before, words, sent)
    if not merged.clash:
        if merged.text != before:
            note(row, part, before, merged.text, by, apart)
        note_all(row, facts, by)
        row.change(**{part: merged.text}, **facts)
    return merged


def note_all(row: Any, facts: dict[str, Any], by: Person) -> None:
    """Keep what is about to change: words, days, numbers, and people by their ids."""
    for name, value in facts.items():
        before, after = row.__data__[name], value.id if isinstance(value, Row) else value
        if isinstance(row._meta.fields[name], Words):
            before = getattr(row, name)
        if (before or "") != (after or ""):
            note(row, name, str(before or ""), str(after or ""), by)


def keep_what_changes() -> None:
    """Keep every change of an item from now on: `meetings` tells its witnesses, whoever they are."""
    if note not in meetings.witnesses:
        meetings.witnesses.append(note)


def has_other_author(row: Row, author: str) -> bool:
    """Whether somebody else than `author` has changed what a row says."""
    theirs = Wording.subject == subject_of(row), Wording.part == "text", Wording.by != author
    return Wording.select().where(*theirs).exists()


def subject_of(row: Row) -> str:
    """What a row is called here, such as "item-k3f…"."""
    table = row._meta.table_name
    return f"{CALLED.get(table, table)}-{row.id}"


def wordings_of(row: Row) -> list[Wording]:
    """Every change of it, oldest first."""
    return WORDINGS(about=subject_of(row))


def mark(words: str) -> str:
    """A short mark of words: whoever changes them sends that of those they saw, so that none are lost."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


LAST = Prepared(
    lambda about, part: (
        Wording.select(Wording.id, Wording.pair, Wording.by, Wording.began_at)
        .where(Wording.subject == about, Wording.part == part)
        .order_by(Wording.changed_at.desc(), Wording.began_at.desc())
        .limit(1)
    )
)
WORDINGS = Prepared(
    lambda about: (
        Wording.select().where(Wording.subject == about).order_by(Wording.changed_at, Wording.began_at, Wording.id)
    )
)
