"""A person's own data: all that Duologue keeps of what they wrote and are party to, as plain data.

The lists below are the one place that says what belongs to it: the archive, its schema, its import and the page to
read it on all follow them. Nothing private to anybody else is in it: the queries themselves leave it out.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

import gevent
from peewee import Field, ForeignKeyField, ModelSelect

import audit
import clock
import evidence
from actions import Action, ActionUpdate, Agreement
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from growth import Objective, ObjectiveAgreement, Progress
from handovers import HandingOn, Handover, PassedRecord
from history import Wording
from library import TemplateVersion
from meetings import Carry, Item, Meeting, visible_to
from models import Pair, Person
from notebooks import PrivateNote
from notices import Notice
from records import Confirmation, Record, Remark, Upload
from reviews import Gathered, Gathering
from rows import Row, db
from template_files import written
from wrapup import ClosingCheck

AT_A_TIME = 20
SCHEMA, VERSION = "duologue-archive", 1

Data = dict[str, Any]
T = TypeVar("T")


class Kind(NamedTuple):
    """A kind of row that an archive has: all its columns but those it is `without`.

    `of` gives the rows of a pair that a person may see, in the order of the column `by`. Columns of `as_json` hold
    JSON. `seen` gives a row as the person may see it, None where they may not, knowing the ids of all rows before.
    """

    model: type[Row]
    of: Callable[[Pair, Person], "ModelSelect[Any]"]
    by: str
    without: frozenset[str] = frozenset({"key", "pair"})
    as_json: frozenset[str] = frozenset()
    seen: Callable[[Data, Person, dict[str, Data]], Data | None] = lambda row, person, others: row

    @property
    def name(self) -> str:
        """What its list is called."""
        return self.model._meta.table_name

    @property
    def fields(self) -> list[Field]:
        """The columns that are told, in order."""
        return [field for field in self.model._meta.sorted_fields if field.name not in self.without]

    def told(self, row: Row) -> Data:
        """The row in JSON's types; moments in ISO 8601, UTC."""
        return {field.name: self._plain(row, field) for field in self.fields}

    def _plain(self, row: Row, field: Field) -> Any:
        is_key = isinstance(field, ForeignKeyField)
        value = row.__data__[field.name] if is_key else getattr(row, field.name)
        if field.name in self.as_json:
            return json.loads(value)
        return value.isoformat() if isinstance(value, date | datetime) else value


def _all(model: Any) -> Callable[[Pair, Person], "ModelSelect[Any]"]:
    return lambda pair, person: model.select().where(model.pair == pair)


def _within(model: Any, parent: Any) -> Callable[[Pair, Person], "ModelSelect[Any]"]:
    return lambda pair, person: model.select(model).join(parent).where(parent.pair == pair)


def _on_items(model: Any) -> Callable[[Pair, Person], "ModelSelect[Any]"]:
    """What hangs on items, of those that are not another's drafts."""
    return lambda pair, person: (
        model.select(model).join(Item, on=(model.item == Item.id)).where(Item.pair == pair, visible_to(person.id))
    )


def _items(pair: Pair, person: Person) -> "ModelSelect[Any]":
    return Item.select().where(Item.pair == pair, visible_to(person.id))


def _notebook(pair: Pair, person: Person) -> "ModelSelect[Any]":
    return PrivateNote.select().where(PrivateNote.pair == pair, PrivateNote.author == person)


def _evidence(pair: Pair, person: Person) -> "ModelSelect[Any]":
    return Evidence.select().where(Evidence.pair == pair, evidence.known_to(person))


def _feedback(pair: Pair, person: Person) -> "ModelSelect[Any]":
    """What was given or asked for; what was taken back is told to whoever took it back alone."""
    is_theirs = Feedback.withdrawn_at.is_null() | (Feedback.withdrawn_by == person)
    return Feedback.select().where(Feedback.pair == pair, is_theirs)


def _once_given(row: Data, person: Person, others: dict[str, Data]) -> Data:
    """Feedback that is asked for and not given yet has no words but for whoever writes it."""
    is_unknown = row["giver"] != person.id and not row["given_at"]
    return {**row, "tone": "", "is_reported": False, "reported_from": "", "text": ""} if is_unknown else row


def _of_the_visible(row: Data, person: Person, others: dict[str, Data]) -> Data | None:
    """A wording of something that is in the archive; another's from before they shared it is not."""
    subject = others.get(row["subject"].partition("-")[2])
    if subject is None:
        return None
    # Only items are shared at some time; all else is so from its beginning.
    shared_at = subject.get("shared_at", "")
    return row if row["by"] == person.id or (shared_at is not None and shared_at <= row["began_at"]) else None


OF_A_PAIR = (
    Kind(Meeting, _all(Meeting), "starts_at"),
    Kind(Item, _items, "position"),
    Kind(Carry, _on_items(Carry), "carried_at"),
    Kind(PrivateNote, _notebook, "written_at"),
    Kind(Action, _all(Action), "proposed_at"),
    Kind(Agreement, _within(Agreement, Action), "agreed_at"),
    Kind(ActionUpdate, _all(ActionUpdate), "written_at"),
    Kind(HandingOn, _within(HandingOn, Action), "agreed_at"),
    Kind(Record, _all(Record), "closed_at", as_json=frozenset({"content"})),
    Kind(Confirmation, _within(Confirmation, Record), "confirmed_at"),
    Kind(Remark, _all(Remark), "written_at"),
    Kind(Upload, _all(Upload), "noted_at"),
    Kind(ClosingCheck, _within(ClosingCheck, Meeting), "checked_at"),
    Kind(Objective, _all(Objective), "set_at"),
    Kind(ObjectiveAgreement, _within(ObjectiveAgreement, Objective), "agreed_at"),
    Kind(Progress, _all(Progress), "written_at"),
    Kind(Evidence, _evidence, "kept_at"),
    Kind(DevelopmentGoal, _all(DevelopmentGoal), "set_at"),
    Kind(Activity, _all(Activity), "added_at"),
    Kind(Feedback, _feedback, "made_at", seen=_once_given),
    Kind(Gathering, _all(Gathering), "gathered_at"),
    Kind(Gathered, _on_items(Gathered), "source"),
    Kind(Handover, _all(Handover), "passed_at", as_json=frozenset({"content"})),
    Kind(PassedRecord, _all(PassedRecord), "closed_at", as_json=frozenset({"content"})),
    Kind(Wording, _all(Wording), "began_at", seen=_of_the_visible),
)


