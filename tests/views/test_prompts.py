"""Prompts on the page: each side's own first, one click from the agenda, worded by the horizon, hidden on request."""

import pytest

import library
import scheduling
from agenda_templates import HORIZON
from meetings import Item, Meeting
from models import Person

QUESTION = "What matters most to talk about today?"


def mark_of(meeting: Meeting, text: str) -> str:
    """The section and the mark of the prompt with this text."""
    return next(f"{section.key}.{p.mark}" for section in meeting.sections for p in section.prompts if p.text == text)


def prompts_of(page: str, key: str) -> str:
    """The prompts that stand beside a section of a page."""
    return page.split(f'id="prompts-{key}"')[1].split("</section>", maxsplit=1)[0]


@pytest.fixture
def career(meeting, ada):
    """The meeting, with a career conversation in it."""
    meeting.join(ada, "career")
    return meeting


def test_each_side_is_shown_its_own_prompts_and_the_others_on_request(as_ada, as_sam, meeting):
    his, hers = prompts_of(as_sam.see(meeting.path), "wellbeing"), prompts_of(as_ada.see(meeting.path), "wellbeing")
    own, _, of_the_other = his.partition("Prompts for Ada")
    assert QUESTION in own
    assert "Prompts for Sam" in hers
    assert QUESTION in hers.partition("Prompts for Sam")[2]
    assert "How did the things you told me about last time turn out?" in of_the_other


def test_one_click_puts_a_prompt_on_the_agenda_as_a_question(as_sam, meeting):
    mark = mark_of(meeting, QUESTION)
    answer = as_sam.htmx(f"{meeting.path}/prompts", prompt=mark)
    assert QUESTION in answer.text
    assert "Question</span>" in answer.text
    item = Item.get()
    assert (item.section, item.text, item.is_question) == ("wellbeing", QUESTION, True)


def test_a_second_click_adds_nothing_and_the_prompt_says_that_it_is_there(as_sam, meeting):
    mark = mark_of(meeting, QUESTION)
    for key in ("one", "two"):
        answer = as_sam.htmx(f"{meeting.path}/prompts", prompt=mark, key=key)
    assert Item.select().count() == 1
    assert f"On the agenda: {QUESTION}" in answer.text
    assert f"Put on the agenda: {QUESTION}" not in answer.text
    assert "1 of these is on the agenda." in answer.text


def test_what_else_can_be_asked_again_and_again(as_sam, career):
    mark = mark_of(career, "What else?")
    first = as_sam.htmx(f"{career.path}/prompts", prompt=mark, key="one")
    as_sam.htmx(f"{career.path}/prompts", prompt=mark, key="one")
    as_sam.htmx(f"{career.path}/prompts", prompt=mark, key="two")
    assert Item.select().where(Item.section == "future").count() == 2
    assert f'value="{mark}"' in first.text


def test_a_prompt_that_is_nowhere_in_this_meeting_is_not_found(as_sam, meeting):
    assert as_sam.htmx(f"{meeting.path}/prompts", prompt="wellbeing.0123456789").status_code == 404
    assert as_sam.htmx(f"{meeting.path}/prompts").status_code == 404


def test_the_horizon_changes_the_wording_for_both(as_sam, as_ada, career):
    assert "five years from now" in as_ada.see(career.path)
    answer = as_sam.htmx(f"{career.path}/horizon", years="1")
    assert "one year from now" in answer.text
    page = as_ada.see(career.path)
    assert "one year from now" in page
    assert "five years from now" not in page
    assert HORIZON not in page


@pytest.mark.parametrize("years", ["2", "", "five", "-1"])
def test_a_horizon_that_is_not_offered_is_refused(as_sam, career, years):
    assert as_sam.htmx(f"{career.path}/horizon", years=years).status_code == 422
    assert Meeting.get_by_id(career.id).horizon is None


def test_cautions_are_shown_where_they_belong(as_ada, career):
    page = as_ada.see(career.path)
    cautions = {p.caution for section in career.outline.sections for p in section.prompts if p.caution}
    assert len(cautions) >= 2
    for caution in cautions:
        assert caution in page.replace("&#39;", "'")


def test_prompts_are_hidden_section_by_section_and_for_oneself_alone(as_sam, as_ada, meeting, sam):
    hiding = f"{meeting.path}/prompts/wellbeing/hiding"
    answer = as_sam.htmx(hiding)
    assert QUESTION not in answer.text
    assert "Show prompts" in answer.text
    page = as_sam.see(meeting.path)
    assert QUESTION not in page
    assert "What is going well, and what less well?" in page
    assert QUESTION in as_ada.see(meeting.path)
    assert Person.get_by_id(sam.id).hidden_prompts == "wellbeing"
    assert QUESTION in as_sam.htmx(hiding, undo=True).text
    assert Person.get_by_id(sam.id).hidden_prompts == ""


def test_a_cue_cannot_be_put_on_the_agenda_by_a_button(as_ada, meeting):
    prompts = prompts_of(as_ada.see(meeting.path), "wellbeing")
    cue = next(p for p in meeting.outline.sections[0].prompts if p.side == "manager" and not p.is_question)
    assert cue.text in prompts
    assert cue.mark not in prompts


def test_a_closed_meeting_takes_no_prompts(as_sam, meeting, sam):
    mark = mark_of(meeting, QUESTION)
    scheduling.cancel(meeting, sam, None)
    assert as_sam.htmx(f"{meeting.path}/prompts", prompt=mark).status_code == 409


def test_a_question_is_one_whoever_asks_it_and_however_it_was_edited(as_sam, as_ada, meeting, sam):
    both = next(p for p in library.outline(meeting.versions).sections[0].prompts if p.is_question)
    place = f"wellbeing.{both.mark}"
    as_sam.htmx(f"{meeting.path}/prompts", prompt=place)
    Item.get().edit(sam, "In my own words", both.text)
    for client in (as_ada, as_sam):
        client.htmx(f"{meeting.path}/prompts", prompt=place)
    assert [item.text for item in Item.select()] == ["In my own words"]


def test_a_question_that_was_deleted_is_asked_once_more_however_often_that_is_sent(as_sam, meeting):
    place = mark_of(meeting, QUESTION)
    as_sam.htmx(f"{meeting.path}/prompts", prompt=place)
    answer = as_sam.htmx(f"{Item.get().path}/deletion")
    assert f"Put on the agenda: {QUESTION}" in answer.text
    for _ in range(3):
        as_sam.htmx(f"{meeting.path}/prompts", prompt=place)
    assert len(meeting.shared_items()) == 1
