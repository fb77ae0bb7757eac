"""Copies of a record over HTTP: all that was chosen, nothing private, whole or not at all."""

import json
import logging
import resource
import time
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import docx
import jsonschema
import pikepdf
import pytest

import actions
import audit
import meetings
import records
import scheduling
from documents import Document, writing
from notebooks import PrivateNote
from records import Record

from .. import paper
from ..conftest import NOW

LATER = NOW + timedelta(days=30)
FORMATS = ("pdf", "docx", "md", "json")
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "record.schema.json").read_text("utf-8"))
# What each part of the record says, and nothing else does.
SAID = {
    "notes": "Nobody owns the reply",
    "actions": "Map both gaps",
    "last": "Ask Noor first",
    "remarks": "The date was wrong",
    "progress": "Halfway there",
    "feedback": "You listened well",
}
GATHERED = {
    "progress": [
        {
            "objective": "Chair the review",
            "author": "Sam Okoro",
            "side": "individual",
            "outlook": "good",
            "text": SAID["progress"],
            "written_at": NOW.isoformat(),
        }
    ],
    "feedback": [
        {
            "from": "Ada Marsh",
            "to": "Sam Okoro",
            "tone": "positive",
            "text": SAID["feedback"],
            "reported_from": "a colleague",
            "given_at": NOW.isoformat(),
        }
    ],
    "gathered": {"from": "2025-06-01", "to": "2026-05-31"},
}


@pytest.fixture
def record(meeting, ada, sam, item) -> Record:
    """Of a meeting that Ada has closed, with something in each part of it."""
    actions.propose(item, ada, text=SAID["last"], owner=ada, due_on=None, likelihood=None, together=True)
    meeting = records.close(meeting, ada, LATER)
    item = meeting.add_item(sam, "goals", "The pilot found two gaps")
    item.write_notes(sam, f"{SAID['notes']}: see https://example.org/reply", "")
    actions.propose(item, sam, text=SAID["actions"], owner=sam, due_on=NOW.date(), likelihood=8, together=True)
    item.discuss(ada)
    records.close(meeting, ada, LATER + timedelta(days=30))
    record = Record.of(meetings.find(ada, meeting.id))
    record.change(content=json.dumps({**record.minutes, **GATHERED}))
    record.remark(sam, SAID["remarks"])
    record.confirm(ada)
    return record


def address(record: Record, extension: str, *parts: str) -> str:
    chosen = "&".join(["?chosen=1", *(f"include={part}" for part in parts)]) if parts else ""
    return f"{record.meeting.path}/record.{extension}{chosen}"


def words_of(file: bytes, extension: str) -> str:
    """Everything that a file says, what it says of itself included."""
    if extension == "pdf":
        with pikepdf.open(BytesIO(file)) as opened:
            told = " ".join(str(value) for value in opened.docinfo.values()) + str(opened.Root.Metadata.read_bytes())
        return paper.text_of(file).replace("\n", " ") + told
    if extension == "docx":
        archive = zipfile.ZipFile(BytesIO(file))
        body = [paragraph.text for paragraph in docx.Document(BytesIO(file)).paragraphs]
        return " ".join([*body, *(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())])
    return file.decode()


def copy_of(client, record: Record, extension: str, *parts: str) -> str:
    answer = client.get(address(record, extension, *parts))
    assert answer.status_code == 200
    return words_of(answer.data, extension)


@pytest.mark.parametrize("extension", FORMATS)
def test_either_of_the_two_gets_all_of_it(extension, as_ada, as_sam, record):
    for client in (as_ada, as_sam):
        text = copy_of(client, record, extension)
        for said in (*SAID.values(), "The pilot found two gaps", "Sam Okoro", "a colleague"):
            assert said in text


@pytest.mark.parametrize("extension", FORMATS)
def test_what_was_not_chosen_is_not_in_it(extension, as_sam, record):
    text = copy_of(as_sam, record, extension, "notes", "said")
    assert SAID["notes"] in text
    for part in set(SAID) - {"notes"}:
        assert SAID[part] not in text


def test_ticking_nothing_leaves_the_agenda_alone(as_sam, record):
    text = as_sam.get(f"{record.meeting.path}/record.md?chosen=1").text
    assert "The pilot found two gaps" in text
    assert not [said for said in SAID.values() if said in text]


@pytest.mark.parametrize("extension", FORMATS)
def test_it_is_a_download_that_names_nobody_and_that_no_cache_keeps(extension, as_sam, record):
    answer = as_sam.get(address(record, extension))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="one-to-one-2026-04-02.{extension}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype in ("application/pdf", "text/markdown", "application/json") or extension == "docx"


@pytest.mark.parametrize("extension", FORMATS)
def test_nobody_else_gets_it(extension, as_lee, nobody, client_of, robin, record):
    assert as_lee.get(address(record, extension)).status_code == 404
    assert client_of(robin).get(address(record, extension)).status_code == 404
    assert nobody.get(address(record, extension)).status_code == 302


def test_there_is_no_copy_of_what_is_not_closed_and_none_in_other_formats(as_sam, pair, record):
    assert as_sam.get(f"{scheduling.next_meeting(pair).path}/record.pdf").status_code == 404
    assert as_sam.get(address(record, "exe")).status_code == 404


