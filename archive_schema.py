"""What an archive may hold, as a JSON Schema and as checks that say in a sentence what does not fit.

Both follow the lists of owndata.py. Running this file prints the schema (see bin/schema).
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from peewee import BooleanField, CharField, DateField, Field, FloatField, ForeignKeyField, IntegerField

import clock
import owndata
from models import Refused
from notices import KINDS
from owndata import Data, Kind
from rows import ID_LENGTH, ID_LETTERS, Moment

ID = f"[{ID_LETTERS}]{{{ID_LENGTH}}}"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00"
DAY = r"\d{4}-\d\d-\d\d"
# Columns of few values, which nothing else could be shown for.
CHOICES = {"rhythm": tuple(clock.RHYTHMS), "between_rhythm": tuple(clock.RHYTHMS), "kind": KINDS}
# The lists besides the conversations, and what is in them.
LISTS = {
    "notices": owndata.NOTICE,
    "people": owndata.OTHER,
    "mentioned": owndata.MENTIONED,
    "templates": owndata.TEMPLATE,
}


def schema() -> Data:
    """The JSON Schema of an archive."""
    lists = {name: {"type": "array", "items": _of(kind)} for name, kind in LISTS.items()}
    conversation = {
        "pair": _of(owndata.PAIR),
        **{kind.name: {"type": "array", "items": _of(kind)} for kind in owndata.OF_A_PAIR},
    }
    whole = {
        "schema": {"const": owndata.SCHEMA},
        "version": {"const": owndata.VERSION},
        "made_at": _exactly(MOMENT),
        "account": _of(owndata.ACCOUNT),
        **lists,
        "conversations": {"type": "array", "items": _object(conversation)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A person's archive",
        "description": "All that Duologue keeps of what a person wrote and is party to. Ids are those of rows in it.",
        **_object(whole),
    }


def _object(properties: Data) -> Data:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _of(kind: Kind) -> Data:
    (first, *_) = (kind.model.__doc__ or "").split("\n")
    return {"description": first, **_object({field.name: _column(field, kind) for field in kind.fields})}


def _column(field: Field, kind: Kind) -> Data:
    """The schema of a column."""
    if field.name in kind.as_json:
        return {"type": "object"}
    found = _value(field)
    return {"anyOf": [found, {"type": "null"}]} if field.null else found


def _value(field: Field) -> Data:
    if field.primary_key or isinstance(field, ForeignKeyField):
        return _exactly(ID)
    if field.name in CHOICES:
        return {"enum": list(CHOICES[field.name])}
    for kind, found in PLAIN.items():
        if isinstance(field, kind):
            return found
    return {"type": "string", "maxLength": field.max_length} if isinstance(field, CharField) else {"type": "string"}


def _exactly(pattern: str) -> Data:
    return {"type": "string", "pattern": f"^{pattern}$"}


PLAIN: dict[Any, Data] = {
    BooleanField: {"type": "boolean"},
    IntegerField: {"type": "integer"},
    FloatField: {"type": "number"},
    Moment: _exactly(MOMENT),
    DateField: _exactly(DAY),
}


def must_fit(data: Any) -> None:
    """Raise Refused for what is no archive that this version can bring in."""
    if not isinstance(data, dict) or data.get("schema") != owndata.SCHEMA:
        raise Refused('This is no archive of Duologue: there is no "schema": "duologue-archive" in it.')
    if data.get("version") != owndata.VERSION:
        raise Refused(f"This archive is of version {data.get('version')!r}, and only {owndata.VERSION} can be read.")
    _check(data, schema(), "the archive")


def _check(value: Any, expected: Data, place: str) -> None:
    """Whether `value` fits, by the few words of JSON Schema that are used above. Raises Refused."""
    if "anyOf" in expected:
        if value is not None:
            _check(value, expected["anyOf"][0], place)
    elif "const" in expected or "enum" in expected:
        _must(value in expected.get("enum", [expected.get("const")]), place, "one of the values that there are")
    else:
        kind = expected["type"]
        _must(TYPES[kind](value), place, f"{'an' if kind[0] in 'aeio' else 'a'} {kind}")
        CHECKS.get(kind, _anything)(value, expected, place)


def _must(is_right: bool, place: str, wanted: str) -> None:
    if not is_right:
        raise Refused(f"The archive cannot be read: {place} must be {wanted}.")


def _check_object(value: Data, expected: Data, place: str) -> None:
    properties = expected.get("properties")
    if properties is None:
        return
    for name in value:
        _must(name in properties, f"{name!r} in {place}", "left out, since this version does not know it")
    for name, wanted in properties.items():
        _must(name in value, f"{name!r} in {place}", "there")
        _check(value[name], wanted, f"{name!r} in {place}")


def _check_array(value: list, expected: Data, place: str) -> None:
    for number, one in enumerate(value, 1):
        _check(one, expected["items"], f"entry {number} of {place}")


def _check_string(value: str, expected: Data, place: str) -> None:
    _must(len(value) <= expected.get("maxLength", len(value)), place, f"{expected.get('maxLength')} letters at most")
    if pattern := expected.get("pattern"):
        _must(re.search(pattern, value, re.ASCII) is not None and _is_real(pattern, value), place, _called(pattern))


def _is_real(pattern: str, value: str) -> bool:
    """Whether there is such a day and time."""
    try:
        return pattern.endswith(f"{ID}$") or bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _called(pattern: str) -> str:
    return {f"^{ID}$": "an id", f"^{DAY}$": "a day"}.get(pattern, "a moment in UTC")


def _anything(value: Any, expected: Data, place: str) -> None:
    pass


TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
CHECKS: dict[str, Callable[[Any, Data, str], None]] = {
    "object": _check_object,
    "array": _check_array,
    "string": _check_string,
}


def stored(kind: Kind, row: Data) -> Data:
    """A row of an archive as its model takes it."""
    return {field.name: _stored(field, kind, row[field.name]) for field in kind.fields}


def _stored(field: Field, kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if field.name in kind.as_json:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(field, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(field, DateField) else value


if __name__ == "__main__":
    print(json.dumps(schema(), ensure_ascii=False, indent=1))
