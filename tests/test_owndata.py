"""A person's own data: all that they wrote is in it, and no word that is not for them."""

import json
import re
from datetime import timedelta

import pytest

import actions
import audit
import database
import feedback
import growth
import meetings
import owndata
import records
import scheduling
from audit import AuditEntry
from calendar_feeds import CalendarFeed
from models import Pair
from notebooks import PrivateNote
from notices import Notice
from outbox import OutgoingMail
from rows import db
from sessions import Session
from signposts import Signpost
from views import archive_pages

from .conftest import NOW
from .test_queries import counted

BOTH = (
    *(
        "shared by Sam",
        "shared by Ada",
        "notes of both",
        "notes since then",
        "action of Sam",
        "update of Ada",
        "no need",
    ),
    *("proposal taken back", "objective of Ada", "remark of Sam", "deleted later", "room of both"),
)
SAMS = ("draft of Sam", "notebook of Sam", "deleted draft of Sam")
ADAS = ("draft of Ada", "notebook of Ada", "deleted draft of Ada")
STRANGERS = ("item of Lee", "draft of Noor", "notebook of Lee", "Lee Park", "Noor Haddad", "lee@example.org")


@pytest.fixture
def filled(pair, meeting, ada, sam, theirs, lee, noor) -> Pair:
    """Everything of both lists, written."""
    pair.settle(sam, place="room of both")
    item = meeting.add_item(sam, "goals", "shared by Sam")
    meeting.add_item(ada, "other", "shared by Ada").write_notes(sam, "notes of both", "")
    item.write_notes(ada, "notes of both", "")
    for person in (ada, sam):
        meeting.add_item(person, "goals", f"draft of {person.first_name}", private=True)
        gone = meeting.add_item(person, "goals", f"deleted draft of {person.first_name}", private=True)
        gone.delete_by(person)
        PrivateNote.write(pair, person, f"notebook of {person.first_name}", "")
    meeting.add_item(ada, "goals", "deleted later").delete_by(sam)
    made, dropped = (
        actions.propose(item, sam, text=text, owner=sam, due_on=NOW.date(), likelihood=3, together=True)
        for text in ("action of Sam", "one more")
    )
    made.update_with(ada, "update of Ada")
    dropped.drop(ada, "no need")
    actions.propose(item, ada, text="proposal taken back", owner=ada, due_on=None, likelihood=None).withdraw(ada)
    growth.set_objective(pair, ada, "objective of Ada", None)
    item.discuss(sam)
    item.keep(sam)
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    records.Record.of(meeting).remark(sam, "remark of Sam")
    records.Record.of(meeting).confirm(sam)
    meetings.find(sam, upcoming.id).item_for(sam, item.id).write_notes(sam, "notes since then", "")
    theirs.add_item(lee, "goals", "item of Lee")
    theirs.add_item(noor, "goals", "draft of Noor", private=True)
    PrivateNote.write(theirs.pair, lee, "notebook of Lee", "")
    Notice.create(person=sam, kind="held", pair=pair, side="individual", other_name="Ada Marsh")
    return pair


def read(client, path: str) -> str:
    """What a browser gets, to the end. Then only is the request over."""
    text = client.see(path)
    db.connect(reuse_if_open=True)
    return text


def file_of(client) -> str:
    """The file that a browser downloads."""
    return read(client, "/me/data.json")


def test_all_that_a_person_wrote_or_shares_is_in_the_file_and_on_the_page(filled, as_sam, as_ada):
    for client, own, others in ((as_sam, SAMS, ADAS), (as_ada, ADAS, SAMS)):
        for text in (file_of(client), read(client, "/me/data")):
            assert not [words for words in (*BOTH, *own) if words not in text]
            assert not [words for words in (*others, *STRANGERS) if words in text]


def test_the_people_lead_gets_an_account_and_nothing_more(filled, client_of, robin):
    found = json.loads(file_of(client_of(robin)))
    assert (found["account"]["name"], found["notices"], found["conversations"]) == ("Robin Vale", [], [])
    assert not [words for words in (*BOTH, *SAMS, *ADAS, *STRANGERS) if words in json.dumps(found)]


