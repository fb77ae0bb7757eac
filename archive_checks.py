"""Whether an archive hangs together: ids lead somewhere, nothing is there twice, and a pair's rows are of its two."""

from collections.abc import Iterable, Iterator
from typing import Any

from peewee import ForeignKeyField

import history
import naming
import owndata
from archive_schema import FORMATS, must
from config import Config
from library import TemplateVersion
from meetings import CONVERSATIONS_AT_MOST
from models import Pair, Person
from owndata import Data, Kind
from people import SET_ASIDE
from rows import Row

# Rows, each with its place in the archive.
Placed = list[tuple[str, Data]]
# What a wording may be of that is no column.
STEPS = {"deleted", "restored"}


def must_hang_together(data: Data, config: Config) -> None:
    """Raise Refused where an archive that fits its schema does not hang together."""
    people, pairs, mentioned = _people(data), _pairs(data), _placed(data["mentioned"], "mentioned")
    known = {Person: _ids(people), Pair: _ids([*pairs, *mentioned])}
    _must_sign_in(people, config)
    _must_be_single(data, people, [*pairs, *mentioned])
    _must_lead_somewhere(owndata.NOTICE, _placed(data["notices"], "notices"), known)
    _must_lead_somewhere(owndata.MENTIONED, mentioned, known)
    _must_lead_somewhere(owndata.PAIR, pairs, known)
    for place, pair in [*pairs, *mentioned]:
        must(pair["manager"] != pair["report"], f"{place}.manager", "be another person than the report")
    for place, pair in pairs:
        must(data["account"]["id"] in _two(pair), place, "be of the person whose archive this is")
    for number, told in enumerate(data["conversations"]):
        _must_be_whole(told, f"conversations[{number}]", known)
        _must_have_its_templates(told, f"conversations[{number}]", {row["id"] for row in data["templates"]})


def _placed(rows: list[Data], place: str) -> Placed:
    return [(f"{place}[{number}]", row) for number, row in enumerate(rows)]


def _people(data: Data) -> Placed:
    return [("account", data["account"]), *_placed(data["people"], "people")]


def _pairs(data: Data) -> Placed:
    return [(f"conversations[{number}].pair", told["pair"]) for number, told in enumerate(data["conversations"])]


def _ids(rows: Placed) -> set[str]:
    return {row["id"] for _, row in rows}


def _two(pair: Data) -> set[str]:
    return {pair["manager"], pair["report"]}


def _must_sign_in(people: Placed, config: Config) -> None:
    """Everybody has a name that this installation's sign-on can give, or is set aside from one."""
    for place, row in people:
        subject = row["subject"].removesuffix(SET_ASIDE.format(subject="", id=row["id"]))
        fits = _is_username(subject, config)
        must(
            fits, f"{place}.subject", f"be a username in small letters that matches {config.proxy_user_pattern.pattern}"
        )


def _is_username(subject: str, config: Config) -> bool:
    try:
        return naming.username(subject, config.proxy_user_pattern, config.proxy_realm) == subject
    except naming.Unfit:
        return False


def _must_be_single(data: Data, people: Placed, pairs: Placed) -> None:
    """What a table has once only is in the archive once only."""
    _must_be_once(Person, people)
    _must_be_once(Pair, pairs)
    _must_be_once(TemplateVersion, _placed(data["templates"], "templates"))
    _must_be_once(owndata.NOTICE.model, _placed(data["notices"], "notices"))
    for kind in owndata.OF_A_PAIR:
        _must_be_once(kind.model, list(_all_of(kind, data)))


def _all_of(kind: Kind, data: Data) -> Iterator[tuple[str, Data]]:
    for number, told in enumerate(data["conversations"]):
        for place, row in _placed(told[kind.name], f"conversations[{number}].{kind.name}"):
            yield place, {"pair": told["pair"]["id"], **row}


