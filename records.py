"""Closing a meeting: its record is frozen, what is unfinished moves on; confirming, remarking, reopening."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from peewee import DateField, ForeignKeyField, fn

import actions
import clock
import feedback
import growth
import reviews
import scheduling
import wrapup
from actions import Action
from feedback import A_COLLEAGUE, Feedback
from growth import Objective, Progress
from languages import Phrase
from meetings import CARRY_INTO, ITEM_ALONE, Carry, Item, Meeting
from models import PEOPLE, Pair, Person, Refused, mine, stands, who, with_people
from prepared import Prepared
from reviews import Gathering
from rows import Moment, Once, Row, Words, new_id, repeat_key

# Two sign a review.
BOTH = 2
# What people wrote, of all that minutes have.
WRITTEN = {"text", "notes", "likelier", "dropped", "objective", "place", "reported_from"}


class Record(Row):
    """The frozen minutes of a closed meeting. Reopening withdraws it; closing again makes another."""

    pair_id: str
    meeting_id: str
    pair = ForeignKeyField(Pair, backref="+")
    meeting = ForeignKeyField(Meeting, backref="+", index=False)
    content = Words()
    closed_at = Moment()
    closed_by = who()
    withdrawn_at = Moment(null=True)
    withdrawn_by = who(null=True)

    class Meta:
        indexes = ((("meeting", "closed_at"), False),)

    # How many have signed it, whether the person who asks has, where it was put: filled in by reviews_to_finish.
    signed = uploads_noted = 0
    is_mine_signed = False

    @classmethod
    def of(cls, meeting: Meeting) -> "Record | None":
        """The record of a closed meeting."""
        found = cls.get_or_none(cls.meeting == meeting, cls.withdrawn_at.is_null())
        if found:
            found.meeting = meeting
        return found

    @property
    def minutes(self) -> dict[str, Any]:
        """What was written and agreed, as `minutes_of` made it when the meeting closed."""
        return json.loads(self.content)

    @property
    def year(self) -> dict[str, str] | None:
        """The year that an annual review looks back on: its first and its last day. None for any other record."""
        return self.minutes.get("gathered")

    @property
    def is_signed_off(self) -> bool:
        """Whether both have put their names to it."""
        return len(self.confirmations()) == BOTH

    def uploads(self) -> list["Upload"]:
        """Where it was put, and when, the latest first."""
        found = Upload.select(Upload, Person).join(Person, on=(Upload.by == Person.id))
        return list(found.where(Upload.record == self).order_by(Upload.noted_at.desc()))

    def note_upload(self, by: Person, address: str, uploaded_on: date) -> None:
        """Note where it was put. Noting the same twice notes it once."""
        with self.meeting.pair.changing():
            if not any((one.address, one.uploaded_on) == (address, uploaded_on) for one in self.uploads()):
                Upload.create(pair=self.pair_id, record=self, by=by, address=address, uploaded_on=uploaded_on)

    def confirmations(self) -> list["Confirmation"]:
        """Who confirmed it, and when."""
        return list(
            Confirmation.select(Confirmation, Person)
            .join(Person)
            .where(Confirmation.record == self)
            .order_by(Confirmation.confirmed_at)
        )

    def remarks(self) -> list["Remark"]:
        """What either of the two added later, oldest first; to a record of the same meeting withdrawn since, too."""
        return list(
            Remark.select(Remark, Person)
            .join(Person)
            .join_from(Remark, Record)
            .where(Record.meeting == self.meeting_id)
            .order_by(Remark.written_at)
        )

    def confirm(self, by: Person) -> None:
        """Say that it is right. Once is enough."""
        with self.meeting.pair.changing():
            insertion = Confirmation.insert(id=new_id(), record=self, person=by, confirmed_at=clock.now())
            insertion.on_conflict_ignore().execute()

    def remark(self, by: Person, text: str, key: str | None = None) -> None:
        """Add a dated remark. The record itself stays as it is."""
        with self.meeting.pair.changing():
            Remark.create_once(
                repeat_key(key, self.id, by.id, text), pair=self.pair_id, record=self, author=by, text=text
            )


class Confirmation(Row):
    """One party's word that the record is right."""

    person_id: str
    record = ForeignKeyField(Record, backref="+", index=False)
    person = who()
    confirmed_at = Moment(default=clock.now)

    class Meta:
        indexes = ((("record", "person"), True),)


class Remark(Once):
    """Something that one of the two adds to a record afterwards."""

    pair = ForeignKeyField(Pair, backref="+")
    record = ForeignKeyField(Record, backref="+")
    author = who()
    text = Words()
    written_at = Moment(default=clock.now)


class Upload(Row):
    """Where, when and by whom a record was put where the organisation keeps such."""

    pair_id: str
    record_id: str
    pair = ForeignKeyField(Pair, backref="+")
    record = ForeignKeyField(Record, backref="+")
    address = Words()
    uploaded_on = DateField()
    by = who()
    noted_at = Moment(default=clock.now)


