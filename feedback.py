"""Feedback, in both directions: asked for, given, acknowledged, and in a meeting's record when both want it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from peewee import BooleanField, CharField, ForeignKeyField

import clock
import meetings
import scheduling
from languages import Phrase
from meetings import Meeting
from models import PEOPLE, Pair, Person, Refused, mine, stands, who, with_people
from prepared import Prepared
from rows import Moment, Once, Words, repeat_key

TONES = {"positive": Phrase("What went well"), "developmental": Phrase("What could go better")}
# Who said it, where no name was given. It stands in records, so it is in English there, like a Phrase as a text.
A_COLLEAGUE = Phrase("a colleague")


class FeedbackOver(Refused):
    """The feedback is not in a state that allows the verb any more, or it is not this one's to do."""


class Feedback(Once):
    """What one of the two tells the other, of their own or from somebody else; perhaps they were asked for it first.

    `giver` tells, `receiver` is told. `tone` is "positive" or "developmental". A reported one is from `reported_from`,
    who is "a colleague" where that is blank. Until `given_at` it is a question alone.
    """

    pair_id: str
    giver_id: str
    receiver_id: str
    meeting_id: str | None
    withdrawn_by_id: str | None
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

    # The closed meeting in whose record it stands: filled in by `of`.
    recorded_in: Meeting | None = None

    @property
    def path(self) -> str:
        return f"/feedback/{self.id}"

    @property
    def is_question(self) -> bool:
        """Whether it was asked for and waits for an answer."""
        return bool(self.asked_at) and not self.given_at

    @property
    def is_for_record(self) -> bool:
        """Whether both want it in the record, and it stands."""
        return bool(self.given_at and self.giver_records_at and self.receiver_records_at and not self.withdrawn_at)

    def wanted_in_record_by(self, person: Person) -> bool:
        """Whether this one of the two said that it should stand in the record."""
        return bool(getattr(self, self._wish_of(person)))

    def _wish_of(self, person: Person) -> str:
        return "giver_records_at" if person.id == self.giver_id else "receiver_records_at"

    @contextmanager
    def changing(self, by: Person | None = None, only: str | None = None) -> Iterator[None]:
        """A change to it, in one transaction, seen as it is now.

        Raises PairOver, or FeedbackOver when `only` ("giver", "receiver") is not who changes it.
        """
        with self.pair.changing():
            pair = self.pair
            self.__data__.update(Feedback.get_by_id(self.id).__data__)
            self.pair = pair
            if only and by.id != getattr(self, f"{only}_id"):
                raise FeedbackOver(Phrase("That is for the other one of you to do."))
            yield

    def answer(self, by: Person, tone: str, text: str, meeting: Meeting | None = None, **more: Any) -> None:
        """Give what was asked for (`more`: is_reported, reported_from). Sent twice, it is given once."""
        with self.changing(by, only="giver"):
            if self.withdrawn_at:
                raise FeedbackOver(Phrase("This question was taken back a moment ago."))
            if self.given_at and (self.text, self.tone) != (text, tone):
                raise FeedbackOver(Phrase("You have answered this already. You can give more feedback besides."))
            if not self.given_at:
                self.change(tone=tone, text=text, meeting=meeting, given_at=clock.now(), **more)

    def acknowledge(self, by: Person, reply: str = "") -> None:
        """Say that one has read it, perhaps with a few words. Raises FeedbackOver rather than lose a second reply."""
        with self.changing(by, only="receiver"):
            self._must_be_given()
            if self.reply and reply and reply != self.reply:
                raise FeedbackOver(Phrase("You have replied to this already."))
            if not self.acknowledged_at or not self.reply:
                self.change(acknowledged_at=self.acknowledged_at or clock.now(), reply=reply or self.reply)

    def _must_be_given(self) -> None:
        if self.withdrawn_at or not self.given_at:
            raise FeedbackOver(Phrase("This was taken back a moment ago."))

    def withdraw(self, by: Person, undo: bool = False) -> None:
        """Take back what one gave, before the other one has acknowledged it, or what one asked for; or not after all.

        Words that answered a question leave the question open, and stand by themselves for their giver alone.
        """
        with self.changing(by, only="receiver" if self.is_question else "giver"):
            if self.acknowledged_at:
                raise FeedbackOver(Phrase("It was acknowledged a moment ago, so it stands."))
            if bool(self.withdrawn_at) == undo:
                if not undo and self.given_at and self.asked_at:
                    self._ask_again()
                self.change(withdrawn_at=None if undo else clock.now(), withdrawn_by=None if undo else by)

    def _ask_again(self) -> None:
        asked = {"question": self.question, "asked_at": self.asked_at, "made_at": self.made_at}
        Feedback.create(pair=self.pair, giver=self.giver_id, receiver=self.receiver_id, **asked)
        self.change(question="", asked_at=None)

    def record(self, by: Person, undo: bool = False) -> None:
        """Want it in the meeting's record, or not after all. It stands there when both do as the meeting is closed."""
        with self.changing():
            self._must_be_given()
            wish = self._wish_of(by)
            if bool(getattr(self, wish)) == undo:
                self.change(**{wish: None if undo else clock.now()})


