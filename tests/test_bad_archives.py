"""Archives that somebody wrote or a disk spoiled: each is refused in a sentence that says where."""

import io
import itertools
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

import archive_import
import archive_shapes
import settings
from models import Refused
from rows import new_id

from .command_line import refused, run
from .test_archive_import import PRODUCTION, exported, ten_kinds  # noqa: F401 - a fixture
from .test_archives import whole  # noqa: F401 - a fixture
from .test_owndata import filled  # noqa: F401 - a fixture

SCHEMA = Path(__file__).parents[1] / "docs" / "record.schema.json"
NOBODY = "n" * 12
LONG = "x" * 30_000_000
# Where there is no such day in some zone of the world, or in any.
EDGES = ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"]


@pytest.fixture
def archive(ten_kinds, sam) -> dict:  # noqa: F811 - a fixture
    """Sam's archive; the conversation, and the rows of each kind, in which most was written come first."""
    data = exported(sam)
    data["conversations"].sort(key=lambda told: told["pair"]["covers"] is not None)
    for name, rows in data["conversations"][0].items():
        if name != "pair":
            rows.sort(key=lambda row: len(json.dumps(row)), reverse=True)
    return data


def why_refused(data: Any, **given: str) -> str:
    """The sentence with which an archive is refused: there are people here, but the archive is looked at before."""
    with pytest.raises(Refused) as found:
        archive_import.bring_in(data, settings.read({**PRODUCTION, "KEYRING_FILE": "x", **given}))
    assert "\n" not in str(found.value)
    assert len(str(found.value)) < 300
    return str(found.value)


def at(data: Any, place: str) -> tuple[Any, Any]:
    """What holds the value at a place such as conversations[0].item[0].text, and under which name or number."""
    steps = [int(step) if step.isdigit() else step for step in place.replace("]", "").replace("[", ".").split(".")]
    for step in steps[:-1]:
        data = data[step]
    return data, steps[-1]


ONE = "conversations[0]"
# Of which value → what it is made.
UNFIT = [
    ("account.name", ["", "   ", "\u202eadA", "123", None, "x" * 201]),
    ("people[0].name", ["", "\u2800"]),
    ("account.email", ["ada", "ada@example.org\nBcc: x@example.org"]),
    ("account.time_zone", ["../../etc/passwd", "", "Europe/Nowhere", "/etc/localtime"]),
    (f"{ONE}.pair.time_zone", ["../../etc/passwd", "Mars"]),
    (f"{ONE}.pair.template", ["../regular", ""]),
    (f"{ONE}.pair.rhythm", ["hourly", "", ["weekly"]]),
    (f"{ONE}.pair.between_rhythm", ["Weekly"]),
    (f"{ONE}.pair.minutes", [-1, 0, 481, 10**30, 30.5, True, "60"]),
    (f"{ONE}.pair.invited_at", [*EDGES, "2026-02-30T10:00:00+00:00", "2026-03-03T10:00:00", "today"]),
    (f"{ONE}.meeting[0].minutes", [-5, 10**400]),
    (f"{ONE}.meeting[0].starts_at", EDGES),
    (f"{ONE}.meeting[0].horizon", [-1]),
    (f"{ONE}.meeting[0].is_between", [1, None]),
    (f"{ONE}.meeting[0].template", ["x" * 65]),
    (f"{ONE}.meeting[0].id", ["../../etc/pas", f"{NOBODY}\n", NOBODY.upper()]),
    (f"{ONE}.meeting[0].versions", ["", " ", NOBODY]),
    (f"{ONE}.item[0].text", [LONG, "a\x00b", "\ud800", 7, None, {}]),
    (f"{ONE}.item[0].position", [float("inf"), float("nan"), 10**400]),
    (f"{ONE}.item[0].author", [NOBODY, None]),
    (f"{ONE}.item[0].meeting", [NOBODY]),
    (f"{ONE}.action[0].due_on", ["2026-02-31", "9999-12-31", ""]),
    (f"{ONE}.action[0].likelihood", [0, 11]),
    (f"{ONE}.action[0].dropped_by", [None]),
    (f"{ONE}.feedback[0].tone", ["angry"]),
    (f"{ONE}.activity[0].mode", ["", "asleep"]),
    (f"{ONE}.progress[0].outlook", ["bright"]),
    (f"{ONE}.closing_check[0].matter", ["money"]),
    (f"{ONE}.wording[0].part", ["colour", "drop_reason", ""]),
    (f"{ONE}.wording[0].subject", ["", f"item-{NOBODY}"]),
    (f"{ONE}.record[0].content", ["", [], None]),
    (f"{ONE}.record[0].content.starts_at", ["", *EDGES]),
    (f"{ONE}.record[0].content.minutes", [-5]),
    (f"{ONE}.record[0].content.sections[1].items[0].text", [LONG]),
    (f"{ONE}.record[0].content.sections[1].items[0].carries", ["2"]),
    (f"{ONE}.record[0].content.progress[0].outlook", ["bright"]),
    (f"{ONE}.record[0].content.feedback[0].tone", ["angry"]),
    (f"{ONE}.passed_record[0].content.closed_at", [None]),
    (f"{ONE}.handover[0].content.objectives", [None, {}]),
    ("notices[0].side", ["outside"]),
    ("notices[0].kind", ["advert"]),
    ("notices[0].pair", [NOBODY]),
    ("templates[0].content", ["", "[", "name = 'Nothing in it'\nminutes = 30\n", "x" * 200_001]),
    ("templates[0].key", ["../regular"]),
    ("templates[0].number", [0, 2**70]),
    ("people", [None, {}]),
    ("conversations", ["all"]),
]


