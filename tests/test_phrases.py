"""Words for numbers, days and moments."""

from datetime import UTC, date, datetime

import pytest

import clock
import phrases
import saying

from .conftest import NOW


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (10, "10th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (102, "102nd"),
        (111, "111th"),
        (113, "113th"),
        (123, "123rd"),
    ],
)
def test_ordinals(number, words):
    assert phrases.ordinal(number) == words


def test_how_often():
    assert [phrases.times(n) for n in (1, 2, 3, 12)] == ["once", "twice", "3 times", "12 times"]


def test_counted_things():
    assert [saying.count(n, "day") for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert saying.count(2, "person", "people") == "2 people"


def test_a_day_has_its_year_when_it_is_another_one(stopped_clock):
    assert phrases.day(date(2026, 3, 3)) == "3 March"
    assert phrases.day(date(2025, 3, 3)) == "3 March 2025"
    assert phrases.day(date(2027, 12, 31), weekday=True) == "Friday 31 December 2027"


def test_which_year_it_is_depends_on_the_zone():
    with clock.at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        assert phrases.day(date(2027, 1, 1), "Pacific/Auckland") == "1 January"
        assert phrases.day(date(2027, 1, 1), "Europe/London") == "1 January 2027"


def test_a_moment_is_shown_on_the_clock_of_the_zone(stopped_clock):
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    assert phrases.day(late, "Europe/London") == "3 March"
    assert phrases.day(late, "Asia/Tokyo") == "4 March"
    assert phrases.time_of(late, "Asia/Tokyo") == "08:30"
    assert phrases.when(late, "Asia/Tokyo") == "Wednesday 4 March, 08:30"
    assert phrases.wall(late, "Asia/Tokyo") == "2026-03-04T08:30"
    assert phrases.wall(None, "Asia/Tokyo") == ""


def test_moments_and_days_of_a_record_are_read_from_text(stopped_clock):
    assert phrases.day(NOW.isoformat(), "America/New_York") == "3 March"
    assert phrases.time_of(NOW.isoformat(), "America/New_York") == "05:00"
    assert phrases.day("2026-03-03") == "3 March"
