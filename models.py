"""People and their pairs: who meets whom, from when until when, and who may read what they wrote."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField

import clock
from languages import Phrase
from prepared import Prepared, among
from rows import Moment, Row, Words, db

TEXT_LIMIT = 10_000
# Of how many sections one can do without the prompts: what the column holds.
HIDDEN_AT_MOST = 30
# Who is told, within its transaction, of a leave cover that ended with what it covers. Rooms add themselves.
cover_witnesses: list[Callable[["Pair"], None]] = []


class Refused(Exception):
    """A verb that cannot be done as things now stand. The message says why, in words for the screen."""


class PairOver(Refused):
    """The two no longer meet, or do not meet yet."""


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


RUNS = (
    '"accepted_at" IS NOT NULL AND "ended_at" IS NULL AND ("covers_until" IS NULL OR "covers_until" > ?) '
    'AND "id" = ? AND "manager_id" = ? AND "report_id" = ?'
)
COUNT_CHANGE = f'UPDATE "pair" SET "version" = "version" + 1 WHERE {RUNS} RETURNING "version"'  # noqa: S608 - our own
STILL_RUNS = f'SELECT 1 FROM "pair" WHERE {RUNS}'  # noqa: S608 - the same

# The finders. Each starts from the person: whoever is not one of the two finds nothing.
Manager = Person.alias("manager_person")
Report = Person.alias("report_person")
# What a page says of the two, their names and their clocks; and whether they are still here.
PERSONAL = ("id", "name", "time_zone", "disabled_at", "language", "hidden_prompts")
PEOPLE = [getattr(person, name) for person in (Manager, Report) for name in PERSONAL]


def stands(now):
    """The condition that a pair has not ended: nobody has ended it, and no time of standing in has passed."""
    return Pair.ended_at.is_null() & (Pair.covers_until.is_null() | (Pair.covers_until > now))


def runs(now):
    """The condition that two people meet one to one: Pair.is_running, for a query."""
    return Pair.accepted_at.is_null(False) & stands(now)


def mine(person, now):
    """The condition that a pair is this person's to read: a manager's right ends with the pair, or soon after."""
    return (Pair.report == person) | ((Pair.manager == person) & is_open_to_manager(now))


def is_open_to_manager(now):
    """The condition that a pair is its manager's to read, as it always is the individual's."""
    return stands(now) | Pair.accepted_at.is_null() | (Pair.manager_until > now)


def readers_of(ids: Collection[str]) -> set[tuple[str, str]]:
    """Who may read the pairs with these ids: a pair's id and a person's, for each who may."""
    found = set()
    for pair in READABLE(ids=json.dumps([*ids])):
        found.add((pair.id, pair.report_id))
        if pair.is_open_to_manager:
            found.add((pair.id, pair.manager_id))
    return found


def with_people(query):
    """A query over pairs with both people filled in; it must select PEOPLE."""
    query = query.join_from(Pair, Manager, on=(Pair.manager == Manager.id), attr="manager")
    return query.join_from(Pair, Report, on=(Pair.report == Report.id), attr="report")


def _pairs(person, now):
    return with_people(Pair.select(Pair, *PEOPLE)).where(mine(person, now))


PAIR = Prepared(lambda id, person, now: _pairs(person, now).where(Pair.id == id))
READABLE = Prepared(
    lambda ids, now: Pair.select(
        Pair.id, Pair.report, Pair.manager, is_open_to_manager(now).alias("is_open_to_manager")
    ).where(among(Pair.id, ids))
)
COVER_OF = Prepared(lambda pair, now: with_people(Pair.select(Pair, *PEOPLE)).where(Pair.covers == pair, stands(now)))
PAIRS_OF = Prepared(lambda person, now: _pairs(person, now).order_by(~stands(now), Pair.invited_at))
