"""Erasure: what two people or one person wrote is gone, from every table and every byte of the file."""

from datetime import timedelta

import pytest

import actions
import covers
import database
import engines
import erasure
import growth
import meetings
import pairing
import people
import records
import retention
import scheduling
from actions import Action
from audit import AuditEntry
from auth import Doorkeeper, Stranger
from bench import databases
from meetings import Item, Meeting
from models import Pair, Person, Refused
from notebooks import PrivateNote
from notices import Notice
from rows import Words, db
from sessions import Session
from vouching import Vouched

from . import behind
from .command_line import refused, run, said
from .conftest import NOW

MARK = "Unmistakable"


@pytest.fixture
def filled(apart, pair, meeting, ada, sam, theirs, lee) -> Pair:
    """Ada and Sam with one of everything, each with the mark in it; Lee and Noor have written something too."""
    pair.settle(sam, place=f"{MARK} room")
    item = meeting.add_item(sam, "goals", f"{MARK} item")
    item.write_notes(ada, f"{MARK} notes", "")
    actions.propose(
        item, sam, text=f"{MARK} action", owner=sam, due_on=None, likelihood=None, together=True
    ).update_with(ada, f"{MARK} update")
    item.discuss(sam)
    item.keep(sam)
    growth.set_objective(pair, sam, f"{MARK} objective", None)
    PrivateNote.write(pair, sam, f"{MARK} notebook of Sam", "")
    PrivateNote.write(pair, ada, f"{MARK} notebook of Ada", "")
    meeting.add_item(ada, "other", f"{MARK} draft of Ada", private=True)
    meeting.add_item(sam, "other", f"{MARK} draft of Sam", private=True)
    records.close(meeting, ada, NOW + timedelta(days=30))
    records.Record.of(meeting).remark(sam, f"{MARK} remark")
    records.Record.of(meeting).confirm(ada)
    theirs.add_item(lee, "goals", "Elsewhere, others talk")
    return Pair.get_by_id(pair.id)


# So many bytes tell one stored value from another.
TELLING = 16


def stored(pair: Pair) -> set[bytes]:
    """Pieces of each word of a pair, as the file holds them."""
    wordy = [(Pair, "id"), *((model, "pair_id") for model in erasure.WORDY)]
    values = {
        value.encode() if isinstance(value, str) else value
        for model, column in wordy
        for field in model._meta.sorted_fields
        if isinstance(field, Words)
        for (value,) in behind.execute(
            f'SELECT "{field.column_name}" FROM "{model._meta.table_name}" WHERE "{column}" = ?', pair.id
        )
    }
    return {value[at : at + TELLING] for value in values for at in range(0, len(value) - TELLING + 1, TELLING)}


def on_the_disk(config, values: set[bytes]) -> set[bytes]:
    """Which of these are in any byte of the database's files."""
    found = b"".join(path.read_bytes() for path in behind.files(config.data_dir))
    return {value for value in values if value in found}


def test_every_table_with_words_is_one_that_erasure_knows():
    wordy = {model for model in database.MODELS if any(isinstance(field, Words) for field in model._meta.sorted_fields)}
    assert wordy == {*erasure.WORDY, database.Stamp, Pair}


def test_a_pair_is_erased_from_every_table_and_other_pairs_stay(filled, theirs):
    erasure.erase_pair(filled)
    assert erasure.words_in(filled) == {}
    assert erasure.words_in(theirs.pair) == {"meeting": 1, "item": 1}
    found = Pair.get_by_id(filled.id)
    assert found.place == ""
    assert found.erased_at
    assert found.ended_at
    assert found.version > filled.version
    for model in (records.Confirmation, actions.Agreement):
        assert model.select().count() == 0
    assert behind.dangling() == []


def test_both_are_told_of_an_erasure_and_it_is_noted_without_words(filled, ada, sam):
    erasure.erase_pair(filled)
    told = [
        (notice.person, notice.kind, notice.other_name) for notice in Notice.select().where(Notice.kind != "welcome")
    ]
    assert sorted(told, key=str) == sorted([(ada, "erased", "Sam Okoro"), (sam, "erased", "Ada Marsh")], key=str)
    (entry,) = AuditEntry.select()
    assert (entry.event, entry.pair_id, entry.about) == ("erase", filled.id, "pair")


def test_the_page_of_an_erased_pair_says_so(filled, as_sam):
    erasure.erase_pair(filled)
    page = as_sam.see(filled.path)
    assert "All that was written here was erased on 3 March." in page
    assert MARK not in page
    as_sam.see("/")


