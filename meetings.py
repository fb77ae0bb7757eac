"""Meetings and their agendas: what stands on one, who sees it, what each of the two may do, and what moves on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from peewee import BooleanField, Case, CharField, FloatField, ForeignKeyField, IntegerField, fn

import clock
import library
import ordering
from agenda_templates import Prompt, Section, Template
from languages import Phrase
from merging import Merged, merge_since
from models import PEOPLE, Pair, Person, Refused, mine, who, with_people
from ordering import MANAGERS_PART
from prepared import Prepared
from rows import Moment, Once, Row, Words, db, repeat_key

# How many conversations can join a meeting.
CONVERSATIONS_AT_MOST = 4
# What is said of an item in one meeting, and does not hold in the next.
MARKS = ("discussed_at", "discussed_by", "kept_at", "kept_by")
# Who is told, within its transaction, of a change to what both can see: which item, which part of it, what it said
# before and says now, by whom, and whether it stands apart from what they typed just before. A room that is to know is
# added where the database is opened.
witnesses: list[Callable[["Item", str, str, str, "Person", bool], None]] = []


class MeetingOver(Refused):
    """The meeting was closed or cancelled, perhaps a second ago. `meeting` is that meeting."""

    def __init__(self, meeting: "Meeting") -> None:
        self.meeting = meeting
        cancelled = Phrase("This meeting was cancelled, so nothing in it can change any more.")
        closed = Phrase("This meeting was closed, so nothing in it can change any more.")
        super().__init__(cancelled if meeting.cancelled_at else closed)


class ItemGone(Refused):
    """The item was deleted, perhaps a second ago. `item` is that item."""

    def __init__(self, item: "Item") -> None:
        self.item = item
        super().__init__(Phrase("This was deleted a moment ago."))


class Meeting(Row):
    """One conversation of a pair. Its agenda is the items that have their home here.

    `versions` are the ids of the templates' versions that it began with, the main one first. `next_starts_at`: when
    the two want to meet next, if they have said so already. `sequence` counts how often calendars had to be told
    anew, the last time because of what was changed at `arranged_at`.
    """

    pair_id: str
    pair = ForeignKeyField(Pair, backref="+", index=False)
    template = CharField(max_length=64)
    versions = CharField(max_length=255, default="")
    is_between = BooleanField(default=False)
    horizon = IntegerField(null=True)
    starts_at = Moment()
    minutes = IntegerField()
    place = Words(default="")
    next_starts_at = Moment(null=True)
    created_at = Moment(default=clock.now)
    created_by = who()
    closed_at = Moment(null=True)
    closed_by = who(null=True)
    cancelled_at = Moment(null=True)
    cancelled_by = who(null=True)
    sequence = IntegerField(default=0)
    arranged_at = Moment(null=True)

    class Meta:
        indexes = ((("pair", "closed_at"), False), (("starts_at",), False))

    @property
    def path(self) -> str:
        return f"/meetings/{self.id}"

    @property
    def outline(self) -> Template:
        """The conversation, of one template or several, that gives this meeting its sections."""
        return library.outline(self.versions)

    @property
    def conversations(self) -> list[Template]:
        """The templates that it is made of, the main one first."""
        return [library.outline(id) for id in self.versions.split()]

    @property
    def horizon_words(self) -> str:
        """How far ahead the two look, in words."""
        return self.outline.horizon(self.horizon)

    @property
    def sections(self) -> tuple[Section, ...]:
        return self.outline.sections

    @property
    def is_open(self) -> bool:
        return not self.closed_at and not self.cancelled_at

    @property
    def is_under_way(self) -> bool:
        """Whether its time has come or something in it has been talked about."""
        return self.starts_at <= clock.now() or self.items().where(Item.discussed_at.is_null(False)).exists()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Like Pair.changing, for a meeting that must be open. Raises MeetingOver."""
        with self.pair.changing():
            self.must_be_open()
            yield

    def must_be_open(self) -> None:
        """Look again: it may have been closed a second ago. Raises MeetingOver."""
        self.look_again()
        if not self.is_open:
            raise MeetingOver(self)

    def look_again(self) -> None:
        fresh = STATE_OF_MEETING.first(id=self.id)
        if fresh is None:
            raise Refused(Phrase("This was deleted a moment ago."))
        for name in CHANGING:
            setattr(self, name, getattr(fresh, name))

    def items(self):
        """Everything on the agenda that was not deleted, drafts of both included."""
        return Item.select().where(Item.meeting == self, Item.deleted_at.is_null())

    def items_for(self, person: Person) -> list["Item"]:
        """The agenda as `person` sees it, with authors and history, in order."""
        return [self._at_home(item) for item in ITEMS_OF(meeting=self.id, person=person.id)]

    def item_for(self, person: Person, id: str) -> "Item | None":
        """One item of the agenda, if it is (still) on it and `person` may see it."""
        found = ITEM_OF.first(id=id, meeting=self.id, person=person.id)
        return self._at_home(found) if found else None

    def shared_items(self) -> list["Item"]:
        """What both see on the agenda, in order: words and facts alone, without authors and history."""
        return SHARED_ITEMS_OF(meeting=self.id)

    def _at_home(self, item: "Item") -> "Item":
        item.meeting = self
        item.section = self.outline.home_for(item.section)
        item.author = self.pair.person(item.author_id)
        return item

    def add_item(
        self,
        by: Person,
        section: str,
        text: str,
        private: bool = False,
        key: str | None = None,
        asked_as: str = "",
    ) -> "Item":
        """Put something on the agenda, at the end of its section; the individual's come before the manager's.

        Repeating it with the same `key` adds nothing.
        """
        with self._adding(private):
            facts: dict[str, Any] = {
                "pair": self.pair_id,
                "meeting": self,
                "section": section,
                "author": by,
                "text": text,
                "asked_as": asked_as,
            }
            place = self._place_in(self.outline.home_for(section), by)
            facts |= {"position": place, "shared_at": None if private else clock.now()}
            item, is_new = Item.create_once(repeat_key(key, self.pair_id, by.id, text), **facts)
            if not is_new and item.deleted_at:
                item = Item.create(**facts)
            return self._at_home(item)

    def ask(self, by: Person, section: str, prompt: Prompt, private: bool = False, key: str | None = None) -> "Item":
        """Put a prompt on the agenda, as a question: once, unless it may be asked again (then `key` tells repeats)."""
        with self._adding(private):
            standing = None if prompt.again else ASKED.first(meeting=self.id, person=by.id, mark=prompt.mark)
            if standing and standing.is_draft and not private:
                standing.change(shared_at=clock.now())
            if standing:
                return self._at_home(standing)
            text = prompt.worded(self.horizon_words)
            return self.add_item(by, section, text, private, key if prompt.again else None, asked_as=prompt.mark)

    def share_drafts(self, by: Person, only: str | None = None) -> list["Item"]:
        """Let the other one see what this person has prepared: all, or the one draft with this id. Gives these."""
        with self.changing():
            drafts = [item for item in self.items_for(by) if item.is_draft and only in (None, item.id)]
            for item in drafts:
                item.change(shared_at=clock.now())
            return drafts

    def _adding(self, private: bool):
        return self._unannounced() if private else self.changing()

    @contextmanager
    def _unannounced(self) -> Iterator[None]:
        # A draft leaves no trace that the other one could see, not even in the count of changes.
        with db.atomic():
            self.pair.must_still_run()
            self.must_be_open()
            yield

    def _place_in(self, section: str, by: Person) -> float:
        """Where a new item goes: the individual leads, so theirs come before all that the manager has added."""
        found = LAST_PLACES(meeting=self.id, person=by.id)
        here = [last for last in found if self.outline.home_for(last.section) == section]
        if by.id == self.pair.manager_id:
            return ordering.after_all(max((last.of_all for last in here), default=None))
        theirs = (last.of_individual for last in here if last.of_individual is not None)
        return ordering.after_the_individuals(max(theirs, default=None))

    def turn_into(self, by: Person, key: str) -> None:
        """Make it another kind of conversation. Items stay; those of a section that is not there stand in the last."""
        with self.changing():
            version = library.current(key)
            added = [id for id in self.versions.split()[1:] if library.outline(id).key != version.key]
            if self.template != version.key:
                is_between = self.pair.between_rhythm != "none" and version.key == self.pair.between_template
                kinds = {"template": version.key, "versions": " ".join((version.id, *added))}
                self.rearrange(**kinds, is_between=is_between)

    def join(self, by: Person, key: str, undo: bool = False) -> None:
        """Have another conversation within this meeting, with its sections and prompts; or without it again."""
        with self.changing():
            main, *added = self.versions.split()
            others = [id for id in added if library.outline(id).key != key]
            is_there = key == self.template or len(others) < len(added)
            if undo:
                self.change(versions=" ".join((main, *others)))
            elif len(added) == CONVERSATIONS_AT_MOST:
                raise Refused(Phrase("That is a lot for one meeting. Please take a conversation out first."))
            elif not is_there:
                self.change(versions=f"{self.versions} {library.current(key).id}")

    def look_ahead(self, by: Person, years: int) -> None:
        """Look so many years ahead; the prompts are worded by it."""
        with self.changing():
            self.change(horizon=years)

    def reschedule(self, by: Person, starts_at: datetime, minutes: int, place: str) -> None:
        """Meet at another time, for another length, or elsewhere. The agenda stays as it is."""
        with self.changing():
            self.rearrange(starts_at=starts_at, minutes=minutes, place=place)

    def rearrange(self, **facts: Any) -> None:
        """Change when, for how long or where it is, and count that for calendars. Within a transaction.

        What is so already is not counted.
        """
        now = Meeting.get_by_id(self.id)
        if any(getattr(now, name) != fact for name, fact in facts.items()):
            facts |= {"sequence": now.sequence + 1, "arranged_at": clock.now()}
        self.change(**facts)


