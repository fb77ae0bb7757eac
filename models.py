"""The conversation: people, their pairs, meetings and items; what each may do, with no web in sight."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from peewee import BooleanField, Case, CharField, FloatField, ForeignKeyField, IntegerField, fn

import clock
import library
from agenda_templates import Prompt, Section, Template
from languages import Phrase
from merging import Merged, merge_since
from prepared import Prepared
from rows import Moment, Once, Row, Words, db, repeat_key

TEXT_LIMIT = 10_000
# Two positions closer than this are as good as one.
TIGHT = 1e-6
# What a manager adds comes from here on. It is one number for all, so that it tells nothing of the other's drafts.
MANAGERS_PART = 1_000.0
# Of how many sections one can do without the prompts: what the column holds.
HIDDEN_AT_MOST = 30
# How many conversations can join a meeting.
CONVERSATIONS_AT_MOST = 4
# Who is told, within its transaction, of a change to what both can see: which item, which part of it, what it said
# before and says now, by whom, and whether it stands apart from what they typed just before. A room that is to know is
# added where the database is opened.
witnesses: list[Callable[["Item", str, str, str, "Person", bool], None]] = []
# Who is told, within its transaction, of a leave cover that ended with what it covers. Rooms add themselves.
cover_witnesses: list[Callable[["Pair"], None]] = []


class Refused(Exception):
    """A verb that cannot be done as things now stand. The message says why, in words for the screen."""


class MeetingOver(Refused):
    """The meeting was closed or cancelled, perhaps a second ago. `meeting` is that meeting."""

    def __init__(self, meeting: "Meeting") -> None:
        self.meeting = meeting
        cancelled = Phrase("This meeting was cancelled, so nothing in it can change any more.")
        closed = Phrase("This meeting was closed, so nothing in it can change any more.")
        super().__init__(cancelled if meeting.cancelled_at else closed)


class PairOver(Refused):
    """The two no longer meet, or do not meet yet."""


class ItemGone(Refused):
    """The item was deleted, perhaps a second ago. `item` is that item."""

    def __init__(self, item: "Item") -> None:
        self.item = item
        super().__init__(Phrase("This was deleted a moment ago."))


class Person(Row):
    """Somebody who can sign in. `(issuer, subject)` is who they are; name and e-mail are for display.

    A session holds as long as `epoch` is what it was. A retired person's subject is nobody else's. `language` is a
    tag such as "en-GB", blank for the organisation's; `department` what the staff directory says, if anything;
    `hidden_prompts` the keys of sections, with spaces between, and `mail_off` the kinds of mail that they do without.
    `mail_content`: mail to them may say what was written. `shortcuts`: single keys do something.
    """

    issuer = CharField(max_length=200)
    subject = CharField(max_length=200)
    name = CharField(max_length=200)
    email = CharField(max_length=254, null=True)
    time_zone = CharField(max_length=64)
    people_lead = BooleanField(default=False)
    language = CharField(max_length=35, default="")
    department = CharField(max_length=200, default="")
    hidden_prompts = CharField(max_length=1000, default="")
    mail_off = CharField(max_length=200, default="")
    mail_content = BooleanField(default=False)
    shortcuts = BooleanField(default=True)
    created_at = Moment(default=clock.now)
    disabled_at = Moment(null=True)
    retired_at = Moment(null=True)
    epoch = IntegerField(default=0)

    class Meta:
        indexes = ((("issuer", "subject"), True),)

    @property
    def first_name(self) -> str:
        """What the other one calls them."""
        return self.name.split()[0]

    @property
    def today(self) -> date:
        """The present day where this person is."""
        return clock.today(self.time_zone)

    def pairs(self):
        """Every pair that this person is one of, with both people at hand; the running ones first."""
        return PAIRS_OF(person=self.id)

    def next_meetings(self) -> dict[str, "Meeting"]:
        """The next meeting of each pair that has one: pair id → meeting."""
        return {meeting.pair_id: meeting for meeting in reversed(NEXT_MEETINGS_OF(person=self.id))}

    def live_in(self, time_zone: str) -> None:
        """Have every time shown on the clock of this zone."""
        self.change(time_zone=time_zone)

    def speak(self, language: str) -> None:
        """Be spoken to in this language ("": the organisation's)."""
        self.change(language=language)

    def use_shortcuts(self, wanted: bool) -> None:
        """Have single keys do something, on every machine; or not."""
        self.change(shortcuts=wanted)

    def wants_prompts(self, section: str) -> bool:
        """Whether this person is shown the prompts of a section."""
        return section not in self.hidden_prompts.split()

    def hide_prompts(self, section: str, undo: bool = False) -> None:
        """Do without the prompts of this section, in every meeting; or have them again."""
        with db.atomic():
            self.lock()
            hidden = Person.get_by_id(self.id).hidden_prompts.split()
            others = [key for key in hidden if key != section]
            self.change(hidden_prompts=" ".join(others if undo else [*others, section][-HIDDEN_AT_MOST:]))

    def wants_mail(self, kind: str) -> bool:
        """Whether this person is sent mail of this kind."""
        return kind not in self.mail_off.split()

    def choose_mail(self, off: Iterable[str], content: bool) -> None:
        """Do without these kinds of mail, and have the others say what was written, or not."""
        self.change(mail_off=" ".join(off), mail_content=content)

    def stop_mail(self, kind: str) -> None:
        """Do without this kind of mail as well."""
        with db.atomic():
            self.lock()
            off = Person.get_by_id(self.id).mail_off.split()
            self.change(mail_off=" ".join([*(each for each in off if each != kind), kind]))

    def pair(self, id: str) -> "Pair | None":
        """The pair with this id, if it is theirs."""
        return PAIR.first(id=id, person=self.id)

    def may_read(self, pair: "Pair") -> bool:
        """Whether the pair is (still) theirs."""
        return bool(MINE.first(id=pair.id, person=self.id))

    def meeting(self, id: str) -> "Meeting | None":
        """The meeting with this id, if it is theirs."""
        return MEETING.first(id=id, person=self.id)

    def item(self, id: str) -> "Item | None":
        """The item with this id, if they may see it. A deleted one is found; another's draft is not."""
        found = ITEM.first(id=id, person=self.id)
        return found.meeting._at_home(found) if found else None


def who(null: bool = False) -> ForeignKeyField:
    """A column for the person of a fact. Nobody looks rows up by it, so it has no index."""
    return ForeignKeyField(Person, backref="+", null=null, index=False)  # type: ignore[call-overload]


class Pair(Row):
    """A manager and a report who meet one to one, from a date until a date.

    They may have a second rhythm, of short meetings in `between`, with a template of its own.
    `version` counts every shared change of theirs; it orders what pages are told. `from_directory`: the directory
    says that the two belong together. `covers` is the pair whose manager is away until `covers_until`: then this one is
    over by itself. `manager_until`: until when a manager may read when it has ended. `held_at`:
    nothing of it is deleted, since the law may ask for it. `erased_at`: what was written in it is gone.
    """

    manager_id: str
    report_id: str
    invited_by_id: str
    covers_id: str | None
    manager = ForeignKeyField(Person, backref="+")
    report = ForeignKeyField(Person, backref="+")
    invited_by = who()
    invited_at = Moment(default=clock.now)
    accepted_at = Moment(null=True)
    ended_at = Moment(null=True)
    ended_by = who(null=True)
    template = CharField(max_length=64, default="regular")
    rhythm = CharField(max_length=16, default="monthly")
    minutes = IntegerField(default=60)
    place = Words(default="", within="id")
    between_template = CharField(max_length=64, default="catch_up")
    between_rhythm = CharField(max_length=16, default="none")
    between_minutes = IntegerField(default=20)
    between_place = Words(default="", within="id")
    time_zone = CharField(max_length=64)
    first_starts_at = Moment(null=True)
    version = IntegerField(default=0)
    from_directory = BooleanField(default=False)
    manager_until = Moment(null=True)
    held_at = Moment(null=True)
    erased_at = Moment(null=True)
    covers = ForeignKeyField("self", backref="+", null=True)
    covers_until = Moment(null=True)
    # The versions that this object has counted.
    counted: tuple[int, ...] = ()

    @property
    def path(self) -> str:
        return f"/pairs/{self.id}"

    @property
    def people(self) -> tuple[Person, Person]:
        """The individual, who leads, and the manager."""
        return self.report, self.manager

    @property
    def invitee(self) -> Person:
        """Who is to accept the invitation: the other one, or whoever is asked to stand in."""
        return self.manager if self.covers_id or self.invited_by_id == self.report_id else self.report

    @property
    def over_at(self) -> datetime | None:
        """When the two stopped meeting: somebody ended it, or the time of standing in has passed."""
        has_passed = self.covers_until and self.covers_until <= clock.now()
        return self.ended_at or (self.covers_until if has_passed else None)

    @property
    def last_day(self) -> date | None:
        """The last day of standing in, on the pair's clock."""
        until = self.covers_until and clock.local(self.covers_until, self.time_zone)
        return until and (until - timedelta(seconds=1)).date()

    @property
    def is_running(self) -> bool:
        return bool(self.accepted_at) and not self.over_at

    def side_of(self, person: Person) -> str:
        """ "individual" or "manager"."""
        return "manager" if person.id == self.manager_id else "individual"

    def other(self, person: Person) -> Person:
        """The one across the table from `person`."""
        return self.report if person.id == self.manager_id else self.manager

    def person(self, id: str | None) -> Person | None:
        """Whichever of the two has this id."""
        return next((person for person in self.people if person.id == id), None)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction in which nobody else changes this pair's things; counts the change. Raises PairOver."""
        with db.atomic():
            if not self._count_change():
                raise PairOver(self.why_over())
            yield

    def _count_change(self) -> bool:
        cursor = db.execute_sql(COUNT_CHANGE.replace("?", db.param), self._as_it_was())
        row = cursor.fetchone()
        if row:
            self.version = row[0]
            self.counted += (self.version,)
        return bool(row)

    def _as_it_was(self) -> tuple[Any, ...]:
        """What has to be so still for it to change: it runs, and the two are the two."""
        return Pair.covers_until.db_value(clock.now()), self.id, self.manager_id, self.report_id

    def must_still_run(self) -> None:
        """Have nobody else change it until the transaction ends. Raises PairOver unless it runs."""
        self.lock()
        if not db.execute_sql(STILL_RUNS.replace("?", db.param), self._as_it_was()).fetchone():
            raise PairOver(self.why_over())

    def see_count(self) -> None:
        """Its row was changed together with the count: see how far that is, in the same transaction."""
        self.version = Pair.select(Pair.version).where(Pair.id == self.id).scalar()
        self.counted += (self.version,)

    def why_over(self) -> Phrase:
        """Why nothing in it can change any more, or not yet."""
        found = Pair.get_by_id(self.id)
        if found.over_at:
            return Phrase("These one-to-ones have ended, so nothing in them can change any more.")
        if (found.manager_id, found.report_id) != (self.manager_id, self.report_id):
            return Phrase("One of you two has another account by now. Please reload the page.")
        return Phrase("%(name)s has not accepted the invitation yet.", name=found.invitee.first_name)

    def end(self, by: Person | None, manager_days: int = 0) -> None:
        """Stop meeting (or decline, or take back, the invitation).

        What was written stays the individual's to read; the manager may read it for `manager_days` more.
        Whoever stood in for a manager may not, and nobody stands in for this one any more. `by` is None when neither
        of the two wanted it, but the staff directory says so.
        """
        until = clock.now() + timedelta(days=0 if self.covers_id else manager_days)
        facts = {
            Pair.ended_at: clock.now(),
            Pair.ended_by: by,
            Pair.manager_until: until,
            Pair.version: Pair.version + 1,
        }
        with db.atomic():
            self.lock()
            if Pair.update(facts).where(Pair.id == self.id, Pair.ended_at.is_null()).execute():
                self.see_count()
            self.end_covers(by)

    def end_covers(self, by: Person | None = None) -> None:
        """Have nobody stand in for its manager any more."""
        for cover in COVER_OF(pair=self.id):
            cover.end(by)
            for tell in cover_witnesses:
                tell(cover)

    def settle(self, by: Person, **settings: Any) -> None:
        """Set rhythm, usual length, place and kind for the meetings to come."""
        with self.changing():
            self.change(**settings)

    def meetings(self):
        """All its meetings, the latest first."""
        return Meeting.select().where(Meeting.pair == self).order_by(Meeting.starts_at.desc())

    def next_meeting(self, besides: "Meeting | None" = None) -> "Meeting | None":
        """The first meeting that is neither closed nor cancelled."""
        found = [meeting for meeting in NEXT_MEETINGS(pair=self.id) if besides is None or meeting.id != besides.id]
        return self._at_home(found[0] if found else None)

    def last_meeting(self) -> "Meeting | None":
        """The closed meeting that was closed last."""
        return self._at_home(LAST_MEETING.first(pair=self.id))

    def _at_home(self, meeting: "Meeting | None") -> "Meeting | None":
        if meeting:
            meeting.pair = self
        return meeting


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
            return max([MANAGERS_PART, *(last.of_all for last in here)]) + 1
        last = max((last.of_individual for last in here if last.of_individual is not None), default=0.0)
        return last + min((MANAGERS_PART - last) / 2, 1)

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
        for name in (
            "meeting_id",
            "section",
            "text",
            "notes",
            "position",
            "shared_at",
            "discussed_at",
            "kept_at",
            "standing_at",
            "deleted_at",
        ):
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
        low, high = self._neighbours(others, place)
        spread = others if low is not None and high is not None and high - low < TIGHT else []
        for n, item in enumerate(spread, 1):
            item.change(position=n + (MANAGERS_PART if item.position >= MANAGERS_PART else 0.0))
        self.change(section=section, position=_between(*self._neighbours(others, place)))
        return [self, *spread]

    def _neighbours(self, others: list["Item"], place: int) -> tuple[float | None, float | None]:
        """The positions around that place. What a manager brought leaves the manager's part only for among others."""
        low = others[place - 1].position if place else None
        high = others[place].position if place < len(others) else None
        if self.author_id == self.meeting.pair.manager_id and (high is None or high > MANAGERS_PART):
            low = max(low or 0.0, MANAGERS_PART)
        return low, high

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
            section=self.section,
            position=self.position,
            discussed_at=self.discussed_at,
            discussed_by=self.discussed_by_id,
            kept_at=self.kept_at,
            kept_by=self.kept_by_id,
            notes=left_behind,
        )
        self.change(
            meeting=meeting,
            position=position,
            notes="" if left_behind else self.notes,
            discussed_at=None,
            discussed_by=None,
            kept_at=None,
            kept_by=None,
        )


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
        item.change(
            meeting=self.from_meeting_id,
            section=self.section,
            position=self.position,
            discussed_at=self.discussed_at,
            discussed_by=self.discussed_by_id,
            kept_at=self.kept_at,
            kept_by=self.kept_by_id,
            notes="\n".join(dict.fromkeys(filter(None, (self.notes, item.notes)))),
        )
        self.remove()


