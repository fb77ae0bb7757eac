"""Searching: every kind of words a person may see, ranked and narrowed; and nothing that is not for them."""

from datetime import date, timedelta

import gevent
import pytest

import actions
import clock
import growth
import handovers
import pairing
import records
from development import Activity, DevelopmentGoal
from evidence import Evidence
from feedback import Feedback
from growth import Objective, Progress
from handovers import PassedRecord
from meetings import Carry
from notebooks import PrivateNote
from places import KINDS, PLACES
from records import Record
from rows import Words, db
from searching import Narrowed, others, search

from .conftest import NOW
from .everything import write_everything


def said(hit) -> str:
    """The words of a hit."""
    return "".join(part.text for part in (*hit.title, *hit.more))


def found(person, words: str, **narrowed) -> set[str]:
    """What this person finds."""
    return {said(hit) for hit in search(person, words, Narrowed(**narrowed)).hits}


@pytest.fixture
def year(meeting, pair, ada, sam):
    """A pair with one of everything that has words, and the next meeting."""
    upcoming = write_everything(meeting, ada, sam, "gaps")
    objective = Objective.get()
    objective.change(measures="gaps measured", competencies="Closing gaps")
    Progress.create(pair=pair, objective=objective, author=sam, text="gaps progress")
    goal = DevelopmentGoal.create(pair=pair, text="gaps goal", support="gaps support", set_by=sam)
    Activity.create(pair=pair, goal=goal, text="gaps activity", mode="formal", added_by=sam)
    Activity.create(pair=pair, goal=goal, text="gaps removed", mode="formal", added_by=sam, removed_at=NOW)
    told = {"pair": pair, "giver": ada, "receiver": sam}
    Feedback.create(**told, question="gaps asked", asked_at=NOW)
    Feedback.create(**told, question="gaps question", asked_at=NOW, text="gaps given", given_at=NOW)
    Feedback.create(**told, text="gaps not given yet")
    Feedback.create(**told, text="gaps withdrawn", given_at=NOW, withdrawn_at=NOW)
    kept = {"pair": pair, "happened_on": NOW.date(), "kept_by": sam}
    Evidence.create(**kept, author=sam, text="gaps evidence", consented_at=NOW)
    Evidence.create(**kept, author=ada, text="gaps removed evidence", consented_at=NOW, removed_at=NOW)
    return upcoming


SHARED = {
    *("gaps item", "gaps notes", "gaps action", "gaps update", "gaps objective", "gaps progress", "gaps goal"),
    *("gaps activity", "gaps asked", "gaps question", "gaps given", "gaps evidence", "gaps remark"),
}


def test_both_find_all_that_they_share_and_each_their_own(year, ada, sam):
    of_sam, of_ada = found(sam, "gaps"), found(ada, "gaps")
    for words in SHARED:
        assert any(words in text for text in of_sam), words
        assert any(words in text for text in of_ada), words
    assert "gaps draft" in of_sam - of_ada
    assert "gaps not given yet" in of_ada - of_sam
    assert not any("deleted" in text or "removed" in text or "withdrawn" in text for text in of_sam | of_ada)


def test_a_notebook_is_found_by_its_author_alone(pair, ada, sam):
    PrivateNote.write(pair, ada, "My notebook", "")
    assert found(ada, "notebook") == {"My notebook"}
    assert found(sam, "notebook") == set()


def test_a_copy_of_words_that_waits_for_consent_is_found_by_whoever_wrote_them_alone(pair, ada, sam):
    Evidence.create(pair=pair, happened_on=NOW.date(), text="Waiting", author=sam, kept_by=ada)
    assert found(sam, "waiting") == {"Waiting"}
    assert found(ada, "waiting") == set()


def test_a_character_that_no_text_holds_finds_nothing(as_sam, year):
    assert as_sam.get("/search", query_string={"q": "\0"}).status_code == 200


def test_nobody_else_finds_anything(year, lee, noor, robin):
    for person in (lee, noor, robin):
        assert search(person, "gaps").number == 0


def test_notes_that_stayed_with_a_record_are_found_there(year, meeting, sam):
    hits = search(sam, "gaps notes").hits
    assert f"{meeting.path}/record" in {hit.path for hit in hits}
    assert Carry.select().count() > 0


def test_every_hit_leads_to_a_page_of_theirs(year, as_sam, sam):
    hits = search(sam, "gaps").hits
    assert {hit.kind for hit in hits} >= set(KINDS.values()) - {KINDS["notebook"]}
    for hit in hits:
        assert as_sam.get(hit.path).status_code in (200, 302), hit.path


def test_all_words_of_the_conversation_are_looked_at():
    looked_at = {words for place in PLACES for words in place.words}
    models = {words.model for words in looked_at}
    assert {field for model in models for field in model._meta.sorted_fields if isinstance(field, Words)} == looked_at


