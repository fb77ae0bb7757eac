"""Pairs over HTTP: inviting and accepting, arrangements, meetings made by hand, the notebook, an ending."""

from datetime import timedelta

import pytest

import clock
import library
import records
import scheduling
from library import TemplateVersion
from meetings import Meeting
from models import Pair
from notebooks import PrivateNote

from ..conftest import NOW
from ..screen import boxes, problem_at, regions

LATER_WALL = "2026-04-02T10:00"


def invitation(**other) -> dict[str, str]:
    """What the invitation form sends."""
    return {
        "colleague": "Lee Park",
        "side": "manager",
        "template": "regular",
        "rhythm": "weekly",
        "minutes": "30",
        "place": "Room 1",
        "starts_at": LATER_WALL,
        **other,
    }


def invited(client, **other) -> Pair:
    """The pair that an invitation makes."""
    answer = client.form("/pairs", **invitation(**other))
    assert answer.status_code == 303, answer.text
    return Pair.get_by_id(answer.location.removeprefix("/pairs/"))


def test_one_invites_and_the_other_accepts(as_ada, as_lee, ada, lee):
    pair = invited(as_ada)
    assert (pair.manager, pair.report, pair.rhythm, pair.minutes, pair.place) == (ada, lee, "weekly", 30, "Room 1")
    assert "Waiting for Lee to accept" in as_ada.see(pair.path)
    assert "Ada Marsh would like to meet you one to one" in as_lee.see("/")
    answer = as_lee.form(f"{pair.path}/acceptance")
    assert (answer.status_code, answer.location) == (303, pair.path)
    assert "Thursday 2 April, 10:00" in as_ada.see(pair.path)
    assert as_lee.htmx(f"{pair.path}/acceptance").headers["HX-Redirect"] == pair.path
    assert Meeting.select().where(Meeting.pair == pair).count() == 1


@pytest.mark.parametrize("name", ["lee park", "  LEE PARK ", "lee@example.org", "Lee@Example.org"])
def test_a_colleague_is_found_by_name_or_address_however_it_is_written(as_ada, lee, name):
    assert invited(as_ada, colleague=name, side="individual").manager == lee


def test_inviting_twice_is_one_invitation(as_ada):
    assert invited(as_ada).id == invited(as_ada).id


def test_the_one_who_invites_cannot_accept(as_ada):
    pair = invited(as_ada)
    answer = as_ada.form(f"{pair.path}/acceptance")
    assert answer.status_code == 409
    assert "for Lee to accept" in answer.text


def test_an_invitation_can_be_declined_or_taken_back(as_ada, as_lee):
    pair = invited(as_ada)
    as_lee.form(f"{pair.path}/ending")
    assert "declined or taken back" in as_ada.see(pair.path)
    answer = as_lee.form(f"{pair.path}/acceptance")
    assert answer.status_code == 409


@pytest.mark.parametrize("typed", ["Åsa Öberg", "åsa öberg", "ÅSA ÖBERG", "ÅSA@example.org"])
def test_a_colleague_is_found_by_a_name_in_any_letters(as_ada, lee, typed):
    lee.change(name="Åsa Öberg", email="åsa@example.org")
    assert invited(as_ada, colleague=typed).report == lee


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("colleague", "", "Say whom"),
        ("colleague", "  ", "Say whom"),
        ("colleague", "Nobody Known", "Nobody of that name"),
        ("colleague", "Ada Marsh", "Nobody of that name"),
        ("colleague", "x" * 255, "longer than 254"),
        ("minutes", "4", "between 5 and 480"),
        ("minutes", "x", "between 5 and 480"),
        ("starts_at", "2026-03-02T10:00", "has passed"),
        ("starts_at", "20261-03-02T10:00", "not a date and time"),
        ("starts_at", "x", "not a date and time"),
        ("place", "x" * 201, "longer than 200"),
    ],
)
def test_a_bad_invitation_is_refused_beside_the_field_and_kept(as_ada, pair, field, value, message):
    answer = as_ada.form("/pairs", **invitation(**{field: value}))
    assert answer.status_code == 422
    assert message in problem_at(answer.text, "invitation", field)
    assert boxes(answer.text, field) == [value]
    assert boxes(answer.text, "place")[0] == invitation(**{field: value})["place"]
    assert Pair.select().count() == 2


@pytest.mark.parametrize("field", ["side", "template", "rhythm"])
def test_a_forged_choice_is_refused_and_said(as_ada, pair, field):
    answer = as_ada.form("/pairs", **invitation(**{field: "forged"}))
    assert answer.status_code == 422
    assert Pair.select().count() == 2


def test_two_colleagues_of_one_name_are_told_apart_by_their_address(as_ada, ada, lee, noor):
    noor.change(name="Lee Park")
    answer = as_ada.form("/pairs", **invitation())
    assert answer.status_code == 422
    assert "Several people" in problem_at(answer.text, "invitation", "colleague")
    assert invited(as_ada, colleague="noor@example.org").report == noor


