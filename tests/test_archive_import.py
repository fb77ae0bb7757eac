"""An archive brought in again: nothing is lost on the way, and what does not fit is refused in a sentence."""

import json
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest

import archive_import
import archive_schema
import covers
import database
import growth
import handovers
import keyring_file
import library
import meetings
import owndata
import pairing
import people
import scheduling
import settings
import wrapup
from archive_shapes import LATER
from bench import databases
from config import Config
from meetings import Item
from models import Pair, Person, Refused
from notices import Notice
from reviews import Gathering
from rows import db

from . import behind
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
    meeting = meetings.find(sam, scheduling.next_meeting(whole).id)
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


@pytest.fixture
def a_change(whole, ada, sam) -> Pair:  # noqa: F811 - a fixture
    """The pair of Ada and Sam, with an objective that Sam would like to have in other words."""
    growth.set_objective(whole, sam, "Speak up", together=True).rewrite(sam, text="Speak up early")
    return whole


def exported(person: Person) -> dict:
    """A person's archive as it is after it was written and read."""
    return json.loads(json.dumps(owndata.own_data(Person.get_by_id(person.id))))


@pytest.fixture
def elsewhere(here, tmp_path):
    """A function: go on in an empty production installation with keys of its own; its settings."""

    def go() -> Config:
        keyring = tmp_path / "keys" / "keyring"
        keyring_file.make(keyring)
        folder = tmp_path / "elsewhere"
        where = {"DATA_DIR": str(folder), "KEYRING_FILE": str(keyring), **databases.settings(folder)}
        config = settings.read({**PRODUCTION, **where})
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
    upcoming = scheduling.next_meeting(ten_kinds).id
    archive_import.bring_in(exported(sam), elsewhere())
    me = Person.get(Person.subject == "sam")
    cover = next(pair for pair in me.pairs() if pair.covers_id)
    assert cover.is_running
    meeting = meetings.find(me, scheduling.next_meeting(cover).id)
    assert meeting.add_item(me, meeting.sections[0].key, "Going on").text == "Going on"
    assert meetings.find(me, upcoming).sections
    assert people.called(settings.read({**PRODUCTION, "KEYRING_FILE": "x"}), "ada").name == "Ada Marsh"


def test_words_are_sealed_with_the_keys_of_where_they_are_brought_in(ten_kinds, elsewhere, sam):
    archive_import.bring_in(exported(sam), elsewhere())
    assert "word draft" in {item.text for item in Item.select()}
    assert "word draft" not in "\n".join(behind.everything())


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


def test_an_archive_from_before_a_column_came_is_taken(ten_kinds, elsewhere, sam):
    data, before = exported(sam), exported(sam)
    rows = {"person": [data["account"]], "meeting": [row for told in data["conversations"] for row in told["meeting"]]}
    for kind, _, column in (name.partition(".") for name in LATER):
        for row in rows[kind]:
            del row[column]
    jsonschema.validate(data, json.loads(SCHEMA.read_text("utf-8")))
    archive_import.bring_in(data, elsewhere())
    again = exported(Person.get(Person.subject == "sam"))
    assert again["account"] == before["account"]
    assert again["conversations"][0]["meeting"][0].keys() == before["conversations"][0]["meeting"][0].keys()


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


def test_what_does_not_go_with_what_is_here_is_refused_and_nothing_is_brought_in(ten_kinds, elsewhere, sam):
    data, config = exported(sam), elsewhere()
    here = library.current("regular")
    before = data["templates"][0]["id"]
    changed = json.loads(json.dumps(data).replace(before, here.id))
    changed["templates"][0]["content"] += "# in other words\n"
    assert "does not go with what is here" in sentence(changed, config)
    assert library.current("regular").id == here.id


def test_a_change_that_waits_for_both_is_brought_in_with_what_it_changes(a_change, elsewhere, sam):
    data = exported(sam)
    assert [row["replaces"] is None for row in data["conversations"][0]["objective"]].count(False) == 1
    data["conversations"][0]["objective"].sort(key=lambda row: row["replaces"] is None)
    archive_import.bring_in(data, elsewhere())
    again = exported(Person.get(Person.subject == "sam"))
    assert without_time(again)["conversations"][0]["objective_agreement"]


def test_rows_of_one_conversation_do_not_lead_into_another(ten_kinds, elsewhere, sam):
    data = exported(sam)
    first, second = data["conversations"]
    (one, other) = (told["meeting"][0]["id"] for told in (first, second))
    for told in (first, second):
        for item in told["item"]:
            item["meeting"] = other if told is first else one
    assert "meeting must lead to what is in the archive" in sentence(data, elsewhere())


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


def test_dates_of_long_ago_come_out_as_they_went_in(ten_kinds, elsewhere, sam):
    early = NOW - timedelta(days=4000, microseconds=1)
    Pair.update(invited_at=early).where(Pair.id == ten_kinds.id).execute()
    archive_import.bring_in(exported(sam), elsewhere())
    assert Pair.get_by_id(ten_kinds.id).invited_at == early
