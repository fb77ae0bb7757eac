"""Meetings over HTTP: the page, its time and place, presence, closing, cancelling and opening again."""

from datetime import timedelta

import pytest

import clock
import records
import scheduling
from meetings import Item, Meeting
from records import Record

from ..conftest import NOW
from ..screen import boxes, problem_at, regions

LATER = NOW + timedelta(days=30)
LATER_WALL = "2026-04-02T10:00"

BAD_TIMES = [
    ("2026-03-02T10:00", "has passed"),
    ("20261-03-31T10:00", "not a date and time"),
    ("2096-03-31T10:00", "more than five years away"),
    ("9999-12-31T23:59", "more than five years away"),
    ("0001-01-01T00:00", "has passed"),
    ("tomorrow", "not a date and time"),
    (" ", "date"),
]


def fresh(meeting) -> Meeting:
    """The meeting as it is in the database."""
    return Meeting.get_by_id(meeting.id)


def test_the_page_shows_the_agenda_with_its_controls(as_sam, meeting, item):
    page = as_sam.see(meeting.path)
    for words in (
        "Regular one-to-one with Ada",
        'aria-label="Add to Wellbeing"',
        'aria-label="Discussed"',
        ">Add</button>",
        ">Edit</button>",
        ">Make an action</button>",
        ">Move up</button>",
        ">Move down</button>",
        ">Keep for next time</button>",
        ">Every time</button>",
        ">Delete</button>",
        ">Close the meeting</button>",
        "Ada is not here yet",
        "Next meeting <input",
        item.text,
    ):
        assert words in page


def test_each_side_sees_its_own_prompts_first(as_sam, as_ada, meeting):
    question = "How am I, really, these days?"
    assert page_part(as_sam.see(meeting.path), "Prompts for you", "</ul>").count(f">{question}<") == 1
    assert question not in page_part(as_ada.see(meeting.path), "Prompts for you", "</ul>")
    assert question in as_ada.see(meeting.path)


def page_part(page: str, start: str, end: str) -> str:
    """What stands between two texts, the first time."""
    return page.split(start, 1)[1].split(end, 1)[0]


def test_both_see_the_time_of_their_own_clocks(as_sam, ada, sam, meeting):
    ada.change(time_zone="America/New_York")
    page = as_sam.see(meeting.path)
    assert "Wednesday 4 March, 10:00" in page
    assert "05:00 for Ada" in page


# Time and place


def test_time_length_and_place_are_changed_both_ways(as_sam, as_ada, meeting):
    answer = as_sam.htmx(f"{meeting.path}/time", starts_at=LATER_WALL, minutes="45", place="Room 9")
    assert answer.status_code == 200
    assert "Room 9" in regions(answer.text)["head"]
    # Ten on a London clock in April is nine in UTC.
    assert fresh(meeting).starts_at.isoformat() == "2026-04-02T09:00:00+00:00"
    answer = as_ada.form(f"{meeting.path}/time", starts_at="2026-03-05T11:30", minutes="", place="")
    assert (answer.status_code, answer.location) == (303, meeting.path)
    assert (fresh(meeting).starts_at.isoformat(), fresh(meeting).minutes) == ("2026-03-05T11:30:00+00:00", 45)


def test_a_time_is_read_on_the_clock_of_the_one_who_types_it(as_sam, sam, meeting):
    sam.change(time_zone="America/New_York")
    as_sam.htmx(f"{meeting.path}/time", starts_at="2026-03-05T11:30", minutes="60", place="")
    assert fresh(meeting).starts_at.isoformat() == "2026-03-05T16:30:00+00:00"


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize(("starts_at", "message"), [*BAD_TIMES, ("", "Choose a date and time")])
def test_a_bad_time_is_refused_beside_the_field_and_kept(as_sam, sam, meeting, starts_at, message, zone):
    sam.change(time_zone=zone)
    partial = as_sam.htmx(f"{meeting.path}/time", starts_at=starts_at, minutes="60", place="Room 9")
    assert partial.status_code == 422
    assert message in problem_at(partial.text, "time", "starts_at")
    whole = as_sam.form(f"{meeting.path}/time", starts_at=starts_at, minutes="60", place="Room 9")
    assert whole.status_code == 422
    assert message in problem_at(whole.text, "time", "starts_at")
    assert boxes(whole.text, "starts_at")[0] == starts_at
    assert boxes(whole.text, "place")[0] == "Room 9"
    assert fresh(meeting).place == ""