def ask(pair: Pair, by: Person, question: str, key: str | None = None) -> Feedback:
    """Ask the other one for feedback. Repeating it with the same `key` asks nothing more."""
    with pair.changing():
        facts: dict[str, Any] = {"giver": pair.other(by), "receiver": by, "question": question}
        made = repeat_key(key, pair.id, by.id, question)
        asked, _ = Feedback.create_once(made, pair=pair, asked_at=clock.now(), **facts)
        asked.pair = pair
        return asked


def give(
    pair: Pair, by: Person, tone: str, text: str, meeting: Meeting | None = None, key: str | None = None, **more: Any
) -> Feedback:
    """Tell the other one something (`more`: is_reported, reported_from), perhaps in a meeting.

    Repeating it with the same `key` gives nothing more.
    """
    with pair.changing():
        facts: dict[str, Any] = {"giver": by, "receiver": pair.other(by), "tone": tone, "text": text, **more}
        made = repeat_key(key, pair.id, by.id, text)
        given, _ = Feedback.create_once(made, pair=pair, meeting=meeting, given_at=clock.now(), **facts)
        given.pair = pair
        return given


def occasion(person: Person, pair: Pair, id: str) -> Meeting | None:
    """The meeting in which feedback is given: an open one of this pair, or none."""
    meeting = meetings.find(person, id) if id else None
    return meeting if meeting and meeting.pair_id == pair.id and meeting.is_open else None


def of(pair: Pair, person: Person) -> list[Feedback]:
    """All of the pair's feedback that this one may see, the latest first: what was taken back is only its taker's."""
    found = list(Feedback.select().where(Feedback.pair == pair, _visible_to(person)).order_by(Feedback.made_at.desc()))
    ids = {row.meeting_id for row in found if row.meeting_id}
    given_in = {meeting.id: meeting for meeting in Meeting.select().where(Meeting.id.in_(ids))} if ids else {}
    for row in found:
        row.pair = pair
        row.recorded_in = _recorded(row, given_in.get(str(row.meeting_id)))
    return found


def _recorded(row: Feedback, meeting: Meeting | None) -> Meeting | None:
    return meeting if meeting and meeting.closed_at and row.is_for_record and not _came_late(row, meeting) else None


def _visible_to(person: Any) -> Any:
    return Feedback.withdrawn_at.is_null() | (Feedback.withdrawn_by == person)


def find(person: Person, id: str) -> Feedback | None:
    """The feedback with this id, if it is in one of their pairs and was not taken back by the other one."""
    theirs = (Feedback.id == id) & mine(person, clock.now()) & _visible_to(person)
    found = Feedback.select().join(Pair).where(theirs).first()
    if found:
        found.pair = person.pair(found.pair_id)
    return found


def waiting_for(person: Person, pair: Pair | None = None) -> list[Feedback]:
    """What this one was asked for and has not given, and what they were given and have not acknowledged."""
    return [found for found in WAITING(person=person.id) if pair is None or found.pair_id == pair.id]


def settle_in(meeting: Meeting) -> None:
    """As the meeting is closed, put into it what both want in a record and what is in none yet."""
    theirs = {found.id: found for found in scheduling.meetings_of(meeting.pair)}
    for found in _wanted_by_both(meeting.pair):
        before = theirs.get(str(found.meeting_id))
        if before is None or before.cancelled_at or (before.closed_at and _came_late(found, before)):
            found.change(meeting=meeting)


def _came_late(found: Feedback, meeting: Meeting) -> bool:
    """Whether both wanted it in the record only after that meeting had been closed."""
    return max(found.giver_records_at, found.receiver_records_at) > meeting.closed_at  # type: ignore[type-var]


def recorded_in(meeting: Meeting) -> list[Feedback]:
    """What stands in the meeting's record as it is closed, in the order in which it was given."""
    return [found for found in _wanted_by_both(meeting.pair) if found.meeting_id == meeting.id]


def _wanted_by_both(pair: Pair) -> list[Feedback]:
    found = Feedback.select().where(
        *(Feedback.pair == pair, Feedback.given_at.is_null(False), Feedback.withdrawn_at.is_null()),
        *(Feedback.giver_records_at.is_null(False), Feedback.receiver_records_at.is_null(False)),
    )
    rows = list(found.order_by(Feedback.given_at, Feedback.id))
    for row in rows:
        row.pair = pair
    return rows


WAITING = Prepared(
    lambda person, now: (
        with_people(Feedback.select(Feedback, Pair, *PEOPLE).join(Pair))
        .where(
            *(mine(person, now), stands(now), Feedback.withdrawn_at.is_null()),
            ((Feedback.giver == person) & Feedback.given_at.is_null())
            | ((Feedback.receiver == person) & Feedback.given_at.is_null(False) & Feedback.acknowledged_at.is_null()),
        )
        .order_by(Feedback.made_at)
    )
)