def _nothing(pair: Pair, person: Person) -> "ModelSelect[Any]":
    raise LookupError("This kind of row belongs to no pair.")


def _but(model: type[Row], *names: str) -> frozenset[str]:
    """All columns of a model but these."""
    return frozenset(model._meta.fields) - set(names)


PAIR = Kind(Pair, _nothing, "invited_at", without=frozenset({"version"}))
# A pair that something here leads to and that is not (any more) the person's to read.
MENTIONED = Kind(
    Pair,
    _nothing,
    "invited_at",
    without=_but(Pair, "id", "manager", "report", "invited_by", "invited_at", "accepted_at", "ended_at", "time_zone"),
)
ACCOUNT = Kind(Person, _nothing, "created_at", without=frozenset({"epoch"}))
OTHER = Kind(Person, _nothing, "created_at", without=_but(Person, "id", "subject", "name"))
NOTICE = Kind(Notice, _nothing, "told_at", without=frozenset({"person"}))
TEMPLATE = Kind(TemplateVersion, _nothing, "key", without=frozenset({"by"}))


def own_data(person: Person) -> Data:
    """Everything of theirs: the archive."""
    pairs = person.pairs()
    return {**about(person, pairs), "conversations": [conversation(pair, person) for pair in pairs]}


def about(person: Person, pairs: list[Pair]) -> Data:
    """All of the archive but the conversations in these pairs of theirs."""
    notices = list(Notice.select().where(Notice.person == person).order_by(Notice.told_at, Notice.id))
    mentioned = _mentioned(pairs, notices)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "made_at": clock.now().isoformat(),
        "account": ACCOUNT.told(person),
        "notices": [NOTICE.told(notice) for notice in notices],
        "people": [OTHER.told(other) for other in _people([*pairs, *mentioned], person)],
        "mentioned": [MENTIONED.told(pair) for pair in mentioned],
        "templates": [_as_seen(version, {pair.side_of(person) for pair in pairs}) for version in _templates(pairs)],
    }


def _mentioned(pairs: list[Pair], notices: list[Notice]) -> list[Pair]:
    earlier = {one.from_pair_id for one in Handover.select(Handover.from_pair).where(Handover.pair.in_(pairs))}
    ids = earlier | {pair.covers_id for pair in pairs} | {notice.pair_id for notice in notices}
    others = ids - {pair.id for pair in pairs} - {None}
    return list(Pair.select().where(Pair.id.in_(others)).order_by(Pair.invited_at, Pair.id))


def _people(pairs: list[Pair], person: Person) -> list[Person]:
    columns = ("manager", "report", "invited_by", "ended_by")
    ids = {pair.__data__[name] for pair in pairs for name in columns} - {person.id, None}
    return list(Person.select().where(Person.id.in_(ids)).order_by(Person.name, Person.id))


def _templates(pairs: list[Pair]) -> list[TemplateVersion]:
    """The versions of templates that their meetings began with."""
    begun = Meeting.select(Meeting.versions).where(Meeting.pair.in_(pairs)).distinct()
    ids = {id for meeting in begun for id in meeting.versions.split()}
    found = TemplateVersion.select().where(TemplateVersion.id.in_(ids))
    return list(found.order_by(TemplateVersion.key, TemplateVersion.number))


def _as_seen(version: TemplateVersion, sides: set[str]) -> Data:
    """A template without the preparation of a side that the person is never on: a manager's is the managers' alone."""
    told, outline = TEMPLATE.told(version), version.outline
    preparation = tuple(prompt for prompt in outline.preparation if any(map(prompt.is_for, sides)))
    is_whole = len(preparation) == len(outline.preparation)
    return told if is_whole else {**told, "content": written(replace(outline, preparation=preparation))}


def conversation(pair: Pair, person: Person) -> Data:
    """All that this person may see of a pair of theirs: the pair, then a list for each kind of row."""
    told: Data = {"pair": PAIR.told(pair)}
    known: dict[str, Data] = {}
    for kind in OF_A_PAIR:
        model: Any = kind.model
        found = kind.of(pair, person).order_by(getattr(model, kind.by), model.id)
        rows = (kind.seen(kind.told(row), person, known) for row in _unhurried(found))
        told[kind.name] = [row for row in rows if row]
        known |= {row["id"]: row for row in told[kind.name]}
    return told


def note_export(person: Person) -> None:
    """Keep in the trail that they took it all, once for each pair, so that the other one sees it too."""
    with db.atomic():
        for pair in person.pairs():
            audit.note("export", by=person, pair=pair, about="own data")


def _unhurried(found: Iterable[T]) -> Iterator[T]:
    """The same, one by one; everybody else gets a turn now and then."""
    for number, one in enumerate(found):
        if not number % AT_A_TIME:
            gevent.sleep(0)
        yield one
