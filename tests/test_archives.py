"""A person's archive: a whole ZIP file with all that is theirs, and no word that is not for them."""

import io
import json
import re
import zipfile

import pytest

import actions
import archives
import growth
import handovers
import library
import meetings
import owndata
import records
import scheduling
import wrapup
from archives import Reading, people_of
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from history import Wording
from models import Pair
from reviews import Gathering
from rows import Words, db
from views import archive_pages

from .conftest import NOW
from .everything import write_everything
from .test_owndata import ADAS, BOTH, SAMS, STRANGERS, filled  # noqa: F401 - a fixture

SHARED = (
    "measures of both",
    "goal of both",
    "activity of both",
    "feedback that was given",
    "a link",
    "agreed evidence",
)
ASKED = "question of Ada"
OF_SAM = ("feedback in the making", "evidence that waits", "wording of the draft of Sam")
OF_ADA = ("feedback of Ada in the making", "wording of the draft of Ada", "taken back by Ada")


@pytest.fixture
def whole(filled, ada, sam) -> Pair:  # noqa: F811 - a fixture
    """The same pair, with a year's things in it, some of them not told yet."""
    pair = filled
    growth.Objective.get(growth.Objective.pair == pair).change(measures="measures of both")
    goal = DevelopmentGoal.create(pair=pair, text="goal of both", set_by=sam)
    Activity.create(pair=pair, goal=goal, text="activity of both", mode="formal", added_by=ada)
    both = {"pair": pair, "giver": ada, "receiver": sam}
    Feedback.create(**both, text="feedback that was given", given_at=NOW)
    Feedback.create(**both, text="feedback of Ada in the making")
    Feedback.create(**both, text="taken back by Ada", given_at=NOW, withdrawn_at=NOW, withdrawn_by=ada)
    Feedback.create(pair=pair, giver=sam, receiver=ada, question=ASKED, asked_at=NOW, text="feedback in the making")
    kept = {"pair": pair, "happened_on": NOW.date(), "kept_by": sam, "author": sam}
    Evidence.create(**kept, text="agreed evidence", link="a link", consented_at=NOW)
    Evidence.create(**kept, text="evidence that waits")
    for row in owndata.conversation(pair, sam)["item"] + owndata.conversation(pair, ada)["item"]:
        if row["text"] in ("draft of Sam", "draft of Ada"):
            said = {"subject": f"item-{row['id']}", "part": "text", "by": row["author"]}
            Wording.create(pair=pair, before=f"wording of the {row['text']}", **said)
    return pair


def opened(body: bytes) -> zipfile.ZipFile:
    """A ZIP file that is whole."""
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert archive.testzip() is None
    return archive


def archive_of(client) -> zipfile.ZipFile:
    """What a browser downloads."""
    answer = client.get("/me/archive.zip")
    body = answer.get_data()
    db.connect(reuse_if_open=True)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="duologue.zip"'
    assert answer.headers["X-Files"] == str(len(opened(body).namelist()))
    return opened(body)


def words_of(archive: zipfile.ZipFile, name: str) -> str:
    """What a file of the archive says."""
    return archive.read(name).decode().replace("&#39;", "'")


def test_all_that_is_a_persons_own_is_in_it_and_nothing_private_to_anybody_else(whole, as_sam, as_ada):
    for client, own, others in (
        (as_sam, (*SAMS, *OF_SAM), (*ADAS, *OF_ADA)),
        (as_ada, (*ADAS, *OF_ADA), (*SAMS, *OF_SAM)),
    ):
        archive = archive_of(client)
        data = words_of(archive, "archive.json")
        assert not [words for words in (*BOTH, *SHARED, ASKED, *own) if words not in data]
        everything = "".join(words_of(archive, name) for name in archive.namelist())
        raw = str([(entry.filename, entry.comment, entry.extra) for entry in archive.infolist()])
        assert not [words for words in (*others, *STRANGERS) if words in everything + raw]