@pytest.mark.parametrize("minutes", ["4", "481", "-1", "0", "x", "1e3", "9" * 30])
def test_a_bad_length_is_refused_beside_the_field(as_sam, meeting, minutes):
    partial = as_sam.htmx(f"{meeting.path}/time", starts_at=LATER_WALL, minutes=minutes, place="")
    assert partial.status_code == 422
    assert problem_at(partial.text, "time", "minutes")
    whole = as_sam.form(f"{meeting.path}/time", starts_at=LATER_WALL, minutes=minutes, place="")
    assert problem_at(whole.text, "time", "minutes")
    assert boxes(whole.text, "minutes")[0] == minutes


def test_a_place_too_long_is_refused_beside_the_field(as_sam, meeting):
    place = "x" * 201
    whole = as_sam.form(f"{meeting.path}/time", starts_at=LATER_WALL, minutes="60", place=place)
    assert whole.status_code == 422
    assert "200" in problem_at(whole.text, "time", "place")
    assert boxes(whole.text, "place")[0] == place


def test_the_place_can_change_while_the_meeting_is_running(client_of, sam, meeting):
    with clock.at(meeting.starts_at + timedelta(minutes=20)):
        answer = client_of(sam).htmx(f"{meeting.path}/time", starts_at="2026-03-04T10:00", minutes="60", place="Room 9")
    assert answer.status_code == 200
    assert fresh(meeting).place == "Room 9"


def test_a_closed_meeting_is_not_moved(as_sam, ada, meeting):
    records.close(meeting, ada, LATER)
    assert as_sam.htmx(f"{meeting.path}/time", starts_at=LATER_WALL).status_code == 409
    assert as_sam.form(f"{meeting.path}/time", starts_at=LATER_WALL).status_code == 409


# Closing


def test_closing_goes_on_to_the_record(as_sam, as_ada, pair, meeting, item):
    answer = as_sam.htmx(f"{meeting.path}/closing", next_starts_at=LATER_WALL)
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == f"{meeting.path}/record"
    assert scheduling.next_meeting(pair).starts_at.isoformat() == "2026-04-02T09:00:00+00:00"
    assert item.text in as_ada.see(scheduling.next_meeting(pair).path)
    assert as_ada.get(meeting.path).location == f"{meeting.path}/record"


def test_closing_by_a_plain_form_leads_to_the_record(as_sam, meeting):
    answer = as_sam.form(f"{meeting.path}/closing", next_starts_at=LATER_WALL)
    assert (answer.status_code, answer.location) == (303, f"{meeting.path}/record")
    assert "This record does not change any more" in as_sam.see(answer.location)


def test_closing_twice_makes_one_record_and_one_next_meeting(as_sam, as_ada, meeting, item):
    for send in (as_sam.form, as_ada.form, as_ada.htmx):
        assert send(f"{meeting.path}/closing", next_starts_at=LATER_WALL).status_code in (200, 303)
    assert Record.select().count() == 1
    assert Meeting.select().where(Meeting.pair == meeting.pair_id).count() == 2


def test_no_next_meeting_yet_is_an_answer(as_sam, pair, meeting, item):
    assert as_sam.form(f"{meeting.path}/closing", next_starts_at="", no_next="1").status_code == 303
    assert scheduling.next_meeting(pair) is None
    assert "No next meeting yet" in as_sam.see(pair.path)
    answer = as_sam.form(f"{pair.path}/meetings", starts_at=LATER_WALL)
    assert item.text in as_sam.see(answer.location)


@pytest.mark.parametrize("path", ["closing", "cancellation"])
@pytest.mark.parametrize(("starts_at", "message"), [*BAD_TIMES, ("", "No next meeting yet")])
def test_a_bad_next_time_is_refused_beside_the_field_and_kept(as_sam, meeting, path, starts_at, message):
    at = {"closing": "closing", "cancellation": "cancelling"}[path]
    partial = as_sam.htmx(f"{meeting.path}/{path}", next_starts_at=starts_at)
    assert partial.status_code == 422
    assert message in problem_at(partial.text, at, "next_starts_at")
    whole = as_sam.form(f"{meeting.path}/{path}", next_starts_at=starts_at)
    assert whole.status_code == 422
    assert message in problem_at(whole.text, at, "next_starts_at")
    assert starts_at in boxes(whole.text, "next_starts_at")
    assert fresh(meeting).is_open


def test_the_wrapup_reads_back_what_is_left(as_sam, sam, ada, meeting, item):
    talked = meeting.add_item(ada, "other", "Talked about and kept")
    talked.discuss(ada)
    talked.keep(ada)
    page = as_sam.see(meeting.path).split('id="wrapup"')[1]
    assert "1 item not discussed yet" in page
    assert item.text in page
    assert "Coming back next time: <span hx-ignore>Talked about and kept</span>" in page
    # The first Wednesday of March, so the first of April.
    assert boxes(page, "next_starts_at") == ["2026-04-01T10:00"]