def test_a_held_pair_is_not_erased(filled, sam, ada):
    retention.hold(filled)
    before = erasure.words_in(filled)
    for work in (
        lambda: erasure.erase_pair(filled),
        lambda: erasure.erase_person(sam),
        lambda: erasure.erase_person(ada),
    ):
        with pytest.raises(Refused, match="legal hold"):
            work()
    assert erasure.words_in(filled) == before
    assert Person.get_by_id(sam.id).name == "Sam Okoro"
    assert not Pair.get_by_id(filled.id).ended_at


def test_an_individual_goes_with_all_that_their_pairs_hold(filled, sam, ada, theirs):
    Session.create(person=sam, token_digest="0" * 64, way="demo", epoch=0)
    Notice.create(person=ada, kind="held", pair=filled, side="individual", other_name=sam.name)
    sam.change(department="Sales")
    erasure.erase_person(sam)
    assert erasure.words_in(filled) == {}
    assert erasure.words_in(theirs.pair)
    gone = Person.get_by_id(sam.id)
    assert (gone.name, gone.email, gone.subject, gone.epoch) == (erasure.NAME_AFTERWARDS, None, "sam", 1)
    assert gone.department == ""
    assert gone.disabled_at
    assert gone.retired_at
    assert Session.select().where(Session.person == sam).count() == 0
    assert {notice.other_name for notice in Notice.select().where(Notice.person == ada)} == {erasure.NAME_AFTERWARDS}
    assert [notice.person for notice in Notice.select().where(Notice.kind == "erased")] == [ada]


def test_a_manager_takes_private_things_along_and_the_rest_stays_with_the_individual(filled, ada, sam, as_sam):
    drafted = Item.get(Item.author == ada, Item.shared_at.is_null())
    Action.update(item=drafted.id).execute()
    erasure.erase_person(ada)
    assert [note.author for note in PrivateNote.select()] == [sam]
    texts = {item.text for item in Item.select().where(Item.pair == filled)}
    assert texts == {f"{MARK} item", f"{MARK} draft of Sam"}
    assert Meeting.select().where(Meeting.pair == filled).count() == 2
    assert records.Record.select().count() == records.Remark.select().count() == 1
    assert Pair.get_by_id(filled.id).ended_at
    assert not Pair.get_by_id(filled.id).erased_at
    assert "Somebody who left" in as_sam.see(filled.path)
    assert behind.dangling() == []


def test_whoever_was_erased_is_signed_out_and_cannot_sign_in_again(filled, ada, here, as_ada):
    erasure.erase_person(ada)
    assert as_ada.get("/").status_code == 302
    assert as_ada.form("/demo", person=ada.id).status_code == 404
    with pytest.raises(Stranger):
        Doorkeeper(here).enter(Vouched("demo", "ada", "Ada Marsh"))
    assert Session.select().where(Session.person == ada).count() == 0


def test_the_reports_of_an_erased_manager_are_told_without_the_name(filled, ada, sam, lee, as_sam):
    pairing.invite(lee, manager=ada, report=lee)
    erasure.erase_person(ada)
    told = [
        (notice.person, notice.kind, notice.other_name) for notice in Notice.select().where(Notice.kind != "welcome")
    ]
    assert told == [(sam, "left", erasure.NAME_AFTERWARDS)]
    page = as_sam.see("/")
    assert "has left Duologue" in page
    assert "Ada Marsh" not in page


def test_the_directorys_word_does_not_outlast_whom_it_was_said_of(filled, ada, sam):
    filled.change(from_directory=True)
    erasure.erase_person(ada)
    assert not Pair.get_by_id(filled.id).from_directory


def test_what_was_erased_before_is_not_told_again(filled, sam, ada):
    erasure.erase_pair(filled)
    told = Notice.select().where(Notice.person == ada).count()
    erasure.erase_person(sam)
    assert Notice.select().where(Notice.person == ada).count() == told