def test_its_pages_say_the_same_as_its_data(whole, as_sam):
    archive = archive_of(as_sam)
    pages = "".join(words_of(archive, name) for name in archive.namelist() if name.endswith(".html"))
    assert not [words for words in (*BOTH, *SHARED, ASKED, *SAMS, *OF_SAM) if words not in pages]


@pytest.fixture
def everything(meeting, ada, sam) -> Pair:
    """A pair with a row of every kind."""
    for text in ("agreed by Ada", "agreed by Sam"):
        wrapup.settle_next(meeting, ada, NOW)
        growth.set_objective(meeting.pair, ada, text).note_progress(sam, "off", "", meeting)
    upcoming = write_everything(meeting, ada, sam, "Word")
    item = meetings.find(sam, upcoming.id).add_item(sam, "goals", "Once more")
    action = actions.propose(item, sam, text="Ask Jo", owner=sam, due_on=None, likelihood=7, together=True)
    handovers.hand_on(action, sam)
    records.Record.of(meeting).confirm(sam)
    year = {"starts_on": NOW.date(), "ends_on": NOW.date()}
    Gathering.create(pair=meeting.pair, meeting=upcoming, by=sam, **year)
    return sam.pair(meeting.pair_id)


def pages_of(told: dict, person) -> str:
    """What the pages of a conversation say."""
    pages = list(archive_pages._pages("c", Reading(told, people_of(owndata.about(person, person.pairs()))), person))
    return "".join("".join(texts) for _, texts in pages).replace("&#39;", "'")


@pytest.mark.parametrize("kind", owndata.OF_A_PAIR, ids=lambda kind: kind.name)
def test_each_kind_of_row_is_shown_on_a_page_with_all_its_words(everything, ada, kind):
    told = owndata.conversation(everything, ada)
    shown = pages_of(told, ada)
    columns = {field.name for field in kind.fields if isinstance(field, Words)} - kind.as_json
    assert not [row[column] for row in told[kind.name] for column in columns if row[column] not in shown]
    assert told[kind.name]
    assert pages_of({**told, kind.name: []}, ada) != shown


def test_what_was_said_beside_the_words_is_shown_too(everything, sam):
    shown = " ".join(pages_of(owndata.conversation(everything, sam), sam).split())
    for said in (
        *(
            "From others",
            "done 3 March 2026",
            "from Ada Marsh to Sam Okoro",
            "What went well",
            "acknowledged 3 March 2026",
        ),
        *("Off course", "likely 7 of 10", "would pass this on", "agrees to the next meeting", "Uploaded to"),
    ):
        assert said in shown, said


def test_a_record_that_was_withdrawn_is_shown_with_what_was_said_of_it(whole, meeting, sam, as_sam):
    records.reopen(meetings.find(sam, meeting.id), sam)
    archive = archive_of(as_sam)
    page = words_of(archive, f"conversation-1/meeting-2026-03-04-{meeting.id}.html")
    for said in ("Record of this meeting, withdrawn 3 March 2026", "remark of Sam", "confirmed by Sam Okoro"):
        assert said in page


def test_there_is_a_page_for_each_meeting_and_each_record_and_every_link_leads_somewhere(whole, meeting, as_sam):
    archive = archive_of(as_sam)
    names = set(archive.namelist())
    assert {"README.txt", "archive.json", "style.css", "index.html", "conversation-1/index.html"} <= names
    assert f"conversation-1/meeting-2026-03-04-{meeting.id}.html" in names
    assert f"conversation-1/record-2026-03-04-{meeting.id}.html" in names
    for name in names:
        if name.endswith(".html"):
            here = zipfile.Path(archive, name).parent
            for link in words_of(archive, name).split('href="')[1:]:
                target = link.partition('"')[0]
                at = target.removeprefix("../") if target.startswith("../") else f"{here.at}{target}"
                assert at in names, (name, target)