def test_a_first_meeting_is_told_that_nothing_is_there_yet(as_sam, meeting):
    page = as_sam.see(meeting.path)
    assert "You have not met here before, so nothing is open." in page
    assert "Nothing is on the agenda yet." in page.split('id="wrapup"')[1]


def test_who_stands_at_the_end_of_a_closed_meeting_is_led_to_its_record(as_sam, ada, meeting):
    records.close(meeting, ada, None)
    end = as_sam.region(f"{meeting.path}/regions/wrapup").text
    assert f'href="{meeting.path}/record">Go to the record' in end


def test_opening_again_leads_back_to_the_meeting(as_sam, as_ada, meeting, item):
    as_sam.form(f"{meeting.path}/closing", next_starts_at=LATER_WALL)
    answer = as_ada.form(f"{meeting.path}/closing", undo=True)
    assert (answer.status_code, answer.location) == (303, meeting.path)
    assert item.text in as_sam.see(meeting.path)
    assert as_sam.htmx(f"{meeting.path}/closing", undo=True).status_code == 200


def test_a_meeting_is_not_opened_again_once_the_next_is_under_way(as_sam, ada, meeting, item):
    records.close(meeting, ada, LATER)
    Item.get_by_id(item.id).discuss(ada)
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{meeting.path}/closing", undo=True)
        assert answer.status_code == 409
        assert "under way" in answer.text


# Cancelling and skipping


def test_cancelling_leads_to_the_next_meeting_with_everything_on_it(as_sam, pair, meeting, item, draft):
    answer = as_sam.form(f"{meeting.path}/cancellation", next_starts_at=LATER_WALL)
    assert (answer.status_code, answer.location) == (303, scheduling.next_meeting(pair).path)
    page = as_sam.see(answer.location)
    assert item.text in page
    assert draft.text in page
    assert "This meeting was cancelled" in as_sam.see(meeting.path)


def test_cancelling_without_a_next_date_leads_to_the_pair(as_sam, pair, meeting):
    answer = as_sam.htmx(f"{meeting.path}/cancellation", next_starts_at="", no_next="1")
    assert answer.headers["HX-Redirect"] == pair.path


def test_skipping_twice_skips_one(as_sam, pair, meeting, item):
    first = as_sam.form(f"{meeting.path}/skip").location
    assert as_sam.form(f"{meeting.path}/skip").location == first == scheduling.next_meeting(pair).path
    assert scheduling.next_meeting(pair).starts_at.isoformat() == "2026-04-01T09:00:00+00:00"


@pytest.mark.parametrize("path", ["cancellation", "skip"])
def test_a_closed_meeting_is_neither_cancelled_nor_skipped(as_sam, ada, meeting, path):
    upcoming = records.close(meeting, ada, LATER)
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{meeting.path}/{path}", next_starts_at="2026-05-02T10:00")
        assert answer.status_code == 409
        assert "closed" in answer.text
    assert fresh(upcoming).starts_at == LATER


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("closing", {"no_next": "1"}),
        ("cancellation", {"no_next": "1"}),
        ("skip", {}),
        ("time", {"starts_at": LATER_WALL}),
    ],
)
def test_nothing_of_an_ended_pair_changes(as_sam, ada, pair, meeting, path, fields):
    pair.end(ada)
    answer = as_sam.htmx(f"{meeting.path}/{path}", **fields)
    assert answer.status_code == 409
    assert "have ended" in answer.text
    assert fresh(meeting).is_open


# Regions


def test_unknown_regions_are_not_found(as_sam, meeting, item):
    names = "nothing item section action composer item-nothing section-nothing head-x agenda-x presence-x saved-x"
    for name in names.split():
        assert as_sam.region(f"{meeting.path}/regions/{name}").status_code == 404, name


def test_a_region_is_a_fragment_without_a_page_around_it(as_sam, meeting, item):
    fragment = as_sam.region(f"{meeting.path}/regions/{item.region}").text
    assert fragment.strip().startswith(f'<li id="{item.region}"')
    assert "<html" not in fragment


def test_presence_takes_the_name_of_a_section_and_nothing_else(as_sam, as_ada, meeting):
    assert as_sam.htmx(f"{meeting.path}/presence", where="goals").status_code == 204
    assert "writing in Progress towards goals" in as_ada.see(meeting.path)
    assert as_sam.htmx(f"{meeting.path}/presence", where="<b>").status_code == 204
    assert "writing in" not in as_ada.see(meeting.path)