@pytest.mark.parametrize("extension", FORMATS)
def test_nothing_private_is_in_a_copy_its_metadata_or_its_name(extension, as_sam, meeting, ada, sam, item):
    meeting.add_item(sam, "goals", "Xyzzydraft of Sam", private=True)
    meeting.add_item(ada, "goals", "Xyzzydraft of Ada", private=True).write_notes(ada, "Xyzzynotes", "")
    PrivateNote.write(meeting.pair, sam, "Xyzzynotebook of Sam", "")
    PrivateNote.write(meeting.pair, ada, "Xyzzynotebook of Ada", "")
    meeting.add_item(ada, "goals", "Xyzzydeleted").delete_by(ada)
    records.close(meeting, sam, LATER)
    answer = as_sam.get(f"{meeting.path}/record.{extension}")
    assert item.text in words_of(answer.data, extension)
    assert "Xyzzy" not in words_of(answer.data, extension)
    assert "Xyzzy" not in str(answer.headers)


def test_the_other_one_sees_that_a_copy_was_taken(as_ada, as_sam, sam, record):
    as_sam.get(address(record, "pdf"))
    (noted,) = audit.entries(event="export")
    assert (noted.by, noted.about) == (sam, f"record {record.meeting_id}")
    assert "Sam Okoro took a copy of the record of 2 April" in as_ada.see(f"{record.meeting.pair.path}/access")


def test_the_form_offers_each_part_and_each_format(as_sam, record):
    page = as_sam.see(f"{record.meeting.path}/record")
    for part in SAID:
        assert f'name="include" value="{part}" checked' in page
    for extension in FORMATS:
        assert f'formaction="{record.meeting.path}/record.{extension}"' in page
    assert "Drafts and notebooks are never in a copy. Ada can see that you took one." in page


def test_progress_and_feedback_are_offered_where_there_is_some(as_sam, meeting, sam):
    records.close(meeting, sam, LATER)
    page = as_sam.see(f"{meeting.path}/record")
    assert 'value="notes"' in page
    assert 'value="progress"' not in page
    assert 'value="feedback"' not in page


def test_the_page_shows_progress_feedback_and_the_year_looked_back_on(as_ada, record):
    page = as_ada.see(f"{record.meeting.path}/record")
    for said in (
        SAID["progress"],
        SAID["feedback"],
        "Chair the review",
        "reported from a colleague",
        "What went well",
        "1 June 2025",
    ):
        assert said in page


def test_the_json_is_as_its_schema_says(as_sam, record, meeting):
    found = as_sam.get(address(record, "json")).json
    check = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    check.validate(found)
    check.validate(as_sam.get(address(record, "json", "said")).json)
    check.validate(as_sam.get(f"{meeting.path}/record.json").json)
    assert found["record"] == record.minutes
    with pytest.raises(jsonschema.ValidationError):
        check.validate({**found, "secret": 1})


def test_moments_are_on_the_clock_of_whoever_takes_it(as_sam, sam, record):
    sam.change(time_zone="Asia/Tokyo")
    assert "19:00 (Asia/Tokyo)" in as_sam.get(address(record, "md")).text


def test_one_that_cannot_be_made_says_so_kindly_and_leaves_nothing(as_sam, record, monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(writing, "SECONDS", 0.001)
    before = sorted(tmp_path.rglob("*"))
    with caplog.at_level(logging.ERROR):
        answer = as_sam.get(address(record, "pdf"))
    assert answer.status_code == 503
    assert "try again in a minute" in answer.text
    assert "Content-Disposition" not in answer.headers
    assert [line.message for line in caplog.records] == ["format=pdf failed=TimeoutExpired"]
    assert sorted(tmp_path.rglob("*")) == before
    assert audit.entries(event="export") == []
    monkeypatch.undo()
    assert as_sam.get(address(record, "pdf")).status_code == 200


def test_too_many_at_once_wait_and_then_are_told(as_sam, record, monkeypatch):
    monkeypatch.setattr(writing, "SECONDS_TO_WAIT", 0.001)
    for _ in range(writing.AT_ONCE):
        assert writing._places.acquire()
    assert as_sam.get(address(record, "docx")).status_code == 503
    for _ in range(writing.AT_ONCE):
        writing._places.release()
    assert as_sam.get(address(record, "docx")).status_code == 200


def test_a_program_that_takes_copies_without_end_is_slowed_down(as_sam, record):
    answers = [as_sam.get(address(record, "md")).status_code for _ in range(31)]
    assert answers == [*[200] * 30, 429]


def test_the_process_that_writes_knows_none_of_our_secrets(monkeypatch):
    monkeypatch.setenv("DUOLOGUE_SECRET", "unmistakable")
    # A program that tells its surroundings, in the place of the interpreter.
    monkeypatch.setattr(writing, "_python", lambda: "/usr/bin/env")
    monkeypatch.setitem(writing.BEGINNINGS, "pdf", b"")
    command = writing._command
    monkeypatch.setattr(writing, "_command", lambda extension: command(extension)[:1])
    told = writing.written(Document("x", "en-GB"), "pdf").decode()
    assert "PATH=" in told
    assert "unmistakable" not in told


@pytest.fixture
def long_meeting(meeting, ada, sam) -> Record:
    """Of a meeting with 500 items, each with notes and an action."""
    for n in range(500):
        item = meeting.add_item(sam, "goals", f"Item {n}: how the pilot went in the north")
        item.write_notes(ada, f"We talked about it at length, {n} times, and سارة took it on. " * 5, "")
        actions.propose(item, sam, text=f"Write to {n}", owner=sam, due_on=NOW.date(), likelihood=8, together=True)
    records.close(meeting, ada, LATER)
    return Record.of(meeting)


def test_a_meeting_of_500_items_is_copied_in_less_than_3_seconds(as_sam, long_meeting):
    for extension in FORMATS:
        begun = _work()
        answer = as_sam.get(address(long_meeting, extension))
        worked = _work() - begun
        assert "Item 499" in words_of(answer.data, extension)
        assert worked < 3, extension


def _work() -> float:
    """Seconds of processor time of this process and those that it started: others use the machine too."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
