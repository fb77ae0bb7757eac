"""Calendars: what Outlook, Google and Apple would show of people's meetings, as they are made, moved and called off."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import calendars
import clock
import covers
import library
import meetings
import naming
import pairing
import records
import scheduling
from meetings import Meeting

from .conftest import NOW
from .everything import write_everything
from .reading import events, read
from .test_queries import counted

SITE = "https://meetings.example.org"
LATER = NOW + timedelta(hours=2)
WEEK = timedelta(weeks=1)


def written(person) -> bytes:
    """A person's calendar."""
    return calendars.feed(calendars.of_person(person, SITE))


def file_of(meeting, person) -> bytes:
    """One meeting for a person's calendar."""
    return calendars.file(calendars.of_meeting(meeting, person, SITE))


def of(person, at: datetime = LATER) -> dict:
    """What a person's calendar shows at a moment: meeting's id → event."""
    with clock.at(at):
        found = events(written(person))
    return {uid.removesuffix("@duologue"): event for uid, event in found.items()}


def event_of(meeting, person, at: datetime = LATER):
    """What it shows of one meeting."""
    return of(person, at)[meeting.id]


def test_a_meeting_stands_there_with_whom_what_when_and_the_way_back(meeting, ada, sam):
    event = event_of(meeting, sam)
    assert event.summary == "Regular one-to-one with Ada Marsh"
    assert event_of(meeting, ada).summary == "Regular one-to-one with Sam Okoro"
    assert (event.dtstart, event.dtend) == (meeting.starts_at, meeting.starts_at + timedelta(minutes=60))
    assert event.description == str(event.url) == f"{SITE}/meetings/{meeting.id}"
    assert (event.status, event.transparency, event.classification) == ("CONFIRMED", "OPAQUE", "PRIVATE")
    assert (event.sequence, event.dtstamp, event.last_modified) == (0, event.created, event.created)


def test_programs_are_told_what_it_is_called_and_when_to_look_again(meeting, sam):
    lines = written(sam).decode().splitlines()
    said = "METHOD:PUBLISH", "NAME:Duologue", "X-WR-CALNAME:Duologue", "X-PUBLISHED-TTL:PT1H"
    assert {*said, "REFRESH-INTERVAL;VALUE=DURATION:PT1H"} <= {*lines}


def test_one_meeting_as_a_file_is_the_same_event_and_begins_no_calendar_of_its_own(meeting, sam):
    file = file_of(meeting, sam)
    assert list(events(file).values()) == [event_of(meeting, sam)]
    assert b"NAME" not in file
    assert b"METHOD:PUBLISH" in file


def test_nothing_changes_byte_for_byte_until_something_does(meeting, sam):
    with clock.at(NOW):
        before, tag = written(sam), calendars.tag(calendars.of_person(sam, SITE))
    with clock.at(NOW + timedelta(hours=20)):
        assert written(sam) == before
        assert calendars.tag(calendars.of_person(sam, SITE)) == tag


def test_whatever_is_said_anew_has_another_tag(meeting, ada, sam):
    def tag() -> str:
        return calendars.tag(calendars.of_person(sam, SITE))

    seen = {tag()}
    meeting.reschedule(ada, meeting.starts_at, 45, "")
    seen.add(tag())
    ada.change(name="Ada Marsh-Lovelace")
    seen.add(tag())
    meeting.pair.end(ada)
    seen.add(tag())
    assert len(seen) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": NOW + timedelta(days=3)},
        {"minutes": 30},
        {"place": "Room 4"},
    ],
)
def test_a_meeting_that_is_moved_is_the_same_with_a_higher_number(meeting, ada, sam, change):
    now = {"starts_at": meeting.starts_at, "minutes": meeting.minutes, "place": meeting.place}
    before = event_of(meeting, sam)
    with clock.at(LATER):
        meeting.reschedule(ada, **{**now, **change})
    after = event_of(meeting, sam)
    assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
    assert after.last_modified == after.dtstamp == LATER
    assert after.dtstart == change.get("starts_at", before.dtstart)
    assert after.dtend - after.dtstart == timedelta(minutes=change.get("minutes", 60))