# Not of open ones: SQLite would choose this index for one person's, and walk through everybody's.
Meeting.add_index(Meeting.closed_at, where=Meeting.closed_at.is_null(False), name="meeting_closed_at")


class Item(Once):
    """Something on the agenda. It has one home meeting; carrying moves it."""

    pair_id: str
    meeting_id: str
    author_id: str
    discussed_by_id: str | None
    kept_by_id: str | None
    pair = ForeignKeyField(Pair, backref="+")
    meeting = ForeignKeyField(Meeting, backref="+", index=False)
    section = CharField(max_length=64)
    author = who()
    text = Words()
    asked_as = CharField(max_length=16, default="")
    notes = Words(default="")
    position = FloatField()
    created_at = Moment(default=clock.now)
    shared_at = Moment(null=True)
    discussed_at = Moment(null=True)
    discussed_by = who(null=True)
    kept_at = Moment(null=True)
    kept_by = who(null=True)
    standing_at = Moment(null=True)
    standing_by = who(null=True)
    deleted_at = Moment(null=True)
    deleted_by = who(null=True)

    class Meta:
        indexes = ((("meeting", "section", "position"), False),)

    # How often it was carried, and when the meeting was that it was first put down for: filled in by the finders.
    carries = 0
    first_met = None

    @classmethod
    def is_unfinished(cls):
        """The condition for moving on: not talked about, kept for next time, or on every agenda."""
        return (
            cls.discussed_at.is_null()
            | cls.shared_at.is_null()
            | cls.kept_at.is_null(False)
            | cls.standing_at.is_null(False)
        )

    @property
    def path(self) -> str:
        return f"/items/{self.id}"

    @property
    def region(self) -> str:
        return f"item-{self.id}"

    @property
    def is_question(self) -> bool:
        """Whether it was a prompt, whose mark is `asked_as`."""
        return bool(self.asked_as)

    @property
    def is_draft(self) -> bool:
        return not self.shared_at

    @property
    def carried_from(self) -> datetime | None:
        """When the meeting was that it was first on the agenda of, if it was carried since."""
        return Item.created_at.python_value(self.first_met)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A change to this item: the meeting must be open and the item still there. A draft's is not announced."""
        with self.meeting._adding(private=self.is_draft):
            self.must_be_there()
            yield

    def must_be_there(self) -> None:
        """Look again: it may have been deleted a second ago. Raises ItemGone."""
        self.look_again()
        if self.deleted_at:
            raise ItemGone(self)

    def look_again(self) -> None:
        fresh = ITEM_ALONE.first(id=self.id)
        if fresh is None:
            raise ItemGone(self)
        for name in CHANGING_ITEM:
            setattr(self, name, getattr(fresh, name))
        self.section = self.meeting.outline.home_for(self.section)

    def edit(self, by: Person, text: str, base: str) -> Merged:
        """Change its words, having started from `base`; the other one's changes since then stay in.

        A clash is given back unsaved.
        """
        return self._merge_into(by, "text", text, base)

    def write_notes(self, by: Person, notes: str, base: str, sent: str | None = None) -> Merged:
        """Change the notes under it, having started from `base`. A clash is given back unsaved.

        `sent` is what was sent before and never answered: if it did arrive, it is what the change started from.
        """
        return self._merge_into(by, "notes", notes, base, sent)

    def restate(self, by: Person, part: str, words: str, base: str) -> Merged:
        """Have its "text" or "notes" say what they said before, having started from `base`."""
        return self._merge_into(by, part, words, base, apart=True)

    def _merge_into(
        self, by: Person, part: str, mine: str, base: str, sent: str | None = None, apart: bool = False
    ) -> Merged:
        with self.changing():
            before = getattr(self, part)
            merged = merge_since(base, before, mine, sent)
            if not merged.clash and merged.text != before:
                self.change(**{part: merged.text})
                self._tell(by, part, before, merged.text, apart)
            return merged

    def _tell(self, by: Person, part: str, before: str, after: str, apart: bool = False) -> None:
        # What was written before it was shared is nobody else's.
        for tell in witnesses if self.shared_at else ():
            tell(self, part, before, after, by, apart)

    def share(self, by: Person) -> None:
        """Let the other one see this draft."""
        with self.meeting.changing():
            self.must_be_there()
            if not self.shared_at:
                self.change(shared_at=clock.now())

    def discuss(self, by: Person, undo: bool = False) -> None:
        """Tick it as talked about, or take the tick back."""
        self._note("discussed", by, undo)

    def keep(self, by: Person, undo: bool = False) -> None:
        """Have it on the next agenda too, whether talked about or not."""
        self._note("kept", by, undo)

    def stand(self, by: Person, undo: bool = False) -> None:
        """Have it on every agenda from now on."""
        self._note("standing", by, undo)

    def _note(self, fact: str, by: Person, undo: bool) -> None:
        with self.changing():
            if bool(getattr(self, f"{fact}_at")) == undo:
                self.change(**{f"{fact}_at": None if undo else clock.now(), f"{fact}_by": None if undo else by})

    def delete_by(self, by: Person) -> None:
        """Take it off the agenda; restore() brings it back as it was."""
        with self.meeting._adding(private=self.is_draft):
            self.look_again()
            if not self.deleted_at:
                self.change(deleted_at=clock.now(), deleted_by=by)
                self._tell(by, "deleted", "", "")

    def restore(self, by: Person) -> None:
        """Undo the deletion."""
        with self.meeting._adding(private=self.is_draft):
            self.look_again()
            if self.deleted_at:
                self.change(deleted_at=None, deleted_by=None)
                self._tell(by, "restored", "", "")

    def move(self, by: Person, section: str, before: "Item | None" = None) -> list["Item"]:
        """Put it before another item of `section`, or at the end of it. Gives the items whose position changed."""
        with self.changing():
            others = [item for item in self.meeting.items_for(by) if item.section == section and item.id != self.id]
            place = next((n for n, item in enumerate(others) if before and item.id == before.id), len(others))
            if section != self.section:
                self._tell(by, "section", self.section, section)
            return self._put(section, others, place)

    def step(self, by: Person, down: bool) -> list["Item"]:
        """Move one place up or down among what this person sees. Gives the items whose position changed."""
        with self.changing():
            others = [item for item in self.meeting.items_for(by) if item.section == self.section]
            place = next(n for n, item in enumerate(others) if item.id == self.id)
            others.pop(place)
            return self._put(self.section, others, min(place + 1, len(others)) if down else max(place - 1, 0))

    def _put(self, section: str, others: list["Item"], place: int) -> list["Item"]:
        """Take place number `place` among `others`, which are spread out again where it gets too tight."""
        is_managers = self.author_id == self.meeting.pair.manager_id
        position, theirs = ordering.fit([item.position for item in others], place, is_managers)
        moved = [(item, to) for item, to in zip(others, theirs, strict=True) if to != item.position]
        for item, to in moved:
            item.change(position=to)
        self.change(section=section, position=position)
        return [self, *(item for item, _ in moved)]

    def carry_to(self, meeting: Meeting, by: Person, position: float) -> None:
        """Move it to `meeting`, to be talked about afresh there; the Carry remembers what it takes to undo that.

        Notes of something talked about in a closed meeting stay with its record; all others come along.
        """
        left_behind = self.notes if self.discussed_at and self.meeting.closed_at else ""
        Carry.create(
            pair=self.pair_id,
            item=self,
            from_meeting=self.meeting_id,
            to_meeting=meeting,
            by=by,
            notes=left_behind,
            **_as_it_stands(self),
        )
        notes = "" if left_behind else self.notes
        self.change(meeting=meeting, position=position, notes=notes, **dict.fromkeys(MARKS))


