"""Evidence of how the year went: written for it, or kept from what was there, once whoever wrote that agrees."""

from datetime import date, datetime
from typing import Any

from peewee import CharField, DateField, ForeignKeyField

import clock
import history
from actions import Action
from agreeing import TooLate, Worded
from feedback import Feedback
from growth import Objective
from languages import Phrase
from meetings import Item
from models import PEOPLE, Pair, Person, Refused, mine, stands, who, with_people
from prepared import Prepared
from rows import Moment, Once, Words, repeat_key

# What somebody agrees to, and what may be put in other words.
SAID = ("text", "link", "happened_on", "objective_id", "reference", "reflection")


class Evidence(Worded, Once):
    """What shows how the year went: words, perhaps with a link.

    Kept words have a `source` (such as "item-k3f…") and are of `author` (null: of both); they count once
    `consented_at` is set: whoever wrote them agreed. `reference` is that of a framework of competence, `reflection`
    what was learned: with a reference it is an entry for accreditation.
    """

    pair_id: str
    author_id: str | None
    kept_by_id: str
    objective_id: str | None
    removed_by_id: str | None
    pair = ForeignKeyField(Pair, backref="+")
    author = who(null=True)
    source = CharField(max_length=32, default="")
    objective = ForeignKeyField(Objective, backref="+", null=True)
    happened_on = DateField()
    text = Words()
    link = Words(default="")
    reference = Words(default="")
    reflection = Words(default="")
    kept_by = who()
    kept_at = Moment(default=clock.now)
    consented_at = Moment(null=True)
    removed_at = Moment(null=True)
    removed_by = who(null=True)

    @property
    def path(self) -> str:
        return f"/evidence/{self.id}"

    @property
    def region(self) -> str:
        return f"evidence-{self.id}"

    @property
    def is_kept(self) -> bool:
        """Whether its words were there already, and not written for it."""
        return bool(self.source)

    def waits_for(self, person: Person) -> bool:
        """Whether this one has still to agree that it is kept."""
        is_theirs = self.author_id in (None, person.id) and self.kept_by_id != person.id
        return is_theirs and not self.consented_at and not self.removed_at

    def is_read_by(self, person: Person) -> bool:
        """Whether this one may read the words: until whoever wrote them agrees, nobody else reads this copy."""
        return bool(self.consented_at) or self.author_id == person.id or self.waits_for(person)

    def may_change(self, person: Person) -> bool:
        """Whether its words are this one's to change: what was kept stays as it was."""
        return not self.is_kept and self.author_id == person.id

    def may_remove(self, person: Person) -> bool:
        """Whoever wrote it may take it out, and whoever kept it."""
        return person.id in (self.author_id, self.kept_by_id) or self.author_id is None

    @property
    def said(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in SAID)

    def consent(self, by: Person, terms: str | None = None) -> None:
        """Agree that one's words are kept for the annual review."""
        with self.changing():
            self.must_say(terms)
            self._must_be_there()
            if self.waits_for(by):
                self.change(consented_at=clock.now())

    def _must_be_there(self) -> None:
        if self.removed_at:
            raise TooLate(Phrase("This was taken out again a moment ago."))

    def take_out(self, by: Person) -> None:
        """Take it out of the year; what it was kept from stays where it is. Whoever did so can put it back."""
        with self.changing():
            if not self.removed_at:
                self.change(removed_at=clock.now(), removed_by=by)

    def put_back(self, by: Person) -> None:
        """Undo the removal, if it was theirs: nobody brings back what somebody else took out."""
        with self.changing():
            if self.removed_at and self.removed_by_id != by.id:
                raise TooLate(Phrase("This was taken out by somebody else, so it stays out."))
            self.change(removed_at=None, removed_by=None)

    def rewrite(self, by: Person, before: str | None = None, **facts: Any) -> None:
        """Say it in other words. `before` are the terms that the change started from."""
        with self.changing():
            self.must_say(before)
            self._must_be_there()
            history.note_all(self, facts, by)
            self.change(**facts)


def add(pair: Pair, by: Person, happened_on: date, text: str, key: str | None = None, **more: Any) -> Evidence:
    """Write down what shows how the year went (`more`: link, objective, reference, reflection)."""
    with pair.changing():
        made, _ = Evidence.create_once(
            repeat_key(key, pair.id, by.id, text),
            **{"pair": pair, "author": by, "kept_by": by, "consented_at": clock.now()},
            **{"happened_on": happened_on, "text": text, **more},
        )
        return made