def test_saving_it_as_it_is_counts_for_nothing_though_somebody_looked_at_it_long_ago(meeting, ada, sam):
    seen_before = meetings.find(sam, meeting.id)
    moved = {"starts_at": NOW + timedelta(days=3), "minutes": 45, "place": "Room 4"}
    meeting.reschedule(ada, **moved)
    meeting.reschedule(ada, **moved)
    assert event_of(meeting, sam).sequence == 1
    seen_before.reschedule(sam, **{**moved, "starts_at": seen_before.starts_at})
    assert event_of(meeting, sam).sequence == 2


def test_another_kind_of_conversation_is_called_after_it(meeting, ada, sam):
    meeting.turn_into(ada, "career")
    event = event_of(meeting, sam)
    assert (event.summary, event.sequence) == (f"{library.current('career').outline.name} with Ada Marsh", 1)


def test_a_cancelled_meeting_is_called_off_for_a_while_and_then_gone(meeting, ada, sam):
    with clock.at(LATER):
        upcoming = scheduling.cancel(meeting, ada, NOW + timedelta(days=9))
    event = event_of(meeting, sam)
    assert (event.status, event.transparency, event.sequence) == ("CANCELLED", "TRANSPARENT", 1)
    assert event.summary == "Cancelled: Regular one-to-one with Ada Marsh"
    assert event.dtstart == meeting.starts_at
    assert event_of(upcoming, sam).status == "CONFIRMED"
    still, gone = LATER + calendars.CALLED_OFF - timedelta(hours=1), LATER + calendars.CALLED_OFF
    assert {*of(sam, still)} == {meeting.id, upcoming.id}
    assert {*of(sam, gone)} == {upcoming.id}


def test_cancelling_twice_counts_once(meeting, ada, sam):
    for person in (ada, sam):
        scheduling.skip(meeting, person)
    assert event_of(meeting, sam).sequence == 1


def test_closing_a_meeting_and_opening_it_again_changes_nothing_of_it(meeting, ada, sam):
    before = event_of(meeting, sam)
    with clock.at(LATER):
        upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    assert event_of(meeting, sam) == before
    with clock.at(LATER):
        records.reopen(meeting, sam)
    assert of(sam) == {meeting.id: before, upcoming.id: event_of(upcoming, sam)}


def test_a_next_meeting_that_closing_moves_counts_it(meeting, ada, sam):
    upcoming = records.close(meeting, ada, NOW + timedelta(days=30))
    records.reopen(meeting, ada)
    records.close(meeting, ada, NOW + timedelta(days=20))
    event = event_of(upcoming, sam)
    assert (event.dtstart, event.sequence) == (NOW + timedelta(days=20), 1)


def test_what_is_ahead_when_two_stop_meeting_is_called_off_for_the_individual_and_gone_for_the_manager(
    meeting, pair, ada, sam
):
    meeting.reschedule(ada, meeting.starts_at, 30, "")
    with clock.at(LATER):
        pair.end(sam)
    event = event_of(meeting, sam)
    assert (event.status, event.sequence, event.last_modified) == ("CANCELLED", 2, LATER)
    assert of(ada) == {}


def test_what_was_before_two_stopped_meeting_stays_though_nobody_closed_it(meeting, pair, sam):
    held = meeting.starts_at + timedelta(days=1)
    with clock.at(held):
        pair.end(sam)
    assert {id: event.status for id, event in of(sam, held).items()} == {meeting.id: "CONFIRMED"}


def test_with_the_last_day_of_standing_in_its_meetings_go(meeting, pair, ada, sam, lee):
    cover = covers.set_up(pair, ada, lee, date(2026, 3, 17), first_starts_at=NOW + timedelta(days=7))
    pairing.accept(cover, lee)
    first = scheduling.next_meeting(lee.pair(cover.id))
    ahead = scheduling.cancel(meetings.find(lee, first.id), lee, NOW + timedelta(days=20))
    over = NOW + timedelta(days=15)
    assert ahead.id in of(lee)
    assert scheduling.next_meeting(cover).id not in of(lee, over)
    assert event_of(ahead, sam, over).status == "CANCELLED"
    assert event_of(ahead, sam, over).sequence > event_of(ahead, sam).sequence


def test_it_goes_a_year_back(meeting, sam):
    year = meeting.starts_at + calendars.PAST
    assert meeting.id in of(sam, year - timedelta(minutes=1))
    assert of(sam, year) == {}


def test_it_shows_nobody_elses_meetings(meeting, theirs, sam, robin):
    assert {*of(sam)} == {meeting.id}
    assert of(robin) == {}