def _between(low: float | None, high: float | None) -> float:
    """A position after `low` and before `high`, where there are such."""
    if low is None:
        return 1.0 if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


RUNS = (
    '"accepted_at" IS NOT NULL AND "ended_at" IS NULL AND ("covers_until" IS NULL OR "covers_until" > ?) '
    'AND "id" = ? AND "manager_id" = ? AND "report_id" = ?'
)
COUNT_CHANGE = f'UPDATE "pair" SET "version" = "version" + 1 WHERE {RUNS} RETURNING "version"'  # noqa: S608 - our own
STILL_RUNS = f'SELECT 1 FROM "pair" WHERE {RUNS}'  # noqa: S608 - the same

# The finders. Each starts from the person: whoever is not one of the two finds nothing.
Manager = Person.alias("manager_person")
Report = Person.alias("report_person")
Origin = Meeting.alias("origin")
# What a page says of the two, their names and their clocks; and whether they are still here.
PERSONAL = ("id", "name", "time_zone", "disabled_at", "language", "hidden_prompts")
PEOPLE = [getattr(person, name) for person in (Manager, Report) for name in PERSONAL]


def stands(now):
    """The condition that a pair has not ended: nobody has ended it, and no time of standing in has passed."""
    return Pair.ended_at.is_null() & (Pair.covers_until.is_null() | (Pair.covers_until > now))