class Carry(Row):
    """An item that moved from one meeting to the next, with what it was like before.

    `notes` are those that stayed behind with the record of the meeting it came from.
    """

    item_id: str
    from_meeting_id: str
    to_meeting_id: str
    by_id: str
    discussed_by_id: str | None
    kept_by_id: str | None
    pair = ForeignKeyField(Pair, backref="+", index=False)
    item = ForeignKeyField(Item, backref="+")
    from_meeting = ForeignKeyField(Meeting, backref="+")
    to_meeting = ForeignKeyField(Meeting, backref="+")
    by = who()
    carried_at = Moment(default=clock.now)
    section = CharField(max_length=64)
    position = FloatField()
    discussed_at = Moment(null=True)
    discussed_by = who(null=True)
    kept_at = Moment(null=True)
    kept_by = who(null=True)
    notes = Words(default="")

    def undo(self) -> None:
        """Take the item back to where it came from, as it was; what else was noted since then is added to its notes."""
        item = ITEM_ALONE.first(id=self.item_id)
        notes = "\n".join(dict.fromkeys(filter(None, (self.notes, item.notes))))
        item.change(meeting=self.from_meeting_id, notes=notes, **_as_it_stands(self))
        self.remove()


def _as_it_stands(row: Item | Carry) -> dict[str, Any]:
    """What a Carry keeps of an item, and gives back to it."""
    return {name: row.__data__[name] for name in ("section", "position", *MARKS)}