# Arrangements and meetings


def test_arrangements_are_changed_both_ways(as_sam, as_ada, pair):
    settings = {"template": "catch_up", "rhythm": "two-weekly", "minutes": "20", "place": "Video call"}
    answer = as_sam.htmx(f"{pair.path}/rhythm", **settings)
    assert answer.status_code == 200
    assert "Every two weeks" in regions(answer.text)["pair"]
    assert as_ada.form(f"{pair.path}/rhythm", **{**settings, "rhythm": "weekly", "minutes": ""}).status_code == 303
    changed = Pair.get_by_id(pair.id)
    assert (changed.rhythm, changed.minutes, changed.template) == ("weekly", 20, "catch_up")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [("minutes", "481", "between 5 and 480"), ("minutes", "x", "between 5 and 480"), ("place", "x" * 201, "200")],
)
def test_bad_arrangements_are_refused_beside_the_field_and_kept(as_sam, pair, field, value, message):
    settings = {"template": "regular", "rhythm": "weekly", "minutes": "20", "place": "Room 2", field: value}
    partial = as_sam.htmx(f"{pair.path}/rhythm", **settings)
    assert partial.status_code == 422
    assert message in problem_at(partial.text, "rhythm", field)
    whole = as_sam.form(f"{pair.path}/rhythm", **settings)
    assert message in problem_at(whole.text, "rhythm", field)
    assert value in boxes(whole.text, field)
    assert Pair.get_by_id(pair.id).rhythm == "monthly"


def test_a_second_next_meeting_is_not_made(as_sam, pair, meeting):
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{pair.path}/meetings", starts_at=LATER_WALL)
        assert answer.status_code == 409
        assert "next meeting already" in answer.text
    assert scheduling.meetings_of(pair).count() == 1


@pytest.mark.parametrize(
    ("starts_at", "message"),
    [("", "Choose a date"), ("2026-03-02T10:00", "has passed"), ("20261-01-01T10:00", "not a date and time")],
)
def test_a_bad_date_for_a_meeting_is_refused_beside_the_field_and_kept(as_sam, sam, pair, meeting, starts_at, message):
    scheduling.cancel(meeting, sam, None)
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{pair.path}/meetings", starts_at=starts_at)
        assert answer.status_code == 422
        assert message in problem_at(answer.text, "schedule", "starts_at")
    assert boxes(answer.text, "starts_at") == [starts_at]
    assert scheduling.next_meeting(pair) is None


def test_the_pairs_page_shows_the_next_meeting_and_the_history(as_sam, as_ada, sam, pair, meeting):
    page = as_sam.see(pair.path)
    for words in ("You and Ada Marsh", "Wednesday 4 March, 10:00", "Every month", "Who can read this"):
        assert words in page
    as_ada.form(f"{meeting.path}/closing", next_starts_at=LATER_WALL)
    assert f'href="{meeting.path}/record"' in as_sam.see(pair.path)


def test_an_ended_pair_can_be_read_and_not_changed(as_sam, as_ada, pair, meeting, item):
    assert as_ada.form(f"{pair.path}/ending").location == "/"
    assert as_ada.htmx(f"{pair.path}/ending").status_code == 404
    assert as_sam.htmx(f"{pair.path}/ending").status_code == 200
    page = as_sam.see(pair.path)
    assert "These one-to-ones ended" in page
    assert item.text in as_sam.see(meeting.path)
    settings = {"template": "regular", "rhythm": "weekly", "minutes": "20", "place": ""}
    for path, fields in (("rhythm", settings), ("meetings", {"starts_at": LATER_WALL})):
        assert as_sam.form(f"{pair.path}/{path}", **fields).status_code == 409


# The notebook


def test_a_notebook_is_seen_by_its_author_alone(as_sam, as_ada, pair, meeting):
    answer = as_sam.htmx(f"{pair.path}/notebook", text="Ask for a rise.", base="")
    assert answer.status_code == 200
    assert "Ask for a rise." in boxes(answer.text, "text")
    for path in (pair.path, meeting.path):
        assert "Ask for a rise." in as_sam.see(path)
        assert "Ask for a rise." not in as_ada.see(path)
    for path in (f"{pair.path}/regions/notebook", f"{meeting.path}/regions/notebook"):
        assert "Ask for a rise." not in as_ada.region(path).text
    as_ada.form(f"{pair.path}/notebook", text="Mine.", base="")
    assert sorted(note.text for note in PrivateNote.select()) == ["Ask for a rise.", "Mine."]


def test_a_notebook_leaves_no_trace_in_the_count_of_changes(as_sam, pair):
    before = Pair.get_by_id(pair.id).version
    as_sam.htmx(f"{pair.path}/notebook", text="Ask for a rise.", base="")
    assert Pair.get_by_id(pair.id).version == before


