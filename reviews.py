"""The annual review: a year between two days, gathered onto the agenda of a meeting, for both to go on writing."""

from datetime import date, timedelta

from peewee import CharField, DateField, ForeignKeyField

import clock
import history
import languages
import scheduling
from languages import Phrase
from meetings import Item, Meeting
from merging import merge
from models import TEXT_LIMIT, Pair, Person, Refused, who
from rows import Moment, Row, Words
from year_in_words import DEVELOPMENT, OBJECTIVES, STRENGTHS, Piece, pieces
from years import Year

# A template with these sections is that of an annual review.
TEMPLATE = "annual"
SECTIONS = {OBJECTIVES, DEVELOPMENT, STRENGTHS}


class Gathering(Row):
    """The year that a meeting looks back on, from day to day."""

    pair_id: str
    meeting_id: str
    pair = ForeignKeyField(Pair, backref="+")
    meeting = ForeignKeyField(Meeting, backref="+", unique=True)
    starts_on = DateField()
    ends_on = DateField()
    by = who()
    gathered_at = Moment(default=clock.now)


class Gathered(Row):
    """An item that was gathered from a `source` (such as "objective-k3f…"), with the words as they were gathered.

    They are what a later gathering starts from, so that what the two have written since stays.
    """

    pair_id: str
    item_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    meeting = ForeignKeyField(Meeting, backref="+", index=False)
    item = ForeignKeyField(Item, backref="+")
    source = CharField(max_length=32)
    text = Words()
    notes = Words(default="")

    class Meta:
        indexes = ((("meeting", "source"), True),)


def usual_year(pair: Pair, today: date) -> tuple[date, date]:
    """The year to look at unless somebody chooses another: since the last review, or twelve months."""
    last = (
        Gathering.select(Gathering.ends_on)
        .join(Meeting)
        .where(Gathering.pair == pair, Meeting.closed_at.is_null(False))
        .order_by(Gathering.ends_on.desc())
        .scalar()
    )
    tomorrow = today + timedelta(days=1)
    # A year before 29 February is 1 March.
    first = date(tomorrow.year, 3, 1) if (tomorrow.month, tomorrow.day) == (2, 29) else tomorrow
    year_ago = first.replace(year=tomorrow.year - 1)
    begins = last + timedelta(days=1) if last and year_ago < last < today else year_ago
    return begins, today


def is_review(meeting: Meeting) -> bool:
    """Whether it has the sections of an annual review."""
    return {section.key for section in meeting.sections} >= SECTIONS


def of(meeting: Meeting) -> Gathering | None:
    """The year that was gathered onto its agenda, if one was."""
    return Gathering.get_or_none(Gathering.meeting == meeting)


def past(pair: Pair) -> list[Meeting]:
    """The meetings that closed as an annual review, the latest first."""
    closed = Meeting.closed_at.is_null(False)
    found = Meeting.select().join(Gathering).where(Gathering.pair == pair, closed)
    return list(found.order_by(Meeting.closed_at.desc()))


def begin(pair: Pair, by: Person, starts_on: date, ends_on: date) -> Meeting:
    """Make the pair's next meeting an annual review, besides what it is already, and gather the year onto its agenda.

    Raises Refused when there is no next meeting.
    """
    with pair.changing():
        meeting = scheduling.next_meeting(pair)
        if meeting is None:
            raise Refused(Phrase("There is no next meeting yet. Make one first, then gather the year onto its agenda."))
        if not is_review(meeting):
            meeting.join(by, TEMPLATE)
        gather(meeting, by, starts_on, ends_on)
        return meeting


def gathered_items(meeting: Meeting) -> set[str]:
    """The ids of the items that were gathered. No query for any other kind of meeting."""
    if not is_review(meeting):
        return set()
    return {one.item_id for one in Gathered.select(Gathered.item).where(Gathered.meeting == meeting)}


def gather(meeting: Meeting, by: Person, starts_on: date, ends_on: date) -> tuple[int, int]:
    """Put the year onto the agenda, each thing in its section: how many were added, and how many brought up to date.

    Gathering again adds what is new and takes out what is no longer there; what the two have written stays.
    """
    with languages.speaking(meeting.outline.language):
        found = list(pieces(Year(meeting.pair, starts_on, ends_on)))
    with meeting.changing():
        if not is_review(meeting):
            raise Refused(Phrase("This meeting is no annual review. Make it one first, then gather the year."))
        _note_year(meeting, by, starts_on, ends_on)
        known = {one.source: one for one in Gathered.select().where(Gathered.meeting == meeting)}
        done = [_put(meeting, by, piece, known.pop(piece.source, None)) for piece in found]
        done += [_put(meeting, by, Piece(one.source, "", one.text, ""), one) for one in known.values()]
        return done.count("added"), done.count("updated")


def _note_year(meeting: Meeting, by: Person, starts_on: date, ends_on: date) -> None:
    facts = {"starts_on": starts_on, "ends_on": ends_on, "by": by, "gathered_at": clock.now()}
    if found := of(meeting):
        found.change(**facts)
    else:
        Gathering.create(pair=meeting.pair_id, meeting=meeting, **facts)


def _put(meeting: Meeting, by: Person, piece: Piece, before: Gathered | None) -> str:
    """Put one thing on the agenda, or bring it up to date: "added", "updated" or "" for nothing to do."""
    if before:
        return _bring_up_to_date(meeting, by, piece, before)
    item = meeting.add_item(by, piece.section, piece.text)
    item.change(notes=piece.notes)
    Gathered.create(
        pair=meeting.pair_id, meeting=meeting, item=item, source=piece.source, text=piece.text, notes=piece.notes
    )
    return "added"


def _bring_up_to_date(meeting: Meeting, by: Person, piece: Piece, before: Gathered) -> str:
    if (before.text, before.notes) == (piece.text, piece.notes):
        return ""
    item = Item.get_by_id(before.item_id)
    if item.deleted_at or item.meeting_id != meeting.id:
        return ""
    for name in ("text", "notes"):
        theirs = getattr(item, name)
        merged = _merged(getattr(before, name), theirs, getattr(piece, name))
        if merged != theirs and len(merged) <= TEXT_LIMIT:
            history.note(item, name, theirs, merged, by, apart=True)
            item.change(**{name: merged})
    before.change(text=piece.text, notes=piece.notes)
    if not piece.notes and (item.text, item.notes) == (piece.text, ""):
        item.delete_by(by)
    return "updated"


def _merged(before: str, theirs: str, now: str) -> str:
    """What was gathered now, in the place of what was gathered before, with all that the two have written since.

    Where both changed the same words, it is done line by line: what somebody wrote stands.
    """
    found = merge(before, theirs, now)
    if not found.clash:
        return found.text
    old, new = set(before.split("\n")), now.split("\n")
    kept = [line for line in theirs.split("\n") if line not in old or line in new]
    return "\n".join([*kept, *(line for line in new if line and line not in old)])