def test_no_name_or_word_is_in_the_name_of_a_file(whole, as_sam):
    # An id is drawn by lot, and may spell anything.
    for name in [re.sub("[0-9a-z]{12}", "", name) for name in archive_of(as_sam).namelist()]:
        assert not [words for words in ("Ada", "Marsh", "Sam", "Okoro", "sam") if words in name]


def test_every_day_in_it_is_told_with_its_year(whole, meeting, as_sam):
    archive = archive_of(as_sam)
    page = words_of(archive, f"conversation-1/record-2026-03-04-{meeting.id}.html")
    assert "Record of 4 March 2026" in page
    assert "Wednesday 4 March 2026, 10:00 (Europe/London)" in page


def test_markup_in_words_stays_words(whole, as_sam, meeting, sam):
    upcoming = meetings.find(sam, scheduling.next_meeting(whole).id)
    upcoming.add_item(sam, "goals", "<script>alert(1)</script>")
    archive = archive_of(as_sam)
    page = words_of(archive, f"conversation-1/meeting-{upcoming.starts_at:%Y-%m-%d}-{upcoming.id}.html")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_names_and_words_in_any_script_come_out_right(whole, as_sam, ada, sam):
    ada.change(name="آدا 马 Márš 🙂")
    meetings.find(sam, scheduling.next_meeting(whole).id).add_item(sam, "goals", "工作 · عمل · काम · 🎉")
    archive = archive_of(as_sam)
    assert "工作 · عمل · काम · 🎉" in words_of(archive, "archive.json")
    assert "آدا 马 Márš 🙂" in words_of(archive, "index.html")


def send(pieces, sent: bytearray) -> None:
    """Add the pieces to what was sent, as far as they come."""
    for piece in pieces:
        sent += piece


def test_one_that_breaks_off_is_no_whole_file(whole, sam, monkeypatch):
    def broken(*_):
        raise OSError("the disk is gone")

    monkeypatch.setattr(owndata, "conversation", broken)
    sent = bytearray()
    db.close()
    with pytest.raises(OSError, match="gone"):
        send(archives.zipped(archive_pages.files(sam)), sent)
    db.connect()
    assert b"PK\x05\x06" not in sent
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(bytes(sent)))


def test_a_slow_reader_holds_no_connection_to_the_database(whole, sam):
    pieces = archives.zipped(archive_pages.files(sam))
    db.close()
    for _ in pieces:
        assert db.is_closed()
    db.connect()


def test_what_ends_while_it_is_made_is_left_out_from_then_on(whole, ada):
    files = archive_pages.files(ada)
    db.close()
    names = [next(files)[0], next(files)[0]]
    with db.connection_context():
        whole.end(None)
    names += [name for name, _ in files]
    db.connect()
    assert names == ["README.txt", "archive.json", "style.css", "index.html"]


def test_both_see_that_it_was_taken_and_the_page_alone_notes_nothing(whole, as_sam, as_ada):
    as_sam.see("/me/archive")
    assert "took a copy of all" not in as_ada.see(f"{whole.path}/access")
    archive_of(as_sam)
    assert "Sam Okoro took a copy of all their own data" in " ".join(as_ada.see(f"{whole.path}/access").split())


def test_nobody_signed_out_gets_it_and_no_other_site(whole, nobody, as_sam):
    assert nobody.get("/me/archive.zip").status_code == 302
    assert as_sam.get("/me/archive.zip", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400


def test_somebody_without_one_to_ones_has_an_archive_too(client_of, robin):
    archive = archive_of(client_of(robin))
    assert json.loads(words_of(archive, "archive.json"))["conversations"] == []
    assert len(archive.namelist()) == 4


def test_a_managers_preparation_is_in_no_archive_of_somebody_who_manages_nobody(meeting, ada, sam):
    meeting.join(ada, "career")
    private = [one.text for one in library.current("career").outline.preparation if not one.is_for("individual")]
    assert private
    for person, is_there in ((ada, True), (sam, False)):
        told = "".join(one["content"] for one in owndata.about(person, person.pairs())["templates"])
        assert all((text in told) == is_there for text in private)