def find(person: Person, id: str) -> Meeting | None:
    """The meeting with this id, if it is this person's."""
    return MEETING.first(id=id, person=person.id)


def find_item(person: Person, id: str) -> Item | None:
    """The item with this id, if they may see it. A deleted one is found; another's draft is not."""
    found = ITEM.first(id=id, person=person.id)
    return found.meeting._at_home(found) if found else None


Origin = Meeting.alias("origin")


def still_open():
    """The condition that a meeting is neither closed nor cancelled: Meeting.is_open, for a query."""
    return Meeting.closed_at.is_null() & Meeting.cancelled_at.is_null()


def visible_to(person):
    """The condition that an item is not somebody else's draft."""
    return Item.shared_at.is_null(False) | (Item.author == person)


def _history():
    """How often an item was carried, and when the first meeting was that it was carried from."""
    carried = Carry.select(fn.COUNT(Carry.id)).where(Carry.item == Item.id)
    first = (
        Carry.select(Origin.starts_at)
        .join(Origin, on=(Carry.from_meeting == Origin.id))
        .where(Carry.item == Item.id)
        .order_by(Carry.carried_at)
        .limit(1)
    )
    return carried.alias("carries"), first.alias("first_met")


MEETING = Prepared(
    lambda id, person, now: with_people(Meeting.select(Meeting, Pair, *PEOPLE).join(Pair)).where(
        Meeting.id == id, mine(person, now)
    )
)
# What may be another a second later, of a meeting and of an item.
CHANGING = ("closed_at", "cancelled_at", "template", "versions", "horizon", "next_starts_at")
CHANGING_ITEM = (
    *("meeting_id", "section", "text", "notes", "position"),
    *("shared_at", "discussed_at", "kept_at", "standing_at", "deleted_at"),
)
STATE_OF_MEETING = Prepared(
    lambda id: Meeting.select(*(getattr(Meeting, name) for name in CHANGING)).where(Meeting.id == id)
)
ITEM = Prepared(
    lambda id, person, now: with_people(
        Item.select(Item, Meeting, Pair, *PEOPLE, *_history()).join(Meeting).join(Pair)
    ).where(Item.id == id, mine(person, now), visible_to(person))
)
ITEM_ALONE = Prepared(lambda id: Item.select().where(Item.id == id))
CARRY_INTO = Prepared(lambda item, meeting: Carry.select().where(Carry.item == item, Carry.to_meeting == meeting))
ITEM_OF = Prepared(
    lambda id, meeting, person: Item.select(Item, *_history()).where(
        Item.id == id, Item.meeting == meeting, Item.deleted_at.is_null(), visible_to(person)
    )
)
ITEMS_OF = Prepared(
    lambda meeting, person: (
        Item.select(Item, *_history())
        .where(Item.meeting == meeting, Item.deleted_at.is_null(), visible_to(person))
        .order_by(Item.position, Item.id)
    )
)
ASKED = Prepared(
    lambda meeting, person, mark: Item.select(Item, *_history()).where(
        Item.meeting == meeting, Item.asked_as == mark, Item.deleted_at.is_null(), visible_to(person)
    )
)
SHARED_ITEMS_OF = Prepared(
    lambda meeting: (
        Item.select(Item.id, Item.pair, Item.section, Item.text, Item.discussed_at, Item.kept_at, Item.standing_at)
        .where(Item.meeting == meeting, Item.deleted_at.is_null(), Item.shared_at.is_null(False))
        .order_by(Item.position, Item.id)
    )
)
LEADING = Case(None, ((Item.position < MANAGERS_PART, Item.position),))
LAST_PLACES = Prepared(
    lambda meeting, person: (
        Item.select(Item.section, fn.MAX(Item.position).alias("of_all"), fn.MAX(LEADING).alias("of_individual"))
        .where(Item.meeting == meeting, visible_to(person))
        .group_by(Item.section)
    )
)
