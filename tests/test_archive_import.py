"""An archive brought in again: nothing is lost on the way, and what does not fit is refused in a sentence."""

import copy
import json
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest

import archive_import
import archive_schema
import config as settings
import covers
import database
import handovers
import keyring_file
import library
import owndata
import pairing
import people
import wrapup
from models import Item, Pair, Person, Refused
from notices import Notice
from reviews import Gathering
from rows import db, new_id

from .command_line import refused, run, said
from .conftest import NOW, ZONE
from .everything import write_everything
from .test_archives import archive_of, whole  # noqa: F401 - a fixture
from .test_owndata import filled  # noqa: F401 - a fixture

SCHEMA = Path(__file__).parents[1] / "docs" / "archive.schema.json"
PRODUCTION = {"SIGN_IN": "proxy-env", "PUBLIC_URL": "https://meetings.example.org", "TIME_ZONE": ZONE}


@pytest.fixture
def ten_kinds(whole, ada, sam, lee, theirs) -> Pair:  # noqa: F811 - a fixture
    """The pair of Ada and Sam with something of every kind; Lee stands in, and has what Sam chose to pass on.

    Lee and Noor have ended.
    """
    Person.update(issuer="proxy").execute()
    meeting = sam.meeting(whole.next_meeting().id)
    wrapup.cover(meeting, ada)
    Gathering.create(pair=whole, meeting=meeting, starts_on=NOW.date(), ends_on=NOW.date(), by=sam)
    write_everything(meeting, ada, sam, "word")
    for person in (ada, sam):
        handovers.hand_on(handovers.actions.open_ones(whole)[0], person)
    cover = covers.set_up(whole, sam, lee, date(2026, 4, 1))
    pairing.accept(cover, lee)
    cover = sam.pair(cover.id)
    found = handovers.offer(whole, cover)
    handovers.pass_on(whole, cover, sam, handovers.Chosen(records=[row.id for row in found.records]))
    theirs.pair.end(None, manager_days=30)
    return whole


def exported(person: Person) -> dict:
    """A person's archive as it is after it was written and read."""
    return json.loads(json.dumps(owndata.own_data(Person.get_by_id(person.id))))


@pytest.fixture
def elsewhere(here, tmp_path):
    """A function: go on in an empty production installation with keys of its own; its settings."""

    def go() -> settings.Config:
        keyring = tmp_path / "keys" / "keyring"
        keyring_file.make(keyring)
        config = settings.read({**PRODUCTION, "DATA_DIR": str(tmp_path / "elsewhere"), "KEYRING_FILE": str(keyring)})
        db.close()
        db.close_all()
        database.create(config)
        database.open_checked(config)
        db.connect()
        return config

    return go


def without_time(data: dict) -> dict:
    """The archive without the moment when it was made."""
    return {name: told for name, told in data.items() if name != "made_at"}


@pytest.mark.parametrize("who", ["sam", "ada", "lee"])
def test_what_is_brought_in_and_exported_again_is_the_same(ten_kinds, elsewhere, request, who):
    before = exported(request.getfixturevalue(who))
    archive_import.bring_in(before, elsewhere())
    again = exported(Person.get(Person.subject == who))
    assert without_time(again) == without_time(before)


def test_the_archive_that_is_brought_in_has_something_of_every_kind(ten_kinds, sam):
    told = exported(sam)["conversations"]
    assert [kind.name for kind in owndata.OF_A_PAIR if not any(one[kind.name] for one in told)] == []


def test_it_fits_the_schema_that_is_promised(ten_kinds, sam, ada, lee, robin):
    checker = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for person in (sam, ada, lee, robin):
        assert [problem.message for problem in checker.iter_errors(exported(person))] == []


def test_the_promised_schema_is_that_of_the_code():
    jsonschema.Draft202012Validator.check_schema(archive_schema.schema())
    assert json.loads(SCHEMA.read_text("utf-8")) == archive_schema.schema(), "bin/schema writes it anew"


def test_what_is_brought_in_can_be_read_and_gone_on_with(ten_kinds, elsewhere, sam):
    upcoming = ten_kinds.next_meeting().id
    archive_import.bring_in(exported(sam), elsewhere())
    me = Person.get(Person.subject == "sam")
    cover = next(pair for pair in me.pairs() if pair.covers_id)
    assert cover.is_running
    meeting = me.meeting(cover.next_meeting().id)
    assert meeting.add_item(me, meeting.sections[0].key, "Going on").text == "Going on"
    assert me.meeting(upcoming).sections
    assert people.called(settings.read({**PRODUCTION, "KEYRING_FILE": "x"}), "ada").name == "Ada Marsh"


def test_words_are_sealed_with_the_keys_of_where_they_are_brought_in(ten_kinds, elsewhere, sam):
    archive_import.bring_in(exported(sam), elsewhere())
    assert "word draft" in {item.text for item in Item.select()}
    assert "word draft" not in "\n".join(db.connection().iterdump())


def test_meetings_keep_the_templates_that_they_began_with_and_todays_stay_the_newest(ten_kinds, elsewhere, sam):
    data = exported(sam)
    (regular,) = (row for row in data["templates"] if row["key"] == "regular")
    regular["content"] += "# as it was then\n"
    config = elsewhere()
    today = library.current("regular")
    archive_import.bring_in(data, config)
    assert library.current("regular").id == today.id
    assert library.versions_of("regular")[1].id == regular["id"]


def test_a_role_does_not_come_along(ten_kinds, elsewhere, sam):
    data = exported(sam)
    data["account"]["people_lead"] = True
    archive_import.bring_in(data, elsewhere())
    assert not Person.get(Person.subject == "sam").people_lead


