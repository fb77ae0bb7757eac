"""The wrap-up: who has covered everything, and the date that both agree to."""

from datetime import timedelta

import pytest

import records
import wrapup
from meetings import Meeting, MeetingOver

from .conftest import NOW

LATER = NOW + timedelta(days=20)
OTHER = NOW + timedelta(days=21)


def names(meeting: Meeting, matter: str) -> list[str]:
    """Who said so."""
    return [person.first_name for person in wrapup.said(meeting)[matter]]


def test_each_says_for_themselves_that_everything_is_covered(meeting, ada, sam):
    wrapup.cover(meeting, ada)
    wrapup.cover(meeting, ada)
    assert names(meeting, wrapup.COVERED) == ["Ada"]
    wrapup.cover(meeting, sam)
    assert names(meeting, wrapup.COVERED) == ["Sam", "Ada"]
    wrapup.cover(meeting, ada, undo=True)
    assert names(meeting, wrapup.COVERED) == ["Sam"]


def test_a_date_is_agreed_by_both_and_another_one_asks_anew(meeting, ada, sam):
    wrapup.settle_next(meeting, ada, LATER)
    assert names(meeting, wrapup.NEXT) == ["Ada"]
    wrapup.settle_next(meeting, sam, LATER)
    assert names(meeting, wrapup.NEXT) == ["Sam", "Ada"]
    wrapup.settle_next(meeting, sam, OTHER)
    assert names(meeting, wrapup.NEXT) == ["Sam"]
    assert Meeting.get_by_id(meeting.id).next_starts_at == OTHER


def test_the_record_says_who_confirmed_what(meeting, ada, sam):
    wrapup.cover(meeting, sam)
    for person in (ada, sam):
        wrapup.settle_next(meeting, person, LATER)
    records.close(meeting, ada, LATER)
    minutes = records.Record.of(meeting).minutes
    assert (minutes["covered"], minutes["next_agreed"]) == ([sam.name], [sam.name, ada.name])


def test_a_date_that_came_to_nothing_is_not_called_agreed(meeting, ada):
    wrapup.settle_next(meeting, ada, LATER)
    records.close(meeting, ada, OTHER)
    assert records.Record.of(meeting).minutes["next_agreed"] == []


def test_a_closed_meeting_takes_no_more_of_it(meeting, ada):
    records.close(meeting, ada, None)
    for verb in (wrapup.cover, lambda m, p: wrapup.settle_next(m, p, LATER)):
        with pytest.raises(MeetingOver):
            verb(meeting, ada)


def test_both_see_at_once_what_the_other_says(as_ada, as_sam, meeting):
    answer = as_sam.htmx(f"{meeting.path}/coverage")
    assert "checked" in answer.text
    assert "Sam has covered everything." in as_ada.see(meeting.path)
    as_ada.htmx(f"{meeting.path}/next-date", next_starts_at="2026-03-31T10:00")
    page = as_sam.see(meeting.path)
    assert "Ada proposes Tuesday 31 March, 10:00." in page
    assert 'value="2026-03-31T10:00"' in page.split('id="close"')[1]
    assert (
        "You have both agreed Tuesday 31 March, 10:00."
        in as_sam.htmx(f"{meeting.path}/next-date", next_starts_at="2026-03-31T10:00").text
    )


@pytest.mark.parametrize("wrong", ["", "soon", "2020-01-01T10:00", "2099-01-01T10:00"])
def test_a_date_that_cannot_be_is_refused_beside_its_field(as_ada, meeting, wrong):
    answer = as_ada.htmx(f"{meeting.path}/next-date", next_starts_at=wrong)
    assert answer.status_code == 422
    assert "closing-next_starts_at-error" in answer.text
    assert Meeting.get_by_id(meeting.id).next_starts_at is None


def test_both_sides_have_closing_prompts(as_ada, as_sam, meeting):
    for client, own, other in ((as_sam, "individual", "Ada"), (as_ada, "manager", "Sam")):
        mine, _, theirs = client.see(meeting.path).split('id="close"')[1].partition(f"Closing prompts for {other}")
        for prompt in meeting.outline.closing:
            assert prompt.text in (mine if prompt.is_for(own) else theirs)
