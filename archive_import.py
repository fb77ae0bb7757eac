"""An archive brought in again: into an installation that nobody is in yet, with all ids, sealed with its keys."""

import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peewee import ForeignKeyField, IntegrityError

import archive_checks
import archive_schema
import audit
import owndata
from config import Config
from library import DRAFT, TemplateVersion
from models import Person, Refused
from owndata import Data, Kind
from rows import one_at_a_time

DATA_FILE = "archive.json"
# More than this is no archive of one person; nor is what was packed more tightly than words can be.
SIZE_LIMIT, SOON_READ, TIGHTEST = 500_000_000, 20_000_000, 200
LOCKED = 0x1
# What reading a broken file comes to. Nesting without end is a RuntimeError.
BROKEN = (ValueError, RuntimeError, KeyError, EOFError, MemoryError, struct.error, zlib.error, zipfile.BadZipFile)


def read(path: Path) -> Data:
    """The data of an archive: of the ZIP file, or of the JSON file in it. Raises Refused."""
    try:
        return json.loads(_text(path), parse_constant=_no_number)
    except OSError as problem:
        raise Refused(f"The file {path} cannot be read: {problem.strerror or problem}.") from None
    except BROKEN:
        raise Refused(f"The file {path} is no whole archive of Duologue.") from None


def _text(path: Path) -> bytes:
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise ValueError(path)
    if not zipfile.is_zipfile(path):
        _must_be_bearable(facts.st_size, facts.st_size)
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(DATA_FILE)
        _must_be_open(entry)
        _must_be_bearable(entry.file_size, entry.compress_size)
        # No more comes of it than it says.
        return archive.read(entry)


def _must_be_open(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & LOCKED:
        raise Refused("The ZIP file is locked with a password: unpack it, and bring in the archive.json in it.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("Packed as no archive is, perhaps so that it unfolds without bounds.")


def _must_be_bearable(size: int, packed: int) -> None:
    if size > SIZE_LIMIT:
        raise Refused(f"That is larger than {SIZE_LIMIT:,} bytes, so it is no archive of one person.")
    if size > max(SOON_READ, TIGHTEST * packed):
        raise Refused("The ZIP file unfolds to far more than was ever written, so it is no archive of Duologue.")


def _no_number(name: str) -> None:
    raise ValueError(name)


def bring_in(data: Data, config: Config) -> int:
    """Have all that is in an archive here, or nothing of it; gives the number of rows. Raises Refused.

    People sign in as the archive says, with this installation's sign-on. Nobody becomes a people lead by it.
    """
    if config.is_demo:
        raise Refused("In a demo anybody may sign in as anybody: bring an archive into a production database.")
    archive_schema.must_fit(data)
    archive_checks.must_hang_together(data, config)
    try:
        return _bring_all_in(data, config)
    except IntegrityError as problem:
        raise Refused(f"The archive cannot be read: it does not go with what is here ({problem}).") from None


def _bring_all_in(data: Data, config: Config) -> int:
    with one_at_a_time("people"):
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
    yield from (_create(owndata.PAIR, pair) for pair in _roots_first(owndata.PAIR, pairs))
    for told in data["conversations"]:
        for kind in owndata.OF_A_PAIR:
            own = {"pair": told["pair"]["id"]} if "pair" in kind.model._meta.fields else {}
            yield from (_create(kind, row, **own) for row in _roots_first(kind, told[kind.name]))
    yield from (_create(owndata.NOTICE, row, person=data["account"]["id"]) for row in data["notices"])


def _roots_first(kind: Kind, rows: list[Data]) -> list[Data]:
    """What others of its kind lead to comes before them: who is covered, and what is to be replaced."""
    own = [field.name for field in kind.fields if isinstance(field, ForeignKeyField) and field.rel_model is kind.model]
    return sorted(rows, key=lambda row: any(row[name] for name in own))


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