@pytest.mark.parametrize("place", [place for place, _ in UNFIT])
def test_a_value_that_no_page_could_show_is_refused_with_its_place(archive, place):
    holder, name = at(archive, place)
    for value in dict(UNFIT)[place]:
        holder[name] = value
        assert f" {place} must " in why_refused(archive)


@pytest.mark.parametrize(
    "place", [f"{ONE}.record[0].content", f"{ONE}.passed_record[0].content", f"{ONE}.handover[0].content"]
)
def test_what_was_frozen_is_refused_where_a_page_would_lack_something(archive, place):
    holder, name = at(archive, place)
    holder[name] = {}
    assert f" {place}." in (why := why_refused(archive))
    assert "must be there" in why


def test_what_is_lacking_or_unknown_is_refused(archive):
    item = archive["conversations"][0]["item"][0]
    item["colour" * 100] = "red"
    assert "must be left out" in why_refused(archive)
    item.popitem()
    del item["author"]
    assert f"{ONE}.item[0].author must be there" in why_refused(archive)


def test_what_is_no_archive_or_one_of_another_version_is_refused(archive):
    for none in ({}, [], None, 7, "duologue-archive", {"schema": ["duologue-archive"]}):
        assert "no archive of Duologue" in why_refused(none)
    assert "of version 2" in why_refused({**archive, "version": 2})
    assert "of version '2222" in why_refused({**archive, "version": "2" * 5000})


def test_two_people_of_one_username_are_refused_as_such(archive):
    archive["people"][0]["subject"] = archive["account"]["subject"]
    assert "people[0] must have another subject than account" in why_refused(archive)


def test_nothing_is_there_twice(archive):
    one = archive["conversations"][0]
    one["item"].append(one["item"][0])
    number = len(one["item"]) - 1
    assert f"{ONE}.item[{number}] must have another id than {ONE}.item[0]" in why_refused(archive)
    one["item"].pop()
    one["agreement"].append({**one["agreement"][0], "id": new_id()})
    assert "must have another action and person than" in why_refused(archive)


@pytest.mark.parametrize("subject", ["Sam", "", "sam okoro", "sam,ada", "sam@example.org", "sam~RETIRED~" + NOBODY])
def test_a_username_that_nobody_could_sign_in_with_is_refused(archive, subject):
    archive["account"]["subject"] = subject
    assert "account.subject must be a username" in why_refused(archive, PROXY_USER_PATTERN="[a-z]+")


def test_whoever_was_set_aside_stays_so(archive):
    archive["account"]["subject"] += f"~RETIRED~{archive['account']['id']}"
    assert "people here already" in why_refused(archive, PROXY_USER_PATTERN="[a-z]+")


def test_a_pair_is_of_two_people_of_whom_one_has_the_archive(archive):
    pair = archive["conversations"][0]["pair"]
    manager, pair["manager"] = pair["manager"], pair["report"]
    assert f"{ONE}.pair.manager must be another person" in why_refused(archive)
    pair["manager"] = manager
    pair["report"] = next(one["id"] for one in archive["people"] if one["id"] != manager)
    assert f"{ONE}.pair must be of the person whose archive this is" in why_refused(archive)


def test_no_pair_covers_itself_or_one_that_covers_another(archive):
    first, second = (told["pair"] for told in archive["conversations"])
    first["covers"] = first["id"]
    assert f"{ONE}.pair.covers must lead to one that leads no further" in why_refused(archive)
    first["covers"] = second["id"]
    assert "pair.covers must lead to one that leads no further" in why_refused(archive)


def test_a_third_person_says_nothing_in_a_conversation(archive):
    pair = archive["conversations"][0]["pair"]
    third = next(one["id"] for one in archive["people"] if one["id"] not in (pair["manager"], pair["report"]))
    archive["conversations"][0]["item"][0]["author"] = third
    assert f"{ONE}.item[0].author must lead to" in why_refused(archive)