def close(meeting: Meeting, by: Person, next_starts_at: datetime | None) -> Meeting | None:
    """Freeze the record, make the next meeting at that time, and move on what is unfinished.

    Gives the next meeting; None when there is none yet (then the unfinished waits for it). Closing a closed
    meeting changes nothing. Raises MeetingOver for a cancelled one.
    """
    pair = meeting.pair
    with pair.changing():
        meeting.look_again()
        if meeting.closed_at:
            return scheduling.next_meeting(pair)
        meeting.must_be_open()
        upcoming = scheduling.next_meeting(pair, besides=meeting)
        next_starts_at = next_starts_at or (upcoming.starts_at if upcoming else None)
        moment = clock.now()
        feedback.settle_in(meeting)
        Record.create(
            pair=pair,
            meeting=meeting,
            closed_at=moment,
            closed_by=by,
            content=json.dumps(minutes_of(meeting, by, moment, next_starts_at), ensure_ascii=False),
        )
        meeting.change(closed_at=moment, closed_by=by)
        return scheduling.schedule(pair, by, next_starts_at, after=meeting) if next_starts_at else None


def reviews_to_finish(person: Person) -> list[Record]:
    """The annual reviews of this person's running pairs that are still to be signed off, or uploaded.

    Each says how many have signed it (`signed`), and whether this person has (`is_mine_signed`).
    """
    found = [
        record for record in REVIEWS_TO_FINISH(person=person.id) if record.signed < BOTH or not record.uploads_noted
    ]
    for record in found:
        record.meeting.pair = record.pair
    return found


def remarks_for(person: Person) -> dict[str, tuple[int, str]]:
    """What others added to the last record of each running pair of theirs: pair id → how many remarks, and the id of
    the record's meeting.
    """
    return {row.pair_id: (row.number, row.record.meeting_id) for row in REMARKS_FOR(person=person.id)}


def why_not_reopen(meeting: Meeting, record: Record | None = None) -> Phrase | None:
    """Why this closed meeting has to stay closed, or None if it may be opened again. `record`: its own, if at hand."""
    latest = scheduling.last_meeting(meeting.pair)
    if latest is None or latest.id != meeting.id:
        return Phrase("Only the latest meeting can be opened again.")
    record = record or Record.of(meeting)
    if record and record.year and record.is_signed_off:
        return Phrase("You have both signed this review off, so it stays as it is. A remark can still be added.")
    upcoming = scheduling.next_meeting(meeting.pair)
    if upcoming and upcoming.is_under_way:
        return Phrase("The next meeting is under way already, so this one stays closed.")
    return None


def reopen(meeting: Meeting, by: Person) -> None:
    """Open the latest closed meeting again: its record is withdrawn and everything carried from it comes back.

    Raises Refused when the next meeting is under way. Reopening an open meeting changes nothing.
    """
    with meeting.pair.changing():
        meeting.look_again()
        if not meeting.closed_at:
            return
        if why := why_not_reopen(meeting):
            raise Refused(why)
        Record.update(withdrawn_at=clock.now(), withdrawn_by=by).where(
            Record.meeting == meeting, Record.withdrawn_at.is_null()
        ).execute()
        meeting.change(closed_at=None, closed_by=None)
        for carried in list(Carry.select(Carry.item).where(Carry.from_meeting == meeting).distinct()):
            _bring_back(carried.item_id, meeting)


def _bring_back(item_id: str, meeting: Meeting) -> None:
    """Undo an item's carrying, step by step (it may have gone through cancelled meetings), until it is home again."""
    while (item := ITEM_ALONE.first(id=item_id)).meeting_id != meeting.id:
        CARRY_INTO.first(item=item_id, meeting=item.meeting_id).undo()


def minutes_of(meeting: Meeting, by: Person, closed_at: datetime, next_starts_at: datetime | None) -> dict[str, Any]:
    """The minutes as plain data (JSON types alone, moments in ISO 8601 UTC): nothing private is in them."""
    made_here = actions.made_in(meeting)
    items = [item for item in meeting.items_for(by) if item.shared_at]
    earlier = actions.from_last_time(
        meeting, scheduling.last_meeting(meeting.pair), clock.today(meeting.pair.time_zone)
    )
    return {
        "version": 1,
        "kind": meeting.outline.name,
        "individual": meeting.pair.report.name,
        "manager": meeting.pair.manager.name,
        "starts_at": meeting.starts_at.isoformat(),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "closed_at": closed_at.isoformat(),
        "closed_by": by.name,
        "next_starts_at": next_starts_at and next_starts_at.isoformat(),
        **_said(meeting, next_starts_at),
        **_year(meeting),
        "progress": _progress(meeting),
        "from_last_time": [_action(action) for action in earlier],
        # Their items were deleted; what was agreed stands all the same.
        "also_agreed": [
            _action(action)
            for item_id, made in made_here.items()
            for action in made
            if item_id not in {item.id for item in items}
        ],
        "sections": [
            {
                "title": section.title,
                "items": [_item(item, made_here.get(item.id, [])) for item in items if item.section == section.key],
            }
            for section in meeting.sections
        ],
        "feedback": [_feedback(one) for one in feedback.recorded_in(meeting)],
    }