def _must_be_once(model: type[Row], rows: Placed) -> None:
    for columns in _single(model):
        first: dict[tuple, str] = {}
        for place, row in rows:
            found = tuple(row.get(name) for name in columns)
            if None not in found:
                must(found not in first, place, f"have another {' and '.join(columns)} than {first.get(found)}")
                first[found] = place


def _single(model: type[Row]) -> list[list[str]]:
    """The columns, each or together, of which a table has no two alike. All people here are of one issuer."""
    # Those with a condition are of another type, and for finding rows alone.
    plain = [index for index in model._meta.indexes if isinstance(index, tuple)]
    several = [columns for columns, is_unique in plain if is_unique]
    alone = [[field.name] for field in model._meta.sorted_fields if field.unique or field.primary_key]
    return [*alone, *([name for name in columns if name != "issuer"] for columns in several)]


def _must_be_whole(told: Data, place: str, known: dict[Any, set[str]]) -> None:
    """The rows of a conversation lead to its two people, to pairs, and to rows of the same conversation alone."""
    here, subjects = {**known, Person: _two(told["pair"])}, dict[str, Kind]()
    for kind in owndata.OF_A_PAIR:
        rows = _placed(told[kind.name], f"{place}.{kind.name}")
        here[kind.model] = _ids(rows)
        _must_lead_somewhere(kind, rows, here)
        _must_name_whoever(rows)
        subjects |= {f"{history.CALLED.get(kind.name, kind.name)}-{row['id']}": kind for _, row in rows}
    for at, wording in _placed(told["wording"], f"{place}.wording"):
        _must_be_of(wording, at, subjects)
        _must_be_told(wording, at, here[Person])


def _must_lead_somewhere(kind: Kind, rows: Placed, known: dict[Any, set[str]]) -> None:
    for field in kind.fields:
        if isinstance(field, ForeignKeyField):
            for place, row in rows:
                is_there = row[field.name] is None or row[field.name] in known[field.rel_model]
                must(is_there, f"{place}.{field.name}", "lead to what is in the archive and belongs to it")
            if field.rel_model is kind.model:
                _must_not_lead_further(field.name, rows)


def _must_not_lead_further(name: str, rows: Placed) -> None:
    """What leads to a row of its own kind leads to one that leads no further."""
    further = {row["id"] for _, row in rows if row[name]}
    for place, row in rows:
        must(row[name] not in further, f"{place}.{name}", "lead to one that leads no further")


def _must_name_whoever(rows: Placed) -> None:
    """Where it is said when somebody did something, it is said who."""
    for place, row in rows:
        for name in row:
            moment = name.removesuffix("_by") + "_at"
            if name.endswith("_by") and row.get(moment):
                must(row[name] is not None, f"{place}.{name}", f"be there, as {moment} is")


def _must_be_of(wording: Data, place: str, subjects: dict[str, Kind]) -> None:
    """A wording is of something in the conversation, and of a part that this has."""
    kind = subjects.get(wording["subject"])
    must(kind is not None, f"{place}.subject", "lead to something in the same conversation")
    parts = STEPS | {field.name for field in kind.fields} if kind else STEPS
    must(wording["part"] in parts, f"{place}.part", "be a part of what it is of")


def _must_be_told(wording: Data, place: str, people: Iterable[str]) -> None:
    """People and days, which a wording has as text, can be told."""
    for side in ("before", "after"):
        value, part = wording[side], wording["part"]
        must(part != "owner" or value in people, f"{place}.{side}", "be the id of one of the two")
        is_day = not part.endswith("_on") or not value or FORMATS["date"](value)
        must(is_day, f"{place}.{side}", "be a day")


def _must_have_its_templates(told: Data, place: str, versions: set[str]) -> None:
    for at, meeting in _placed(told["meeting"], f"{place}.meeting"):
        used = meeting["versions"].split()
        is_well = 0 < len(used) <= CONVERSATIONS_AT_MOST and versions.issuperset(used)
        must(is_well, f"{at}.versions", "be the ids of templates in the archive")