def test_two_pages_of_one_notebook_are_merged_or_asked_about(as_sam, pair):
    as_sam.htmx(f"{pair.path}/notebook", text="first words here", base="")
    as_sam.htmx(f"{pair.path}/notebook", text="first words here\nand more", base="first words here")
    as_sam.htmx(f"{pair.path}/notebook", text="My first words here", base="first words here")
    assert PrivateNote.get().text == "My first words here\nand more"
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{pair.path}/notebook", text="other words here", base="first words here")
        assert answer.status_code == 409
        assert "Both versions" in problem_at(answer.text, "notebook")
        shown = boxes(answer.text, "text")
        assert any("other" in text and "My" in text for text in shown)
    assert PrivateNote.get().text == "My first words here\nand more"


def test_a_notebook_too_long_is_refused_beside_the_box_and_kept(as_sam, pair):
    text = "x" * 10_001
    partial = as_sam.htmx(f"{pair.path}/notebook", text=text, base="")
    assert partial.status_code == 422
    assert "longer than 10,000" in problem_at(partial.text, "notebook")
    whole = as_sam.form(f"{pair.path}/notebook", text=text, base="")
    assert whole.status_code == 422
    assert "longer than 10,000" in problem_at(whole.text, "notebook")
    assert text in boxes(whole.text, "text")


def test_a_notebook_by_a_plain_form_leads_back_to_its_page(as_sam, pair, meeting):
    answer = as_sam.form(f"{pair.path}/notebook", text="x", base="")
    assert (answer.status_code, answer.location) == (303, pair.path)


def test_unknown_regions_are_not_found(as_sam, pair):
    for name in ("nothing", "item", "item-x", "action", "action-x", "pair-x", "meetings-x", "objectives-x"):
        assert as_sam.region(f"{pair.path}/regions/{name}").status_code == 404, name


def test_what_the_arrangements_leave_out_stays_as_it_is(as_sam, pair, sam):
    pair.settle(sam, between_rhythm="weekly", between_place="By video", place="Room 4")
    as_sam.htmx(f"{pair.path}/rhythm", rhythm="quarterly")
    changed = Pair.get_by_id(pair.id)
    assert (changed.rhythm, changed.between_rhythm, changed.between_place) == ("quarterly", "weekly", "By video")
    assert (changed.place, changed.minutes) == ("Room 4", 60)


def test_a_pair_chooses_two_rhythms_with_a_template_each(as_sam, pair):
    fields = {"between_rhythm": "weekly", "between_template": "catch_up", "between_minutes": "25"}
    answer = as_sam.htmx(f"{pair.path}/rhythm", template="regular", rhythm="monthly", minutes="60", **fields)
    assert "in between: every week, 25 minutes" in answer.text
    wrong = as_sam.htmx(f"{pair.path}/rhythm", rhythm="monthly", between_minutes="4")
    assert wrong.status_code == 422
    assert "rhythm-between_minutes-error" in wrong.text


def test_a_template_that_was_retired_stays_the_choice_of_those_who_have_it(as_sam, pair, sam):
    pair.settle(sam, template="career")
    TemplateVersion.update(retired_at=NOW).where(TemplateVersion.key == "career").execute()
    assert '<option value="career" selected>' in as_sam.see(pair.path)
    assert as_sam.htmx(f"{pair.path}/rhythm", template="career", rhythm="weekly").status_code == 200
    pair.settle(sam, template="regular")
    assert as_sam.htmx(f"{pair.path}/rhythm", template="career", rhythm="weekly").status_code == 422


def test_a_first_meeting_is_proposed_for_an_hour_at_which_one_meets_nobody(as_ada, meeting, monkeypatch):
    assert boxes(as_ada.see("/pairs/new"), "starts_at") == ["2026-03-05T10:00"]
    meeting.starts_at += timedelta(days=1)
    meeting.save()
    assert boxes(as_ada.see("/pairs/new"), "starts_at") == ["2026-03-05T11:00"]
    monkeypatch.setattr(clock, "MEETING_HOURS", range(10, 11))
    assert boxes(as_ada.see("/pairs/new"), "starts_at") == ["2026-03-06T10:00"]


def test_what_each_brings_stands_side_by_side_before_the_first_meeting_and_on_request_after(
    as_sam, as_ada, meeting, ada
):
    lists = {prompt.text for prompt in library.responsibilities("regular")}
    assert len(lists) == 14
    for page in (as_sam.see(meeting.path), as_ada.see(f"{meeting.pair.path}/responsibilities")):
        assert all(text in page for text in lists)
    assert "Ada brings" in as_sam.see(meeting.path)
    assert "You bring" in as_ada.see(meeting.path)
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    assert "Before your first meeting" not in as_sam.see(upcoming.path)
    assert all(text in as_sam.see(f"{meeting.pair.path}/responsibilities") for text in lists)
