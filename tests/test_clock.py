"""Rhythms and wall clocks: the same time of day across clock changes, no weekends, nothing in the past."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clock

from .conftest import NOW

LONDON, NEW_YORK, AUCKLAND = "Europe/London", "America/New_York", "Pacific/Auckland"


def moment(wall: str, zone: str = LONDON) -> datetime:
    """A moment from what a clock of `zone` shows."""
    return clock.from_local(datetime.fromisoformat(wall), zone)


def following(wall: str, rhythm: str, zone: str = LONDON) -> str:
    """When the next meeting is after one at `wall`, on the same clock, asked at the start of that meeting."""
    after = moment(wall, zone)
    with clock.at(after):
        found = clock.next_start(after, rhythm, zone)
    return clock.local(found, zone).strftime("%a %Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("wall", "rhythm", "expected"),
    [
        ("2026-03-03T10:00", "weekly", "Tue 2026-03-10T10:00"),
        ("2026-03-03T10:00", "two-weekly", "Tue 2026-03-17T10:00"),
        ("2026-03-03T10:00", "six-weekly", "Tue 2026-04-14T10:00"),
        ("2026-03-10T10:00", "monthly", "Tue 2026-04-14T10:00"),
        ("2026-03-10T10:00", "quarterly", "Tue 2026-06-09T10:00"),
        ("2026-11-10T10:00", "quarterly", "Tue 2027-02-09T10:00"),
        ("2026-12-08T10:00", "monthly", "Tue 2027-01-12T10:00"),
    ],
)
def test_each_rhythm_keeps_its_weekday_and_its_place_in_the_month(wall, rhythm, expected):
    assert following(wall, rhythm) == expected


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        # A fifth Tuesday becomes the last of a month that has four, and the fifth of one that has five.
        ("2026-03-31T10:00", "Tue 2026-04-28T10:00"),
        ("2026-06-30T10:00", "Tue 2026-07-28T10:00"),
        ("2026-09-29T10:00", "Tue 2026-10-27T10:00"),
        ("2027-01-29T10:00", "Fri 2027-02-26T10:00"),
    ],
)
def test_a_fifth_weekday_becomes_the_last(wall, expected):
    assert following(wall, "monthly") == expected


@pytest.mark.parametrize(
    ("wall", "zone", "rhythm", "expected", "in_utc"),
    [
        ("2026-03-24T10:00", LONDON, "weekly", "Tue 2026-03-31T10:00", "2026-03-31T09:00"),
        ("2026-10-20T10:00", LONDON, "weekly", "Tue 2026-10-27T10:00", "2026-10-27T10:00"),
        ("2026-03-03T10:00", NEW_YORK, "weekly", "Tue 2026-03-10T10:00", "2026-03-10T14:00"),
        ("2026-10-27T10:00", NEW_YORK, "weekly", "Tue 2026-11-03T10:00", "2026-11-03T15:00"),
        ("2026-03-31T09:00", AUCKLAND, "weekly", "Tue 2026-04-07T09:00", "2026-04-06T21:00"),
    ],
)
def test_the_wall_clock_stays_when_the_clocks_change(wall, zone, rhythm, expected, in_utc):
    assert following(wall, rhythm, zone) == expected
    with clock.at(moment(wall, zone)):
        found = clock.next_start(moment(wall, zone), rhythm, zone)
    assert found == datetime.fromisoformat(in_utc).replace(tzinfo=UTC)


def test_a_weekend_becomes_the_monday():
    assert following("2026-03-07T10:00", "weekly") == "Mon 2026-03-16T10:00"
    assert following("2026-03-08T10:00", "two-weekly") == "Mon 2026-03-23T10:00"


def test_missed_rhythms_are_stepped_over():
    with clock.at(moment("2026-05-20T12:00")):
        found = clock.next_start(moment("2026-03-03T10:00"), "weekly", LONDON)
    assert found == moment("2026-05-26T10:00")


def test_a_monthly_one_missed_for_long_keeps_its_place_in_the_month():
    with clock.at(moment("2026-09-09T12:00")):
        found = clock.next_start(moment("2026-01-13T10:00"), "monthly", LONDON)
    # The second Tuesday of September was the day before.
    assert found == moment("2026-10-13T10:00")


def test_a_fifth_weekday_missed_for_long_comes_back_where_there_is_one():
    with clock.at(moment("2026-06-25T12:00")):
        found = clock.next_start(moment("2026-03-31T10:00"), "monthly", LONDON)
    assert found == moment("2026-06-30T10:00")


def test_without_a_rhythm_there_is_no_proposal():
    assert clock.next_start(NOW, "none", LONDON) is None


@given(
    after=st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),
    ahead=st.timedeltas(timedelta(0), timedelta(days=800)),
    rhythm=st.sampled_from(["weekly", "two-weekly", "monthly", "six-weekly", "quarterly"]),
    zone=st.sampled_from([LONDON, NEW_YORK, AUCKLAND, "Asia/Kathmandu", "America/St_Johns"]),
)
def test_any_proposal_lies_ahead_on_a_working_day_at_the_same_time(after, ahead, rhythm, zone):
    after = after.replace(tzinfo=UTC)
    with clock.at(after + ahead):
        found = clock.next_start(after, rhythm, zone)
        again = clock.next_start(after, rhythm, zone)
    assert found == again
    assert found > after + ahead
    local, before = clock.local(found, zone), clock.local(after, zone)
    assert local.weekday() < 5
    # An hour that a clock change skips is the only reason for another time of day.
    assert local.time() == before.time() or abs(found - moment_like(before, local, zone)) <= timedelta(hours=1)


def moment_like(before: datetime, local: datetime, zone: str) -> datetime:
    """The moment on the day of `local` at the time of day of `before`."""
    return clock.from_local(datetime.combine(local.date(), before.time()), zone)


def test_an_hour_that_is_skipped_becomes_the_one_after_it():
    assert moment("2026-03-29T01:30") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert clock.local(moment("2026-03-29T01:30"), LONDON).hour == 2


def test_of_an_hour_that_comes_twice_the_first_is_meant():
    assert moment("2026-10-25T01:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_today_is_the_day_of_the_zone():
    with clock.at(datetime(2026, 3, 3, 23, 30, tzinfo=UTC)):
        assert clock.today(LONDON) == date(2026, 3, 3)
        assert clock.today(AUCKLAND) == date(2026, 3, 4)
        assert clock.today("America/Los_Angeles") == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-03T12:00", "2026-03-05T10:00"),
        ("2026-03-05T12:00", "2026-03-09T10:00"),
        ("2026-03-06T12:00", "2026-03-10T10:00"),
        ("2026-03-07T12:00", "2026-03-10T10:00"),
        ("2026-03-27T12:00", "2026-03-31T10:00"),
    ],
)
def test_a_first_meeting_is_proposed_two_working_days_ahead(now, expected):
    with clock.at(moment(now)):
        assert clock.first_start(LONDON) == moment(expected)


def test_after_the_last_hour_of_a_day_a_meeting_is_proposed_for_the_next_working_day():
    with clock.at(moment("2026-03-03T12:00")):
        starts = list(islice(clock.first_starts(LONDON), 15))
    assert starts[6:8] == [moment("2026-03-05T16:00"), moment("2026-03-06T10:00")]
    assert starts[14] == moment("2026-03-09T10:00")


def test_time_can_be_supposed_and_goes_on_afterwards():
    with clock.at(NOW):
        assert clock.now() == NOW
        with clock.at(NOW + timedelta(days=1)):
            assert clock.now() == NOW + timedelta(days=1)
        assert clock.now() == NOW
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=10)


def test_zones_are_those_of_the_database():
    assert clock.is_zone("Europe/London")
    for name in ("", "London", "../etc/passwd", "Europe/Nowhere"):
        assert not clock.is_zone(name)
