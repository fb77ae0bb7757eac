"""Pages that have not heard of something yet: what they send does no harm, and says so."""

from datetime import timedelta

import pytest

import actions
import live
import meetings
import records
import scheduling
from actions import Action
from meetings import Item
from models import PairOver
from notebooks import PrivateNote
from records import Record
from tests.conftest import NOW

LATER = NOW + timedelta(days=28)


@pytest.fixture
def item(meeting, sam) -> Item:
    """Something of Sam's on the agenda."""
    return meeting.add_item(sam, "goals", "The pilot found two gaps")


@pytest.fixture
def proposal(item, sam) -> Action:
    """Sam's, waiting for Ada."""
    return actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=8)


def closed(meeting, by, next_starts_at=LATER):
    """The meeting is closed a second ago; the next one."""
    return records.close(meetings.find(by, meeting.id), by, next_starts_at)


def again(row):
    """The row as it is in the database."""
    return type(row).get_by_id(row.id)


@pytest.mark.parametrize("verb", ["discussion", "deletion", "keeping", "standing", "position", "actions"])
def test_a_click_on_an_agenda_that_was_closed_does_not_reach_the_next_one(as_sam, ada, meeting, item, verb):
    closed(meeting, ada)
    answer = as_sam.form(f"{item.path}/{verb}", meeting=meeting.id, direction="up", text="x", owner="")
    assert answer.status_code == 409
    assert "moved to another agenda" in answer.text
    found = again(item)
    assert (found.discussed_at, found.deleted_at, found.kept_at, found.standing_at) == (None, None, None, None)


def test_htmx_names_the_meeting_in_a_header(as_sam, ada, meeting, item):
    closed(meeting, ada)
    headers = {"X-CSRFToken": as_sam.token, "HX-Request-Type": "partial", "X-Meeting": meeting.id}
    assert as_sam.post(f"{item.path}/discussion", headers=headers).status_code == 409
    assert not again(item).discussed_at
    upcoming = scheduling.next_meeting(meeting.pair)
    assert f'"X-Meeting": "{upcoming.id}"' in as_sam.see(upcoming.path)


def test_words_follow_their_item_to_the_next_agenda(as_sam, ada, meeting, item):
    closed(meeting, ada)
    assert as_sam.form(f"{item.path}/notes", meeting=meeting.id, text="Late words", base="").status_code == 303
    assert again(item).notes == "Late words"


@pytest.mark.parametrize("button", ["terms", "together"])
def test_nobody_agrees_to_terms_they_have_not_seen(as_ada, sam, proposal, button):
    seen = proposal.terms
    proposal.rewrite(sam, text="Map a hundred gaps")
    answer = as_ada.form(f"{proposal.path}/agreement", **{button: seen})
    assert answer.status_code == 409
    assert "changed a moment ago" in answer.text
    assert not again(proposal).agreed_at
    assert as_ada.form(f"{proposal.path}/agreement", **{button: again(proposal).terms}).status_code == 303
    assert again(proposal).agreed_at


def test_a_second_suggestion_does_not_overwrite_the_first_unseen(as_ada, sam, proposal):
    seen = proposal.terms
    proposal.rewrite(sam, text="Map both gaps by Friday")
    fields = {"text": "Map one gap", "owner": sam.id, "terms": seen}
    answer = as_ada.form(proposal.path, **fields)
    assert answer.status_code == 409
    assert "Map one gap" in answer.text
    assert again(proposal).text == "Map both gaps by Friday"


@pytest.mark.parametrize(
    ("path", "fields"),
    [("dropping", {"reason": "No need"}), ("due", {"due_on": "2026-03-20"}), ("rest", {"until": "2026-03-20"})],
)
def test_what_was_ticked_a_second_ago_is_left_as_it_is(as_ada, ada, sam, proposal, path, fields):
    proposal.agree(ada)
    proposal.complete(sam)
    answer = as_ada.form(f"{proposal.path}/{path}", **fields)
    assert answer.status_code == 409
    assert "ticked off a moment ago" in answer.text
    found = again(proposal)
    assert (found.dropped_at, found.due_on, found.put_off_until) == (None, None, None)


def test_a_retry_across_a_closing_adds_nothing_twice(as_sam, ada, meeting):
    as_sam.htmx(f"{meeting.path}/items", section="goals", text="Once only", key="kk")
    upcoming = closed(meeting, ada)
    assert as_sam.htmx(f"{meeting.path}/items", section="goals", text="Once only", key="kk").status_code == 409
    as_sam.htmx(f"{upcoming.path}/items", section="goals", text="Once only", key="kk", elsewhere="1")
    assert [found.text for found in upcoming.items_for(ada)] == ["Once only"]


def test_a_deleted_draft_can_be_written_again_from_the_same_page(as_sam, sam, meeting):
    for _ in range(2):
        as_sam.form(f"{meeting.path}/items", section="goals", text="Again", private="1", key="same")
        [draft] = meeting.items_for(sam)
        draft.delete_by(sam)
    assert Item.select().count() == 2