def test_the_new_manager_finds_what_stands_in_a_record_that_was_passed_on(meeting, pair, ada, sam, lee, noor, as_lee):
    item = meeting.add_item(sam, "goals", "The pilot")
    item.write_notes(ada, "Nobody owns the “reply”\nyet", "")
    records.close(meeting, ada, None)
    to = pairing.invite(lee, manager=lee, report=sam)
    pairing.accept(to, sam)
    assert found(lee, "reply") == set()
    handovers.pass_on(pair, sam.pair(to.id), sam, handovers.Chosen(records=[Record.of(meeting).id]))
    (hit,) = search(lee, "pilot reply").hits
    assert hit.path == PassedRecord.get().path
    assert said(hit) == "Regular one-to-oneThe pilot"
    assert "owns the “<mark>reply</mark>”" in as_lee.see("/search?q=reply&kind=record")
    assert as_lee.get(hit.path).status_code == 200
    assert [text for word in ("starts_at", "sections", "version") for text in found(lee, word)] == []
    for stranger in (ada, noor):
        assert PassedRecord.get().path not in {hit.path for hit in search(stranger, "reply").hits}


def test_where_a_record_was_put_is_found(meeting, ada, sam):
    records.close(meeting, ada, None)
    Record.of(meeting).note_upload(sam, "https://files.example.org/reviews/okoro", NOW.date())
    (hit,) = search(ada, "reviews okoro").hits
    assert hit.path == f"{meeting.path}/record#uploads"
    records.reopen(meeting, ada)
    assert search(ada, "okoro").number == 0


def test_whole_words_come_first_and_the_newest_among_equals(meeting, sam):
    for hour, text in enumerate(("gap one", "stopgap", "gap two", "gaps")):
        with clock.at(NOW + timedelta(hours=hour)):
            meeting.add_item(sam, "goals", text)
    assert [said(hit) for hit in search(sam, "gap").hits] == ["gap two", "gap one", "gaps", "stopgap"]


def test_an_item_is_found_by_words_that_stand_partly_in_its_notes(meeting, item, sam):
    item.write_notes(sam, "Nobody owns the reply", "")
    assert found(sam, "pilot reply") == {"The pilot found two gapsNobody owns the reply"}
    assert found(sam, '"gaps nobody"') == set()


# Narrowing


def test_one_may_look_at_one_kind_alone(year, sam):
    for kind in KINDS:
        for hit in search(sam, "gaps", Narrowed(kind=kind)).hits:
            assert hit.kind == KINDS[kind]
    assert found(sam, "gaps", kind="remark") == {"gaps remark"}


def test_one_may_look_at_what_is_with_one_person_alone(year, lee, sam, ada):
    assert search(sam, "gaps", Narrowed(other=ada.id)).number == search(sam, "gaps").number
    assert search(sam, "gaps", Narrowed(other=lee.id)).number == 0
    assert others(sam) == {ada.id: "Ada Marsh"}


def test_days_are_those_of_whoever_looks(meeting, sam):
    for moment, text in ((NOW.replace(day=1, hour=23, minute=30), "late"), (NOW.replace(day=3), "later")):
        with clock.at(moment):
            meeting.add_item(sam, "goals", f"Apple {text}")
    first, second, third = (date(2026, 3, number) for number in (1, 2, 3))
    assert found(sam, "apple", from_day=first, to_day=first) == {"Apple late"}
    assert found(sam, "apple", from_day=second) == {"Apple later"}
    assert found(sam, "apple", to_day=third) == {"Apple late", "Apple later"}
    sam.live_in("Europe/Berlin")
    assert found(sam, "apple", from_day=second, to_day=second) == {"Apple late"}


def test_the_calendars_ends_are_days_too(item, sam):
    assert found(sam, "pilot", from_day=date.min, to_day=date.max) == {"The pilot found two gaps"}


def test_only_what_is_open_is_found_if_one_wants_that(meeting, ada, sam, item):
    done, still = (
        actions.propose(item, sam, text=text, owner=sam, due_on=None, likelihood=None, together=True)
        for text in ("Apple done", "Apple open")
    )
    done.complete(sam)
    still.update_with(sam, "Apple half way")
    talked = meeting.add_item(sam, "goals", "Apple talked of")
    talked.discuss(ada)
    meeting.add_item(sam, "goals", "Apple to come")
    growth.set_objective(meeting.pair, sam, "Apple achieved", None).change(achieved_at=NOW)
    growth.set_objective(meeting.pair, sam, "Apple aim", None)
    PrivateNote.write(meeting.pair, sam, "Apple noted", "")
    wanted = {"Apple open", "Apple half way", "Apple to come", "Apple aim"}
    assert found(sam, "apple", open_only=True) == wanted
    records.close(meeting, ada, NOW + timedelta(days=30))
    assert found(sam, "apple", open_only=True) == wanted


# While others work


def test_everybody_else_gets_a_turn_meanwhile(meeting, sam):
    with db.atomic():
        for number in range(250):
            meeting.add_item(sam, "goals", f"Apple {number}")
    turns = []

    def other():
        while True:
            turns.append("mine")
            gevent.sleep(0)

    greenlet = gevent.spawn(other)
    assert search(sam, "apple").number == 250
    greenlet.kill()
    assert len(turns) > 2


def test_few_queries_are_asked_however_much_there_is(meeting, sam):
    asked = []
    db.query_hooks.append(lambda event: asked.append(event.sql))
    try:
        search(sam, "apple")
    finally:
        db.query_hooks.pop()
    assert len(asked) <= len(PLACES) + 1
