"""Counts for rate limits: they add up, expire, and do not grow for ever."""

import pytest

import counting
from counting import Counts, PerMinute

THREE = PerMinute(3)


@pytest.fixture
def passing_time(monkeypatch) -> list[float]:
    """The present moment, to be moved by the test."""
    now = [1_000_000.0]
    monkeypatch.setattr(counting.time, "monotonic", lambda: now[0])
    return now


def test_so_many_and_no_more(passing_time):
    counts = Counts()
    assert [counts.hit(THREE, "ada") for _ in range(5)] == [True] * 3 + [False] * 2
    assert counts.hit(THREE, "sam")


def test_two_limits_are_counted_apart(passing_time):
    counts, same = Counts(), (PerMinute(1), PerMinute(1))
    assert [counts.hit(limit, "ada") for limit in same] == [True, True]


def test_a_count_begins_anew_when_its_minute_is_over(passing_time):
    counts = Counts()
    assert [counts.hit(THREE, "ada") for _ in range(4)][-1] is False
    passing_time[0] += 59
    assert not counts.hit(THREE, "ada")
    passing_time[0] += 1
    assert counts.hit(THREE, "ada")


def test_what_has_expired_is_swept_away_in_the_end(passing_time, monkeypatch):
    monkeypatch.setattr(counting, "MOST_COUNTS", 10)
    counts = Counts()
    for number in range(11):
        counts.hit(THREE, str(number))
    passing_time[0] += 61
    counts.hit(THREE, "ada")
    assert len(counts) == 1