def test_remarks_outlive_a_reopening(as_ada, ada, sam, meeting):
    closed(meeting, ada)
    Record.of(meetings.find(sam, meeting.id)).remark(sam, "Both weeks, not one.")
    records.reopen(meetings.find(ada, meeting.id), ada)
    closed(meeting, ada)
    assert "Both weeks, not one." in as_ada.see(f"{meeting.path}/record")


def test_what_was_agreed_stands_in_the_record_though_its_item_was_deleted(as_ada, ada, sam, item, meeting):
    actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=None, together=True)
    item.delete_by(sam)
    closed(meeting, ada)
    page = as_ada.see(f"{meeting.path}/record")
    assert "Also agreed" in page
    assert "Map both gaps" in page


def test_closing_the_later_of_two_open_meetings_leaves_the_earlier_its_time(ada, meeting):
    upcoming = closed(meeting, ada)
    records.reopen(meetings.find(ada, meeting.id), ada)
    before = again(meeting).starts_at
    records.close(meetings.find(ada, upcoming.id), ada, LATER + timedelta(days=28))
    assert again(meeting).starts_at == before


def test_private_changes_push_no_shared_one_out_of_memory(ada, sam, meeting):
    since = again(meeting.pair).version
    item = meeting.add_item(ada, "goals", "Shared")
    live.announce(meeting.pair, item.region)
    for _ in range(200):
        live.announce(meeting.pair, "notebook", only=ada.id)
    assert live.changes_since(meeting.pair, since, sam.id) is None


def test_a_version_from_the_future_is_told_everything(sam, meeting):
    live.announce(meeting.pair, "wrapup")
    assert live.changes_since(meeting.pair, meeting.pair.version + 1000, sam.id) is None


def test_the_others_draft_leaves_no_gap_in_the_positions(ada, sam, meeting):
    before = meeting.add_item(ada, "wellbeing", "a").position
    meeting.add_item(sam, "goals", "a")
    meeting.add_item(sam, "goals", "secret", private=True)
    assert meeting.add_item(ada, "goals", "b").position == before


def test_notes_whose_first_answer_was_lost_are_not_doubled(sam, item):
    item.write_notes(sam, "Hel", "")
    item.write_notes(sam, "Hello", "", sent="Hel")
    assert again(item).notes == "Hello"


def test_a_notebook_whose_first_answer_was_lost_is_not_doubled(as_ada, meeting):
    as_ada.htmx(f"{meeting.pair.path}/notebook", text="Hel", base="")
    as_ada.htmx(f"{meeting.pair.path}/notebook", text="Hello", base="", sent="Hel")
    assert PrivateNote.get().text == "Hello"


def test_a_word_that_begins_like_the_others_stays(ada, sam, item):
    item.write_notes(sam, "no", "")
    item.write_notes(ada, "nobody told me", "")
    assert again(item).notes.split() == ["no", "nobody", "told", "me"]


def test_an_endless_base_is_refused_before_it_is_merged(as_sam, item):
    assert as_sam.htmx(f"{item.path}/notes", text="x", base="a b " * 20_000).status_code == 422


@pytest.mark.parametrize("body", [[1], "x", {"text": 5}])
def test_json_is_no_form(as_sam, meeting, body):
    headers = {"X-CSRFToken": as_sam.token, "HX-Request-Type": "partial"}
    assert as_sam.post(f"{meeting.path}/items?section=goals", json=body, headers=headers).status_code in (404, 422)


def test_a_number_beyond_all_numbers_is_refused_beside_its_field(as_sam, sam, item):
    answer = as_sam.htmx(f"{item.path}/actions", text="x", owner=sam.id, likelihood="9" * 400)
    assert answer.status_code == 422
    assert "1 to 10" in answer.text


@pytest.mark.parametrize("blank", ["\u200b", "\u2800", "\u200b \u2800"])
def test_words_that_nobody_could_see_are_refused(as_sam, meeting, blank):
    assert as_sam.htmx(f"{meeting.path}/items", section="goals", text=blank).status_code == 422


def test_nothing_is_confirmed_or_remarked_on_when_the_two_no_longer_meet(ada, sam, meeting):
    closed(meeting, ada)
    record = Record.of(meetings.find(ada, meeting.id))
    meeting.pair.end(sam)
    with pytest.raises(PairOver):
        record.confirm(ada)
    with pytest.raises(PairOver):
        record.remark(ada, "Too late")


def test_a_pair_that_ended_shows_no_live_controls(as_sam, sam, meeting, item):
    PrivateNote.write(meeting.pair, sam, "Mine", "")
    meeting.pair.end(sam)
    page = as_sam.see(meeting.path)
    assert "have ended" in page
    assert item.text in page
    for control in ("Close the meeting", ">Add<", ">Edit<", 'type="checkbox" id="discussed'):
        assert control not in page
    assert meeting.pair.path in as_sam.see("/")