def sentence(data, config) -> str:
    """Why an archive is refused; nothing of it is here then."""
    with pytest.raises(Refused) as found:
        archive_import.bring_in(data, config)
    assert not Person.select().exists()
    return str(found.value)


def test_it_is_brought_into_an_empty_production_database_alone(ten_kinds, elsewhere, sam, here):
    data = exported(sam)
    with pytest.raises(Refused, match="In a demo"):
        archive_import.bring_in(data, here)
    config = elsewhere()
    archive_import.bring_in(data, config)
    with pytest.raises(Refused, match="people here already"):
        archive_import.bring_in(data, config)
    assert Pair.select().count() == 2


def spoiled(data: dict) -> dict[str, dict]:
    """Archives with something wrong in each: what it is said to be → the archive."""

    def changed(change) -> dict:
        copied = copy.deepcopy(data)
        change(copied["conversations"][0], copied)
        return copied

    nobody = new_id()
    return {
        "no archive of Duologue": {},
        "of version 2": changed(lambda one, all: all.update(version=2)),
        "'text' in entry 1 of 'item' in entry 1 of 'conversations' in the archive must be a string": changed(
            lambda one, all: one["item"][0].update(text=7)
        ),
        "'due_on' in entry 1 of 'action' in entry 1 of 'conversations' in the archive must be a day": changed(
            lambda one, all: one["action"][0].update(due_on="2026-02-31")
        ),
        "'rhythm' in 'pair' in entry 1 of 'conversations' in the archive must be one of": changed(
            lambda one, all: one["pair"].update(rhythm="hourly")
        ),
        "must be a moment in UTC": changed(lambda one, all: one["meeting"][0].update(starts_at="2026-03-03T10:00:00")),
        "must be an id": changed(lambda one, all: one["meeting"][0].update(id="../../etc/pas")),
        "must be a boolean": changed(lambda one, all: one["meeting"][0].update(is_between=1)),
        "must be 64 letters at most": changed(lambda one, all: one["meeting"][0].update(template="x" * 65)),
        "'colour' in entry 1 of 'item' in entry 1 of 'conversations' in the archive must be left out": changed(
            lambda one, all: one["item"][0].update(colour="red")
        ),
        "'author' in entry 1 of 'item' in entry 1 of 'conversations' in the archive must be there": changed(
            lambda one, all: one["item"][0].pop("author")
        ),
        "leads to nothing": changed(lambda one, all: one["item"][0].update(author=nobody)),
        "'meeting' of item": changed(lambda one, all: one["item"][0].update(meeting=nobody)),
        "two entries of 'item'": changed(lambda one, all: one["item"].append(one["item"][0])),
        "the templates of meeting": changed(lambda one, all: all["templates"].clear()),
    }


def test_what_does_not_fit_is_refused_in_a_sentence_and_nothing_is_brought_in(ten_kinds, elsewhere, sam):
    data = exported(sam)
    config = elsewhere()
    for why, archive in spoiled(data).items():
        said_why = sentence(archive, config)
        assert why in said_why
        assert "\n" not in said_why


def test_rows_of_one_conversation_do_not_lead_into_another(ten_kinds, elsewhere, sam):
    data = exported(sam)
    first, second = data["conversations"]
    (one, other) = (told["meeting"][0]["id"] for told in (first, second))
    for told in (first, second):
        for item in told["item"]:
            item["meeting"] = other if told is first else one
    assert "leads to nothing" in sentence(data, elsewhere())


def test_the_same_repeat_key_is_never_brought_in(ten_kinds, elsewhere, sam):
    archive_import.bring_in(exported(sam), elsewhere())
    assert {item.key for item in Item.select()} == {None}


def test_notices_come_along_unread(ten_kinds, elsewhere, sam):
    number = Notice.select().where(Notice.person == sam, Notice.read_at.is_null()).count()
    archive_import.bring_in(exported(sam), elsewhere())
    assert Notice.select().where(Notice.read_at.is_null()).count() == number > 0


def test_the_command_takes_the_zip_file_or_the_data_in_it(as_sam, ten_kinds, tmp_path):
    folder = tmp_path / "new"
    folder.mkdir()
    archive = archive_of(as_sam)
    archive.fp.seek(0)
    (folder / "duologue.zip").write_bytes(archive.fp.read())
    (folder / "half.zip").write_bytes((folder / "duologue.zip").read_bytes()[:-100])
    given = {**PRODUCTION, "KEYRING_FILE": str(tmp_path / "keys" / "keyring")}
    run(folder, "keys", "new", **given)
    said(run(folder, "create", **given))
    for name in ("half.zip", "missing.zip"):
        assert name in refused(run(folder, "import-archive", name, **given))
    assert "Brought in Sam Okoro" in said(run(folder, "import-archive", "duologue.zip", **given))
    assert "people here already" in refused(run(folder, "import-archive", "duologue.zip", **given))


def test_a_file_that_is_none_is_refused(tmp_path):
    for content in (b"", b"[", b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(Refused, match="is no whole archive"):
            archive_import.read(tmp_path / "file")


def test_dates_of_long_ago_come_out_as_they_went_in(ten_kinds, elsewhere, sam):
    early = NOW - timedelta(days=4000, microseconds=1)
    Pair.update(invited_at=early).where(Pair.id == ten_kinds.id).execute()
    archive_import.bring_in(exported(sam), elsewhere())
    assert Pair.get_by_id(ten_kinds.id).invited_at == early
