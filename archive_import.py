"""An archive brought in again: into an installation that nobody is in yet, with all ids, sealed with its keys."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from peewee import ForeignKeyField

import archive_schema
import audit
import owndata
from config import Config
from library import DRAFT, TemplateVersion
from models import Pair, Person, Refused
from owndata import Data, Kind
from rows import db

DATA_FILE = "archive.json"
# More than this is no archive of one person.
SIZE_LIMIT = 1_000_000_000


def read(path: Path) -> Data:
    """The data of an archive: of the ZIP file, or of the JSON file in it. Raises Refused."""
    try:
        return json.loads(_text(path), parse_constant=_no_number)
    except OSError as problem:
        raise Refused(f"The file {path} cannot be read: {problem.strerror}.") from None
    except (ValueError, RecursionError, KeyError, zipfile.BadZipFile):
        raise Refused(f"The file {path} is no whole archive of Duologue.") from None


def _text(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        _must_be_bearable(path.stat().st_size)
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        _must_be_bearable(archive.getinfo(DATA_FILE).file_size)
        return archive.read(DATA_FILE)


def _must_be_bearable(size: int) -> None:
    if size > SIZE_LIMIT:
        raise Refused(f"That is larger than {SIZE_LIMIT:,} bytes, so it is no archive of one person.")


def _no_number(name: str) -> None:
    raise ValueError(name)


def bring_in(data: Data, config: Config) -> int:
    """Have all that is in an archive here, or nothing of it; gives the number of rows. Raises Refused.

    People sign in as the archive says, with this installation's sign-on. Nobody becomes a people lead by it.
    """
    if config.is_demo:
        raise Refused("In a demo anybody may sign in as anybody: bring an archive into a production database.")
    archive_schema.must_fit(data)
    _must_hang_together(data)
    with db.atomic():
        if Person.select().exists():
            raise Refused("There are people here already: an archive is brought into an empty database alone.")
        number = sum(1 for _ in _bring(data, config))
        audit.note("import", about=f"archive of {data['account']['subject']}")
    return number


def _bring(data: Data, config: Config) -> Iterator[Any]:
    _bring_templates(data["templates"])
    yield _person(owndata.ACCOUNT, data["account"], config, people_lead=False)
    for other in data["people"]:
        yield _person(owndata.OTHER, other, config, time_zone=config.time_zone)
    yield from (_create(owndata.MENTIONED, row) for row in data["mentioned"])
    pairs = [told["pair"] for told in data["conversations"]]
    # What is covered comes before what covers it.
    for pair in sorted(pairs, key=lambda pair: pair["covers"] is not None):
        yield _create(owndata.PAIR, pair)
    for told in data["conversations"]:
        for kind in owndata.OF_A_PAIR:
            own = {"pair": told["pair"]["id"]} if "pair" in kind.model._meta.fields else {}
            yield from (_create(kind, row, **own) for row in told[kind.name])
    yield from (_create(owndata.NOTICE, row, person=data["account"]["id"]) for row in data["notices"])


def _create(kind: Kind, row: Data, **more: Any) -> Any:
    return kind.model.create(**{**archive_schema.stored(kind, row), **more})


def _person(kind: Kind, row: Data, config: Config, **more: Any) -> Any:
    return _create(kind, row, issuer=config.issuer, **more)


def _bring_templates(rows: list[Data]) -> None:
    """Have the versions that meetings began with, by their ids. What is offered here now stays the newest."""
    for key in {row["key"] for row in rows}:
        ours = [row for row in rows if row["key"] == key]
        _make_room(key, {row["content"] for row in ours}, max(row["number"] for row in ours))
        for row in ours:
            _create(owndata.TEMPLATE, row)


def _make_room(key: str, contents: set[str], last: int) -> None:
    """Take out what comes again with the archive, and number the rest after the archive's `last`: nobody uses it."""
    found = TemplateVersion.select().where(TemplateVersion.key == key, TemplateVersion.number > DRAFT)
    for version in found.order_by(TemplateVersion.number.desc()):
        if version.content in contents:
            version.remove()
        else:
            version.change(number=version.number + last)


def _must_hang_together(data: Data) -> None:
    """Raise Refused where an id is there twice, or leads to nothing in the archive."""
    people = _ids([data["account"], *data["people"]], "people")
    pairs = _ids([told["pair"] for told in data["conversations"]] + data["mentioned"], "conversations")
    known = {Person: people, Pair: pairs}
    versions = _ids(data["templates"], "templates")
    _must_lead_somewhere(owndata.NOTICE, data["notices"], known)
    _must_lead_somewhere(owndata.MENTIONED, data["mentioned"], known)
    for told in data["conversations"]:
        _must_lead_somewhere(owndata.PAIR, [told["pair"]], known)
        _must_be_whole(told, known)
        for meeting in told["meeting"]:
            if not meeting["versions"].split() or set(meeting["versions"].split()) - versions:
                raise Refused(f"The archive cannot be read: the templates of meeting {meeting['id']} are not in it.")


def _must_be_whole(told: Data, known: dict[Any, set[str]]) -> None:
    """The rows of a conversation lead to people, to pairs, and to rows of the same conversation alone."""
    here = dict(known)
    for kind in owndata.OF_A_PAIR:
        _must_lead_somewhere(kind, told[kind.name], here)
        here[kind.model] = _ids(told[kind.name], kind.name)


def _ids(rows: Iterable[Data], name: str) -> set[str]:
    ids = [row["id"] for row in rows]
    if len(set(ids)) < len(ids):
        raise Refused(f"The archive cannot be read: two entries of {name!r} have the same id.")
    return set(ids)


def _must_lead_somewhere(kind: Kind, rows: list[Data], known: dict[Any, set[str]]) -> None:
    for field in kind.fields:
        if not isinstance(field, ForeignKeyField):
            continue
        for row in rows:
            if row[field.name] is not None and row[field.name] not in known[field.rel_model]:
                place = f"{field.name!r} of {kind.name} {row['id']}"
                raise Refused(f"The archive cannot be read: {place} leads to nothing in it.")