def keep_item(item: Item, by: Person) -> Evidence:
    """Keep what an item says. Raises Refused for a draft, ItemGone for what was deleted."""
    with item.meeting.pair.changing():
        _must_be_shared(item)
        return _keep(item, "item", by, item.author_id, item.text, item.created_at)


def keep_notes(item: Item, by: Person) -> Evidence:
    """Keep the notes under an item, which are of both. Raises Refused when there are none."""
    with item.meeting.pair.changing():
        _must_be_shared(item)
        if not item.notes:
            raise Refused(Phrase("There are no notes here yet that could be kept."))
        return _keep(item, "notes", by, None, f"{item.text}\n{item.notes}", item.created_at)


def _must_be_shared(item: Item) -> None:
    item.must_be_there()
    if item.is_draft:
        raise Refused(Phrase("This is still a private draft. Share it first, then keep it."))


def keep_action(action: Action, by: Person) -> Evidence:
    """Keep what an action says. Raises Refused for one that was withdrawn."""
    with action.changing():
        if action.withdrawn_at:
            raise TooLate(Phrase("This proposal was withdrawn a moment ago."))
        return _keep(action, "action", by, action.proposed_by_id, action.text, action.proposed_at)


def keep_feedback(feedback: Feedback, by: Person) -> Evidence:
    """Keep feedback that was given. Raises Refused while it is a question alone, or when it was taken back."""
    with feedback.pair.changing():
        fresh = Feedback.get_by_id(feedback.id)
        if not fresh.given_at or fresh.withdrawn_at:
            raise Refused(Phrase("There is nothing here yet that could be kept."))
        return _keep(feedback, "feedback", by, fresh.giver_id, fresh.text, fresh.given_at)


def _keep(row: Any, kind: str, by: Person, author: str | None, text: str, at: datetime) -> Evidence:
    """Keep these words as they are now; whoever wrote them agrees by that, or is asked. Once is enough."""
    pair = row.meeting.pair if isinstance(row, Item) else row.pair
    author = None if author and history.has_other_author(row, author) else author
    kept = Evidence.get_or_none(Evidence.pair == pair, Evidence.source == f"{kind}-{row.id}")
    now = clock.now()
    if kept and not kept.removed_at:
        if kept.waits_for(by):
            kept.change(text=text, consented_at=now)
        return kept
    facts = {
        **{"author": author, "text": text, "kept_by": by, "kept_at": now, "removed_at": None, "removed_by": None},
        **{"consented_at": now if author == by.id else None},
    }
    if kept:
        kept.change(**facts)
        return kept
    happened_on = clock.local(at, pair.time_zone).date()
    return Evidence.create(pair=pair, source=f"{kind}-{row.id}", happened_on=happened_on, **facts)


def of(pair: Pair, start: date | None = None, end: date | None = None) -> list[Evidence]:
    """What was gathered between two days, the latest first; what waits for consent included."""
    between = [Evidence.happened_on >= start] if start else []
    between += [Evidence.happened_on <= end] if end else []
    found = (
        Evidence.select()
        .where(Evidence.pair == pair, Evidence.removed_at.is_null(), *between)
        .order_by(Evidence.happened_on.desc(), Evidence.kept_at.desc())
    )
    return [_of(pair, one) for one in found]


def find(person: Person, id: str) -> Evidence | None:
    """The evidence with this id, if it is in one of their pairs; what was taken out is found, too."""
    found = Evidence.select(Evidence, Pair).join(Pair).where(Evidence.id == id, mine(person, clock.now())).first()
    return _of(person.pair(found.pair_id), found) if found else None


def _of(pair: Any, found: Evidence) -> Evidence:
    found.pair = pair
    return found


def known_to(person: Any) -> Any:
    """The condition that the words of evidence are this one's to read: see `Evidence.is_read_by`."""
    is_asked = Evidence.author.is_null() & (Evidence.kept_by != person)
    stands = Evidence.removed_at.is_null() & (Evidence.consented_at.is_null(False) | is_asked)
    return (Evidence.author == person) | stands


def waiting_for(person: Person) -> list[Evidence]:
    """The words of theirs that somebody would like to keep for the annual review."""
    return WAITING(person=person.id)


WAITING = Prepared(
    lambda person, now: (
        with_people(Evidence.select(Evidence, Pair, *PEOPLE).join(Pair))
        .where(
            mine(person, now),
            stands(now),
            Evidence.consented_at.is_null(),
            Evidence.removed_at.is_null(),
            Evidence.kept_by != person,
            Evidence.author.is_null() | (Evidence.author == person),
        )
        .order_by(Evidence.kept_at)
    )
)