def test_an_erasure_that_fails_in_the_middle_changes_nothing(filled, sam, monkeypatch):
    before = erasure.words_in(filled)
    monkeypatch.setattr(erasure.audit, "note", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasure.erase_person(sam)
    assert erasure.words_in(filled) == before
    assert Person.get_by_id(sam.id).name == "Sam Okoro"


# The commands, and the bytes


def test_a_dry_run_says_what_would_go_and_changes_nothing(here, filled):
    before = erasure.words_in(filled)
    words = said(run(here.data_dir, "erase", "pair", "ada", "sam"))
    assert (
        "2 meeting, 3 item, 3 carry, 1 action, 1 action update, 1 record, 1 remark, 1 objective, 1 wording, "
        "2 private note" in words
    )
    assert "--apply" in words
    words = said(run(here.data_dir, "erase", "person", "ada"))
    assert "Ada Marsh and Sam Okoro: 2 private notes and drafts; the rest stays with Sam Okoro." in words
    assert "the username ada taken for ever" in words
    assert erasure.words_in(filled) == before
    assert on_the_disk(here, stored(filled)) == stored(filled)


def test_a_dry_run_names_the_ended_pairs_of_a_former_manager_too(here, filled, ada):
    filled.end(ada)
    assert not ada.pairs()
    assert "Ada Marsh and Sam Okoro: 2 private notes and drafts" in said(run(here.data_dir, "erase", "person", "ada"))
    retention.hold(filled)
    assert "legal hold" in refused(run(here.data_dir, "erase", "person", "ada"))
    assert "legal hold" in refused(run(here.data_dir, "erase", "person", "ada", "--apply"))


def test_an_erased_pairs_words_are_in_no_byte_of_the_file(here, filled, theirs):
    gone, kept = stored(filled), stored(theirs.pair)
    words = said(run(here.data_dir, "erase", "pair", "ada", "sam", "--apply"))
    assert "Backups still hold it until they are rotated out." in words
    assert len(gone) > 10
    assert on_the_disk(here, gone) == set()
    assert kept
    assert on_the_disk(here, kept) == kept
    assert "All of it was erased before." in said(run(here.data_dir, "erase", "pair", "ada", "sam", "--apply"))
    assert AuditEntry.select().count() == 1


def test_an_erased_persons_name_and_words_are_in_no_byte_of_the_file(here, filled, sam):
    Notice.create(person=sam, kind="held", pair=filled, side="individual", other_name="Ada Marsh")
    gone = {*stored(filled), b"Sam Okoro", b"sam@example.org"}
    said(run(here.data_dir, "erase", "person", "sam", "--apply"))
    assert on_the_disk(here, gone) == set()
    assert on_the_disk(here, {b"Ada Marsh"})


def test_not_even_scraps_of_what_was_changed_long_before_are_left(here, filled, sam, theirs, lee):
    if not databases.server:
        # Many builds of SQLite are like this unless told otherwise.
        db.execute_sql("PRAGMA secure_delete = off")
    upcoming, items = meetings.find(sam, scheduling.next_meeting(filled).id), []
    for n in range(40):
        items.append(upcoming.add_item(sam, "goals", f"{MARK} {n} " * 40))
        theirs.add_item(lee, "goals", f"Others talk on the same page {n}")
    written = stored(filled)
    for item in items:
        item.edit(sam, "Short", item.text)
    assert on_the_disk(here, written - stored(filled))
    said(run(here.data_dir, "erase", "pair", "ada", "sam", "--apply"))
    assert on_the_disk(here, written) == set()


def test_what_is_held_or_unknown_is_refused_in_one_sentence(here, filled):
    retention.hold(filled)
    for command in (("pair", "ada", "sam"), ("person", "sam"), ("person", "ada")):
        assert "legal hold" in refused(run(here.data_dir, "erase", *command, "--apply"))
    assert "'nobody'" in refused(run(here.data_dir, "erase", "person", "nobody", "--apply"))
    assert erasure.words_in(filled)


@pytest.mark.sqlite
def test_a_page_that_still_reads_the_old_file_is_said(here, filled, monkeypatch):
    import sqlite3
    from contextlib import closing

    monkeypatch.setitem(engines.sqlite.PRAGMAS, "busy_timeout", 0)
    db.execute_sql("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(here.database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item").fetchone()
        with pytest.raises(Refused, match="restart Duologue"), erasure.thorough():
            erasure.erase_pair(filled)
    assert erasure.words_in(filled) == {}


def test_nothing_is_written_in_what_was_erased_a_moment_ago(pair, meeting, item, ada, sam):
    """Their pages were open, and their requests on the way."""
    erasure.erase_pair(Pair.get_by_id(pair.id))
    for write in (
        lambda: PrivateNote.write(pair, ada, "Too late", ""),
        lambda: meeting.add_item(sam, "goals", "Too late", private=True),
        lambda: item.edit(sam, "Too late", item.text),
    ):
        with pytest.raises(Refused):
            write()
    assert erasure.words_in(pair) == {}


def test_nobody_who_has_left_is_asked_to_meet_or_stand_in(pair, ada, lee, noor):
    people.retire(noor)
    with pytest.raises(Refused, match="not here any more"):
        pairing.invite(ada, manager=ada, report=noor)
    people.retire(lee)
    with pytest.raises(Refused, match="not here any more"):
        covers.set_up(pair, ada, lee, NOW.date() + timedelta(days=30))