def written_in(content: str) -> Iterator[str]:
    """The kind of the minutes that `content` is, then every text in them that somebody wrote."""
    minutes = json.loads(content)
    yield minutes["kind"]
    yield from _written(minutes)


def _written(found: Any) -> Iterator[str]:
    if isinstance(found, list):
        for one in found:
            yield from _written(one)
    elif isinstance(found, dict):
        for name, value in found.items():
            if name in WRITTEN and isinstance(value, str):
                yield value
            else:
                yield from _written(value)


def _said(meeting: Meeting, next_starts_at: datetime | None) -> dict[str, list[str]]:
    """Who had covered everything, and who said yes to the date that it became."""
    names = {matter: [person.name for person in people] for matter, people in wrapup.said(meeting).items()}
    is_that = next_starts_at is not None and next_starts_at == meeting.next_starts_at
    return {"covered": names[wrapup.COVERED], "next_agreed": names[wrapup.NEXT] if is_that else []}


def _year(meeting: Meeting) -> dict[str, dict[str, str]]:
    """Of an annual review, the year that was gathered into it."""
    found = reviews.of(meeting)
    return {"gathered": {"from": found.starts_on.isoformat(), "to": found.ends_on.isoformat()}} if found else {}


def _progress(meeting: Meeting) -> list[dict[str, Any]]:
    """How objectives go, as it was said in this meeting."""
    noted = growth.noted_in(meeting)
    objectives = growth.objectives_of(meeting.pair) if noted else []
    return [_entry(entry, objective) for objective in objectives for entry in noted.get(objective.id, [])]


def _entry(entry: Progress, objective: Objective) -> dict[str, Any]:
    author: Any = objective.pair.person(entry.author_id)
    return {
        "objective": objective.text,
        "author": author.name,
        "side": objective.pair.side_of(author),
        "outlook": entry.outlook,
        "text": entry.text,
        "written_at": entry.written_at.isoformat(),
    }


def _item(item: Item, made: list[Action]) -> dict[str, Any]:
    return {
        "id": item.id,
        "text": item.text,
        "notes": item.notes,
        "is_question": item.is_question,
        "author": item.author.name,
        "discussed_at": item.discussed_at and item.discussed_at.isoformat(),
        "moved_on": not item.discussed_at or bool(item.kept_at) or bool(item.standing_at),
        "standing": bool(item.standing_at),
        "carries": item.carries,
        "carried_from": item.carried_from and item.carried_from.isoformat(),
        "actions": [_action(action) for action in made],
    }


def _feedback(one: Feedback) -> dict[str, Any]:
    """What one told the other; "reported_from" is null for what they saw themselves."""
    return {
        "from": one.pair.person(one.giver_id).name,
        "to": one.pair.person(one.receiver_id).name,
        "tone": one.tone,
        "text": one.text,
        "reported_from": (one.reported_from or str(A_COLLEAGUE)) if one.is_reported else None,
        "given_at": one.given_at and one.given_at.isoformat(),
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "id": action.id,
        "text": action.text,
        "owner": action.pair.person(action.owner_id).name,
        "due_on": action.due_on and action.due_on.isoformat(),
        "likelihood": action.likelihood,
        "likelier": action.likelier,
        "agreed": bool(action.agreed_at),
        "done_at": action.done_at and action.done_at.isoformat(),
        "dropped": action.drop_reason if action.dropped_at else None,
    }


def _reviews_to_finish(person, now):
    signed = Confirmation.select(fn.COUNT(Confirmation.id)).where(Confirmation.record == Record.id)
    by_them = Confirmation.select(fn.COUNT(Confirmation.id)).where(
        Confirmation.record == Record.id, Confirmation.person == person
    )
    uploads = Upload.select(fn.COUNT(Upload.id)).where(Upload.record == Record.id)
    counts = signed.alias("signed"), by_them.alias("is_mine_signed"), uploads.alias("uploads_noted")
    # The minutes may be long, and nobody reads them here.
    facts = Record.id, Record.pair, Record.meeting, Record.closed_at
    found = with_people(Record.select(*facts, Meeting, Pair, *PEOPLE, *counts).join(Meeting).join_from(Record, Pair))
    return found.join_from(Meeting, Gathering).where(mine(person, now), stands(now), Record.withdrawn_at.is_null())


REVIEWS_TO_FINISH = Prepared(lambda person, now: _reviews_to_finish(person, now).order_by(Record.closed_at))


def _remarks_for(person, now):
    later = Record.alias()
    is_last = ~fn.EXISTS(
        later.select(later.id).where(
            later.pair == Record.pair, later.withdrawn_at.is_null(), later.closed_at > Record.closed_at
        )
    )
    found = Remark.select(Remark.pair, Record.id, Record.meeting, fn.COUNT(Remark.id).alias("number")).join(Record)
    theirs = mine(person, now) & stands(now) & (Remark.author != person)
    return (
        found.join_from(Remark, Pair)
        .where(theirs, Record.withdrawn_at.is_null(), is_last)
        .group_by(Remark.pair, Record.id, Record.meeting)
    )


REMARKS_FOR = Prepared(_remarks_for)
