"""Agreeing: what one of the two proposes counts once both have said yes to the same words."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar, Self

import clock
import history
from languages import Phrase
from models import Pair, Person, Refused
from rows import new_id


class TooLate(Refused):
    """It is not in a state that allows the verb any more, or not yet."""


class Changed(TooLate):
    """It says something else by now than when it was read."""


class Consent:
    """A row that says that one party agreed. `noted_by` is the other one when both agreed at one screen.

    `to` names its column for what was agreed to.
    """

    to: ClassVar[str]
    person_id: str
    noted_by_id: str

    @classmethod
    def of(cls, proposal: Any) -> list[Self]:
        """Who said yes so far."""
        return list(cls.select().where(getattr(cls, cls.to) == proposal))  # type: ignore[attr-defined]

    @classmethod
    def note(cls, proposal: Any, person: Person, by: Person) -> None:
        """Keep that `person` said yes; once is enough."""
        facts = {cls.to: proposal, "person": person, "noted_by": by, "agreed_at": clock.now()}
        cls.insert(id=new_id(), **facts).on_conflict_ignore().execute()  # type: ignore[attr-defined]

    @classmethod
    def forget(cls, proposal: Any, but: Person) -> None:
        """Ask everybody but this person anew."""
        cls.delete().where(  # type: ignore[attr-defined]
            getattr(cls, cls.to) == proposal,
            cls.person != but,  # type: ignore[attr-defined]
        ).execute()


class Worded:
    """A row of a pair whose exact words somebody says yes to, or starts a change from. A subclass names them."""

    pair: Pair
    id: str

    @property
    def said(self) -> tuple[Any, ...]:
        """What one says yes to."""
        raise NotImplementedError

    @property
    def terms(self) -> str:
        """A short mark of what it says now: whoever agrees sends it along, so that nobody agrees to other words."""
        return hashlib.sha256("\x1f".join(map(str, self.said)).encode()).hexdigest()[:16]

    def must_say(self, terms: str | None) -> None:
        """Raise TooLate if it says something else than when `terms` was read (None: never mind)."""
        if terms and terms != self.terms:
            raise Changed(Phrase("This was changed a moment ago. Please read it again."))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A change to it, in one transaction, seen as it is now. Raises PairOver."""
        with self.pair.changing():
            fresh = type(self).get_or_none(type(self).id == self.id)  # type: ignore[attr-defined]
            if fresh is None:
                raise TooLate(Phrase("This was deleted a moment ago."))
            self.__data__.update(fresh.__data__)  # type: ignore[attr-defined]
            yield

    def change(self, **facts: Any) -> None:
        """Store new values of these columns: the row's own."""
        super().change(**facts)  # type: ignore[misc]


class Proposal(Worded):
    """What all rows share that both must agree to. A subclass names its consents, and what exactly one says yes to."""

    consents: ClassVar[type[Consent]]
    agreed_at: datetime | None
    withdrawn_at: datetime | None
    dropped_at: datetime | None
    # Who said yes: filled in by finders.
    _agreements: list[Any] | None = None

    @property
    def is_over(self) -> bool:
        return bool(self.withdrawn_at or self.dropped_at)

    @property
    def is_tracked(self) -> bool:
        return bool(self.agreed_at) and not self.is_over

    @property
    def is_proposed(self) -> bool:
        return not self.agreed_at and not self.is_over

    @property
    def agreements(self) -> list[Any]:
        """Who said yes so far."""
        if self._agreements is None:
            self._agreements = list(self.consents.of(self))
        return self._agreements

    def agreed_by(self, person: Person) -> bool:
        """Whether this one has said yes."""
        return any(agreement.person_id == person.id for agreement in self.agreements)

    @property
    def together(self) -> bool:
        """Whether one of them noted it for both, at one screen."""
        return any(agreement.noted_by_id != agreement.person_id for agreement in self.agreements)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """The same, with nothing remembered of who said yes."""
        with super().changing():
            self._agreements = None
            yield

    def agree(self, by: Person, together: bool = False, terms: str | None = None) -> None:
        """Say yes, or note that both said yes at one screen. It counts from the second yes on."""
        with self.changing():
            self.must_say(terms)
            if self.is_over:
                raise TooLate(Phrase("This proposal was withdrawn a moment ago."))
            for person in self.pair.people if together else [by]:
                self.consents.note(self, person, by)
            self._agreements = None
            if not self.agreed_at and len(self.agreements) == len(self.pair.people):
                self.change(agreed_at=clock.now())

    def withdraw(self, by: Person) -> None:
        """Take back a proposal, or say no to the other's."""
        with self.changing():
            if self.agreed_at:
                raise TooLate(Phrase("You have both agreed this already. You can drop it, with a reason."))
            if not self.withdrawn_at:
                self.change(withdrawn_at=clock.now(), withdrawn_by=by)

    def rewrite(self, by: Person, before: str | None = None, **said: Any) -> None:
        """Propose it in other words: the other one's yes is asked anew.

        `before` are the terms that the change started from. Raises TooLate if it says something else by now.
        """
        with self.changing():
            self.must_be_open_to_change()
            self.must_say(before)
            history.note_all(self, said, by)
            self.change(**said, agreed_at=None)
            self.consents.forget(self, but=by)
            self.consents.note(self, by, by)
            self._agreements = None

    def must_be_open_to_change(self) -> None:
        """Raise TooLate if its words are settled."""
        raise NotImplementedError