def runs(now):
    """The condition that two people meet one to one: Pair.is_running, for a query."""
    return Pair.accepted_at.is_null(False) & stands(now)


def still_open():
    """The condition that a meeting is neither closed nor cancelled: Meeting.is_open, for a query."""
    return Meeting.closed_at.is_null() & Meeting.cancelled_at.is_null()


def mine(person, now):
    """The condition that a pair is this person's to read: a manager's right ends with the pair, or soon after."""
    manages = stands(now) | Pair.accepted_at.is_null() | (Pair.manager_until > now)
    return (Pair.report == person) | ((Pair.manager == person) & manages)


def visible_to(person):
    """The condition that an item is not somebody else's draft."""
    return Item.shared_at.is_null(False) | (Item.author == person)


def with_people(query):
    """A query over pairs with both people filled in; it must select PEOPLE."""
    query = query.join_from(Pair, Manager, on=(Pair.manager == Manager.id), attr="manager")
    return query.join_from(Pair, Report, on=(Pair.report == Report.id), attr="report")


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


def _pairs(person, now):
    return with_people(Pair.select(Pair, *PEOPLE)).where(mine(person, now))


def _open_meetings(pair):
    return Meeting.select().where(Meeting.pair == pair, still_open())


def _closed_meetings(pair):
    return Meeting.select().where(Meeting.pair == pair, Meeting.closed_at.is_null(False))


