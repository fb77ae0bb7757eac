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
import naming
import owndata
from archive_shapes import COLUMNS, DAY, ID, LATER, MOMENT, WORDS, YES, many, maybe, table, text, whole
from logs import escaped
from models import Refused
from owndata import Data, Kind
from rows import Moment
from template_files import TemplateMistake, sketch

# The lists besides the conversations, and what is in them.
LISTS = {
    "notices": owndata.NOTICE,
    "people": owndata.OTHER,
    "mentioned": owndata.MENTIONED,
    "templates": owndata.TEMPLATE,
}
# No database keeps the first, and the others are halves of a character.
UNFIT = re.compile("[\0\ud800-\udfff]")
QUOTED_LENGTH = 60


def schema() -> Data:
    """The JSON Schema of an archive."""
    whole_archive = {
        "schema": {"const": owndata.SCHEMA},
        "version": {"const": owndata.VERSION},
        "made_at": MOMENT,
        "account": _of(owndata.ACCOUNT),
        **{name: many(_of(kind)) for name, kind in LISTS.items()},
        "conversations": many(
            table({"pair": _of(owndata.PAIR), **{kind.name: many(_of(kind)) for kind in owndata.OF_A_PAIR}})
        ),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A person's archive",
        "description": "All that Duologue keeps of what a person wrote and is party to. Ids are those of rows in it.",
        **table(whole_archive),
    }


def _of(kind: Kind) -> Data:
    (first, *_) = (kind.model.__doc__ or "").split("\n")
    columns = {field.name: _column(field, kind) for field in kind.fields}
    later = {name: columns.pop(name) for name in [*columns] if f"{kind.name}.{name}" in LATER}
    return {"description": first, **table(columns, later)}


def _column(field: Field, kind: Kind) -> Data:
    """The schema of a column."""
    found = COLUMNS.get(f"{kind.name}.{field.name}") or _value(field)
    return maybe(found) if field.null else found


def _value(field: Field) -> Data:
    if field.primary_key or isinstance(field, ForeignKeyField):
        return ID
    for kind, found in PLAIN.items():
        if isinstance(field, kind):
            return found
    return text(field.max_length) if isinstance(field, CharField) else WORDS


PLAIN: dict[Any, Data] = {
    BooleanField: YES,
    IntegerField: whole(0, 1_000_000),
    FloatField: {"type": "number", "minimum": -1e12, "maximum": 1e12},
    Moment: MOMENT,
    DateField: DAY,
}


def must_fit(data: Any) -> None:
    """Raise Refused for what is no archive that this version can bring in."""
    if not isinstance(data, dict) or data.get("schema") != owndata.SCHEMA:
        raise Refused('This is no archive of Duologue: there is no "schema": "duologue-archive" in it.')
    if data.get("version") != owndata.VERSION:
        version = _quoted(repr(data.get("version")))
        raise Refused(f"This archive is of version {version}, and only {owndata.VERSION} can be read.")
    _check(data, schema(), "")


def must(is_right: bool, place: str, wanted: str) -> None:
    """Raise Refused, with a sentence that says where in the archive something is not as it is `wanted`."""
    if not is_right:
        raise Refused(f"The archive cannot be read: {place or 'it'} must {wanted}.")


def _quoted(text: str) -> str:
    return escaped(text[:QUOTED_LENGTH])


def _check(value: Any, expected: Data, place: str) -> None:
    """Whether `value` fits, by the few words of JSON Schema that are used above. Raises Refused."""
    if "anyOf" in expected:
        if value is not None:
            _check(value, expected["anyOf"][0], place)
    elif "const" in expected or "enum" in expected:
        must(value in expected.get("enum", [expected.get("const")]), place, "be one of the values that there are")
    else:
        kind = expected["type"]
        must(TYPES[kind](value), place, f"be {'an' if kind[0] in 'aeio' else 'a'} {kind}")
        CHECKS.get(kind, _anything)(value, expected, place)


def _check_object(value: Data, expected: Data, place: str) -> None:
    properties, begin = expected["properties"], f"{place}." if place else ""
    for name in value:
        must(name in properties, begin + _quoted(name), "be left out, since this version does not know it")
    for name in expected["required"]:
        must(name in value, begin + name, "be there")
    for name, one in value.items():
        _check(one, properties[name], begin + name)


def _check_array(value: list, expected: Data, place: str) -> None:
    for number, one in enumerate(value):
        _check(one, expected["items"], f"{place}[{number}]")


def _check_string(value: str, expected: Data, place: str) -> None:
    longest, called = expected.get("maxLength", len(value)), expected.get("format", "")
    must(len(value) <= longest, place, f"be {longest} letters at most")
    must(not UNFIT.search(value), place, "be text that can be stored")
    fits = re.search(expected.get("pattern", ""), value, re.ASCII) and not value.endswith("\n")
    must(
        bool(fits) or "pattern" not in expected, place, f"be {CALLED.get(called, 'an id, or a name in small letters')}"
    )
    must(not called or FORMATS[called](value), place, f"be {CALLED.get(called)}")


def _check_number(value: float, expected: Data, place: str) -> None:
    least, most = expected["minimum"], expected["maximum"]
    must(least <= value <= most, place, f"be from {least:,} to {most:,}")


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
    "integer": _check_number,
    "number": _check_number,
}


def _without(problem: type[Exception], read: Callable[[str], Any]) -> Callable[[str], bool]:
    """Whether a text can be read so."""

    def is_readable(text: str) -> bool:
        try:
            return bool(read(text))
        except problem:
            return False

    return is_readable


# What a text that has a `format` must be, and how that is said.
FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _without(ValueError, datetime.fromisoformat),
    "date": _without(ValueError, date.fromisoformat),
    "time-zone": clock.is_zone,
    "name": _without(naming.Unfit, naming.name),
    "email": _without(naming.Unfit, naming.email),
    # Tidied, as the directory has it: two spellings of one would be two departments.
    "department": _without(naming.Unfit, lambda text: naming.department(text) == text),
    "template": _without(TemplateMistake, lambda text: sketch("", text, "")[0].sections),
}
CALLED = {
    "date-time": "a moment in UTC, from 1900 to 2199",
    "date": "a day, from 1900 to 2199",
    "time-zone": "a time zone such as Europe/London",
    "name": "a person's name",
    "email": "an e-mail address",
    "department": "the name of a department, in one line",
    "template": "a template that can be read",
}


def stored(kind: Kind, row: Data) -> Data:
    """A row of an archive as its model takes it."""
    return {field.name: _stored(field, kind, row[field.name]) for field in kind.fields if field.name in row}


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