def test_an_invitation_that_is_not_accepted_is_no_meeting(ada, lee):
    pairing.invite(ada, manager=ada, report=lee, first_starts_at=NOW + WEEK)
    assert all("Lee" not in event.summary for event in of(ada).values())


def test_nothing_that_people_write_is_in_it(meeting, ada, sam):
    upcoming = write_everything(meeting, ada, sam, "Quetzal")
    for person in (ada, sam):
        for found in (written(person), file_of(upcoming, person)):
            assert b"Quetzal" not in found


TEN_O_CLOCK = [(day, 10, 0) for day in (4, 11, 18, 25, 1, 8)]


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Kolkata"])
def test_ten_in_the_morning_is_ten_before_and_after_the_clocks_change(meeting, pair, ada, sam, zone):
    # Clocks in London change on Sunday 29 March, those in New York on 8 March.
    pair.change(time_zone=zone, rhythm="weekly")
    meeting.reschedule(ada, clock.from_local(datetime(2026, 3, 4, 10), zone), 60, "")
    for _ in range(5):
        meeting = records.close(
            meetings.find(sam, meeting.id), ada, scheduling.start_after(meetings.find(sam, meeting.id))
        )
    shown = shown_between(written(sam), date(2026, 3, 1), date(2026, 4, 30))
    starts = [event.start.astimezone(ZoneInfo(zone)) for event in shown]
    assert [(start.day, start.hour, start.minute) for start in starts] == [
        (day, 10, 0) for day in (4, 11, 18, 25, 1, 8)
    ]
    assert all(event.end - event.start == timedelta(hours=1) for event in shown)
    assert len({start.utcoffset() for start in starts}) == (1 if zone == "Asia/Kolkata" else 2)


def shown_between(calendar: bytes, first: date, last: date) -> list:
    """What a program that knows of recurrence shows between two days, in order."""
    parsed = icalendar.Calendar.from_ical(calendar)
    return sorted(recurring_ical_events.of(parsed).between(first, last), key=lambda event: event.start)


def test_a_day_shows_what_is_on_it_and_once(meeting, ada, sam):
    scheduling.cancel(meeting, ada, meeting.starts_at + timedelta(hours=3))
    calendar = icalendar.Calendar.from_ical(written(sam))
    on_it = recurring_ical_events.of(calendar).at(meeting.starts_at.date())
    assert sorted(event["STATUS"] for event in on_it) == ["CANCELLED", "CONFIRMED"]
    assert recurring_ical_events.of(calendar).at(date(2026, 3, 5)) == []


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)
RUDE = st.sampled_from(["Ng, Ada; Dr.", "Zoë 👩🏽‍🔬 Ω", r"Back\slash", 'She said "hi": now', "محمد علي", "é" * 90])


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=NAMES | RUDE)
def test_any_name_that_a_person_can_have_comes_out_as_it_went_in(meeting, sam, name):
    # A backslash before an n is the end of a line to one library when it writes, or to the other when it reads.
    assume(not re.search(r"\\[nN]", name))
    try:
        meeting.pair.manager.name = naming.name(name)
    except naming.Unfit:
        return
    ((_, event),) = events(file_of(meeting, sam)).items()
    assert event.summary == f"Regular one-to-one with {meeting.pair.manager.name}"


@pytest.mark.parametrize("name", ["Ada\nMarsh", "Ada\r\nBEGIN:VALARM", "Ada\tMarsh"])
def test_a_name_with_line_ends_in_it_begins_no_line(meeting, sam, name):
    meeting.pair.manager.name = name
    file = file_of(meeting, sam)
    assert len(read(file).events) == 1
    assert b"\nBEGIN:VALARM" not in file


def test_its_queries_do_not_grow_with_what_is_in_it(meeting, ada, sam):
    for days in range(7, 70, 7):
        meeting = records.close(meetings.find(sam, meeting.id), ada, NOW + timedelta(days=days))
    written(sam)
    with counted() as found:
        assert len(read(written(sam)).events) == Meeting.select().where(Meeting.pair == meeting.pair_id).count()
    assert len([sql for sql in found if "COUNT" not in sql]) == 1


def test_moments_are_in_utc(meeting, sam):
    event = event_of(meeting, sam)
    assert event.dtstart.tzinfo == UTC
    assert b"VTIMEZONE" not in written(sam)
    assert b"TZID" not in written(sam)