PAIR = Prepared(lambda id, person, now: _pairs(person, now).where(Pair.id == id))
MINE = Prepared(lambda id, person, now: Pair.select(Pair.id).where(Pair.id == id, mine(person, now)))
COVER_OF = Prepared(lambda pair, now: with_people(Pair.select(Pair, *PEOPLE)).where(Pair.covers == pair, stands(now)))
PAIRS_OF = Prepared(lambda person, now: _pairs(person, now).order_by(~stands(now), Pair.invited_at))
MEETING = Prepared(
    lambda id, person, now: with_people(Meeting.select(Meeting, Pair, *PEOPLE).join(Pair)).where(
        Meeting.id == id, mine(person, now)
    )
)
NEXT_MEETINGS = Prepared(lambda pair: _open_meetings(pair).order_by(Meeting.starts_at).limit(2))
NEXT_MEETINGS_OF = Prepared(
    lambda person, now: Meeting.select().join(Pair).where(mine(person, now), still_open()).order_by(Meeting.starts_at)
)
LATEST = Meeting.closed_at.desc(), Meeting.starts_at.desc()
LAST_MEETING = Prepared(lambda pair: _closed_meetings(pair).order_by(*LATEST).limit(1))
# What may be another a second later.
CHANGING = ("closed_at", "cancelled_at", "template", "versions", "horizon", "next_starts_at")
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
