"""Preparation: each for oneself, shared item by item or all at once; the other side meets none of it before that."""

from datetime import timedelta

import pytest

import actions
import live
import records
import scheduling
from live import Listener
from meetings import Item
from models import Pair

from ..conftest import NOW

SECRET = "A worry about the pilot"


@pytest.fixture
def prepared(as_sam, meeting):
    """The preparation's address, with a draft of Sam's on it."""
    as_sam.htmx(f"{meeting.path}/drafts", section="goals", text=SECRET)
    return f"{meeting.path}/preparation"


def test_a_draft_is_kept_in_its_section_for_its_author_alone(as_sam, as_ada, meeting, prepared):
    assert SECRET in as_sam.see(prepared)
    item = Item.get()
    assert (item.section, item.shared_at) == ("goals", None)
    for path in (prepared, meeting.path, "/search?q=the+pilot", meeting.pair.path, "/me/data"):
        assert SECRET not in as_ada.see(path), path
    for name in ("drafts", f"item-{item.id}", "agenda", "section-goals", "wrapup"):
        for base in (prepared, meeting.path):
            assert SECRET not in as_ada.region(f"{base}/regions/{name}").text
    assert SECRET not in as_ada.get("/me/data.json").text


def test_preparing_does_not_even_count_as_a_change(as_sam, meeting):
    before = Pair.get_by_id(meeting.pair_id).version
    as_sam.htmx(f"{meeting.path}/drafts", section="goals", text=SECRET)
    assert Pair.get_by_id(meeting.pair_id).version == before


def test_the_others_page_does_not_hear_of_a_draft(as_sam, ada, sam, meeting):
    page = Listener(ada.id, None, None, meeting.pair_id)
    live.join(page)
    question = next(p for p in meeting.outline.section("goals").prompts_for("individual") if p.is_question)
    as_sam.htmx(f"{meeting.path}/drafts", section="goals", text=SECRET)
    as_sam.htmx(f"{meeting.path}/drafts/prompts", prompt=f"goals.{question.mark}")
    as_sam.htmx(f"{meeting.path}/prompts", prompt=f"goals.{question.mark}", private="1")
    as_sam.htmx(f"{meeting.path}/prompts/goals/hiding")
    assert page.wait(0) == set()
    as_sam.htmx(f"{meeting.path}/drafts/sharing")
    assert f"item-{Item.get().id}" in page.wait(0)
    live.leave(page)


def test_ones_own_agenda_in_another_tab_hears_that_a_prompt_is_asked_and_not_any_more(as_sam, sam, meeting):
    page = Listener(sam.id, None, None, meeting.pair_id)
    live.join(page)
    question = next(p for p in meeting.outline.section("goals").prompts_for("individual") if p.is_question)
    as_sam.htmx(f"{meeting.path}/drafts/prompts", prompt=f"goals.{question.mark}")
    assert "prompts-goals" in page.wait(0)
    as_sam.htmx(f"{meeting.path}/drafts/removal", item=Item.get().id)
    assert "prompts-goals" in page.wait(0)
    live.leave(page)


def test_one_draft_is_shared_and_the_others_stay(as_sam, as_ada, meeting, prepared):
    as_sam.htmx(f"{meeting.path}/drafts", section="goals", text="Another one")
    other = Item.select().where(Item.shared_at.is_null()).order_by(Item.created_at, Item.position.desc()).first()
    as_sam.htmx(f"{meeting.path}/drafts/sharing", item=other.id)
    page = as_ada.see(meeting.path)
    assert ("Another one" in page) != (SECRET in page)


def test_all_are_shared_at_once(as_sam, as_ada, meeting, prepared):
    as_sam.htmx(f"{meeting.path}/drafts", section="other", text="Another one")
    answer = as_sam.htmx(f"{meeting.path}/drafts/sharing")
    assert "2 things from you are on the agenda" in answer.text
    page = as_ada.see(meeting.path)
    assert "Another one" in page
    assert SECRET in page


def test_nobody_shares_the_drafts_of_the_other_one(as_ada, meeting, prepared):
    as_ada.htmx(f"{meeting.path}/drafts/sharing")
    as_ada.htmx(f"{meeting.path}/drafts/sharing", item=Item.get().id)
    assert Item.get().shared_at is None


def test_a_prompt_becomes_a_private_draft(as_ada, as_sam, meeting):
    prompt = next(p for p in meeting.outline.section("goals").prompts_for("manager") if p.is_question)
    answer = as_ada.htmx(f"{meeting.path}/drafts/prompts", prompt=f"goals.{prompt.mark}")
    assert prompt.text in answer.text
    item = Item.get()
    assert (item.shared_at, item.is_question) == (None, True)
    assert f'id="item-{item.id}"' not in as_sam.see(meeting.path)


def test_a_draft_needs_words_and_a_section_that_is_there(as_sam, meeting):
    assert as_sam.htmx(f"{meeting.path}/drafts", section="goals", text=" ").status_code == 422
    assert as_sam.htmx(f"{meeting.path}/drafts", section="", text="x").status_code == 404


def test_last_time_and_my_open_actions_are_at_hand(as_sam, as_ada, meeting, item, ada, sam):
    item.write_notes(sam, "Nobody owns the reply", "")
    actions.propose(item, sam, text="Map both gaps", owner=sam, due_on=None, likelihood=None, together=True)
    actions.propose(item, ada, text="Ask the service desk", owner=ada, due_on=None, likelihood=None, together=True)
    item.discuss(sam)
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    page = as_sam.see(f"{upcoming.path}/preparation")
    last, mine = page.split('id="last-title"')[1].split("</section>")[0], page.split('id="mine-title"')[1]
    for words in (item.text, "Nobody owns the reply", "Map both gaps", "Ask the service desk"):
        assert words in last
    assert "Map both gaps" in mine
    assert "Ask the service desk" not in mine


def test_the_managers_career_preparation_is_for_the_manager_alone(as_ada, as_sam, meeting, ada):
    meeting.turn_into(ada, "career")
    private = [prompt.text for prompt in meeting.outline.preparation if prompt.side == "manager"]
    assert len(private) > 10
    hers, his = (client.see(f"{meeting.path}/preparation") for client in (as_ada, as_sam))
    everywhere = his + as_sam.see(meeting.path) + as_ada.see(meeting.path)
    for text in private:
        assert text in hers
        assert text not in everywhere


def test_a_meeting_that_is_over_needs_no_preparation(as_sam, meeting, sam):
    scheduling.cancel(meeting, sam, None)
    assert as_sam.get(f"{meeting.path}/preparation").status_code == 302
    assert as_sam.htmx(f"{meeting.path}/drafts", section="goals", text=SECRET).status_code == 409


def test_a_draft_is_deleted_and_another_ones_cannot_be(as_sam, as_ada, meeting, prepared):
    draft = Item.get()
    assert as_ada.htmx(f"{meeting.path}/drafts/removal", item=draft.id).status_code == 404
    assert SECRET not in as_sam.htmx(f"{meeting.path}/drafts/removal", item=draft.id).text
    assert Item.get().deleted_at