def test_days_and_people_that_a_wording_tells_can_be_told(archive):
    one = archive["conversations"][0]
    wording = one["wording"][0]
    wording.update(subject=f"action-{one['action'][0]['id']}", part="due_on", before="soon")
    assert f"{ONE}.wording[0].before must be a day" in why_refused(archive)
    wording.update(part="support")
    assert f"{ONE}.wording[0].part must be a part of what it is of" in why_refused(archive)
    wording.update(part="owner", before=NOBODY)
    assert f"{ONE}.wording[0].before must be the id of one of the two" in why_refused(archive)


def parts(shape: dict) -> dict:
    """The members of a shape, and of what is in it."""
    return shape.get("properties") or parts(shape.get("items") or {}) if shape else {}


def test_the_frozen_minutes_are_those_that_a_record_promises():
    promised = json.loads(SCHEMA.read_text("utf-8"))["$defs"]
    ours = archive_shapes.MINUTES
    item = parts(ours["properties"]["sections"])["items"]["items"]
    shapes = {"record": ours, "item": item, "action": item["properties"]["actions"]["items"]}
    shapes |= {name: ours["properties"][name]["items"] for name in ("progress", "feedback")}
    for name, shape in shapes.items():
        assert set(shape["properties"]) == set(promised[name]["properties"])
        assert set(shape["required"]) == set(promised[name]["required"])


def zipped(content: bytes, name: str = "archive.json", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file with one file in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def patched(content: bytes, *changes: tuple[bytes, int, str, int]) -> bytes:
    """The same with other numbers in its headers: after which mark, how far, of which form, which number."""
    found = bytearray(content)
    for mark, offset, form, number in changes:
        struct.pack_into(form, found, content.index(mark) + offset, number)
    return bytes(found)


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
SOUND = zipped(b'{"a": 1}' * 1000)
BAD_FILES = {
    "nothing": b"",
    "half a list": b"[",
    "no text": b"\xff\xfe",
    "no number": b'{"a": NaN}',
    "a number without end": b'{"a": 1%s}' % (b"0" * 5000),
    "lists without end": b"[" * 100_000,
    "another file in it": zipped(b"{}", name="other.json"),
    "broken packing": SOUND[:45] + bytes(20) + SOUND[65:],
    "a wrong checksum": patched(SOUND, (LOCAL, 14, "<I", 7), (CENTRAL, 16, "<I", 7)),
    "an unknown packing": patched(SOUND, (LOCAL, 8, "<H", 99), (CENTRAL, 10, "<H", 99)),
    "a size that is not so": patched(SOUND, (CENTRAL, 24, "<I", 100)),
    "no packing at all": patched(SOUND, (LOCAL, 8, "<H", 0), (CENTRAL, 10, "<H", 0)),
    "another packing": zipped(b"{}", method=zipfile.ZIP_BZIP2),
    "an end of its own": SOUND[:-10],
}


def why_not_read(content: bytes, folder: Path) -> str:
    """The sentence with which a file is refused."""
    (folder / "file").write_bytes(content)
    with pytest.raises(Refused) as found:
        archive_import.read(folder / "file")
    return str(found.value)


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_is_none_is_refused(content, tmp_path):
    assert str(tmp_path / "file") in why_not_read(content, tmp_path)


def test_a_locked_file_says_so(tmp_path):
    locked = patched(SOUND, (LOCAL, 6, "<H", 1), (CENTRAL, 8, "<H", 1))
    assert "locked with a password" in why_not_read(locked, tmp_path)


def test_a_file_spoiled_anywhere_is_refused_or_read_and_never_fails(tmp_path):
    whole_file = zipped(b'{"a": 1}')
    path = tmp_path / "file"
    for place, letter in itertools.product(range(len(whole_file)), (0, 0xFF)):
        path.write_bytes(whole_file[:place] + bytes([letter]) + whole_file[place + 1 :])
        try:
            assert archive_import.read(path) == {"a": 1}
        except Refused as why:
            assert str(why)  # noqa: PT017 - either will do


def test_what_unfolds_to_far_more_is_not_unfolded(tmp_path):
    bomb = zipped(b'"%s"' % (b" " * 21_000_000))
    assert len(bomb) < 100_000
    assert "unfolds to far more" in why_not_read(bomb, tmp_path)


def test_what_is_larger_than_anybody_writes_is_not_read(tmp_path):
    with (tmp_path / "file").open("wb") as file:
        file.truncate(archive_import.SIZE_LIMIT + 1)
    with pytest.raises(Refused, match="is larger than"):
        archive_import.read(tmp_path / "file")


@pytest.mark.parametrize("path", [Path("/dev/zero"), Path("/tmp")])
def test_what_is_no_file_is_no_archive(path):
    with pytest.raises(Refused, match="is no whole archive"):
        archive_import.read(path)


def test_the_command_says_it_in_one_line(here, tmp_path):
    (tmp_path / "bad.zip").write_bytes(BAD_FILES["broken packing"])
    assert "is no whole archive" in refused(run(tmp_path, "import-archive", "bad.zip"))