def test_nobody_signed_out_gets_it(filled, nobody):
    for path in ("/me/data", "/me/data.json"):
        assert nobody.get(path).status_code == 302
    assert AuditEntry.select().where(AuditEntry.event == "export").count() == 0


def test_the_file_is_the_data_and_a_download_that_no_cache_keeps(filled, as_sam, sam):
    answer = as_sam.get("/me/data.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="duologue.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(answer.text)
    db.connect(reuse_if_open=True)
    assert told == owndata.own_data(sam)
    assert told["account"]["subject"] == "sam"
    (conversation,) = told["conversations"]
    (record,) = conversation["record"]
    assert record["content"]["individual"] == "Sam Okoro"
    assert conversation["confirmation"][0]["person"] == sam.id
    assert conversation["meeting"][0]["closed_at"] == "2026-03-03T10:00:00+00:00"


def test_of_other_people_it_tells_the_name_and_how_they_sign_in_and_no_more(filled, sam, ada):
    assert owndata.own_data(sam)["people"] == [{"id": ada.id, "subject": "ada", "name": "Ada Marsh"}]


def test_every_column_of_every_kind_is_told_unless_it_says_why_not():
    for kind in owndata.OF_A_PAIR:
        left_out = {field.name for field in kind.model._meta.sorted_fields} - {field.name for field in kind.fields}
        # A repeat key stands for a form that was sent once; the pair is the conversation's own.
        assert left_out <= {"key", "pair"}, kind.name


def test_every_table_is_somewhere_in_it():
    kinds = (*owndata.OF_A_PAIR, owndata.PAIR, owndata.ACCOUNT, owndata.NOTICE, owndata.TEMPLATE)
    left_out = set(database.MODELS) - {kind.model for kind in kinds}
    assert left_out == {database.Stamp, Session, CalendarFeed, AuditEntry, Signpost, OutgoingMail}


def test_both_see_that_it_was_taken(filled, as_sam, as_ada, sam):
    file_of(as_sam)
    read(as_sam, "/me/data")
    noted = [(entry.event, entry.by, entry.pair, entry.about) for entry in audit.entries(event="export")]
    assert noted == [("export", sam, filled, "own data")] * 2
    assert "Sam Okoro took a copy of all their own data" in " ".join(as_ada.see(f"{filled.path}/access").split())


def test_a_slow_reader_of_the_file_holds_no_connection_to_the_database(filled, sam):
    lines = archive_pages.lines(sam)
    db.close()
    number = 0
    for _ in lines:
        assert db.is_closed()
        number += 1
    assert number > 3
    db.connect()


def test_own_words_that_look_like_markup_are_shown_as_words(filled, as_sam, sam, theirs):
    PrivateNote.write(filled, sam, "<script>alert(1)</script></section>", "notebook of Sam")
    page = read(as_sam, "/me/data")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_what_somebody_passed_on_says_from_whom_without_any_marks(pair, as_sam, ada):
    feedback.give(pair, ada, "positive", "Well chaired", is_reported=True, reported_from="Jo")
    assert "reported from Jo" in re.sub("<[^>]+>", "", as_sam.see("/me/data"))


def test_an_empty_account_has_a_page_too(client_of, robin):
    assert "nothing but your account" in read(client_of(robin), "/me/data")


def test_ones_own_page_links_to_it(as_sam, pair):
    for path in ("/me/data", "/me/archive"):
        assert f'href="{path}"' in as_sam.see("/me")
    for path in ("/me/data", "/me/data.json", "/me/archive.zip"):
        assert f'href="{path}"' in as_sam.see("/me/archive")


def test_its_queries_do_not_grow_with_what_is_there(filled, meeting, sam):
    with counted() as first:
        owndata.own_data(sam)
    upcoming = meetings.find(sam, scheduling.next_meeting(filled).id)
    for n in range(20):
        item = upcoming.add_item(sam, "goals", f"More {n}")
        actions.propose(item, sam, text="More", owner=sam, due_on=None, likelihood=None, together=True)
    with counted() as then:
        owndata.own_data(sam)
    # One for each kind of row.
    assert len(then) == len(first) <= len(owndata.OF_A_PAIR) + 8
