"""Counts for rate limits: they add up, expire, and do not grow for ever."""

import pytest
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter

import counting
from counting import Counts


@pytest.fixture
def passing_time(monkeypatch) -> list[float]:
    """The present moment, to be moved by the test."""
    now = [1_000_000.0]
    for name in ("monotonic", "time"):
        monkeypatch.setattr(counting.time, name, lambda: now[0])
    return now


def test_so_many_and_no_more(passing_time):
    limiter, three = FixedWindowRateLimiter(Counts()), RateLimitItemPerMinute(3)
    assert [limiter.hit(three, "ada") for _ in range(5)] == [True] * 3 + [False] * 2
    assert limiter.hit(three, "sam")


def test_limits_of_different_size_are_counted_apart(passing_time):
    limiter = FixedWindowRateLimiter(Counts())
    assert limiter.hit(RateLimitItemPerMinute(1), "ada")
    assert limiter.hit(RateLimitItemPerSecond(1), "ada")


def test_a_count_begins_anew_when_its_time_is_over(passing_time):
    counts = Counts()
    assert [counts.incr("ada", 60), counts.incr("ada", 60)] == [1, 2]
    assert (counts.get("ada"), counts.get_expiry("ada")) == (2, passing_time[0] + 60)
    passing_time[0] += 60
    assert counts.get("ada") == 0
    assert counts.incr("ada", 60) == 1


def test_what_has_expired_is_swept_away_in_the_end(passing_time, monkeypatch):
    monkeypatch.setattr(counting, "MOST_COUNTS", 10)
    counts = Counts()
    for number in range(11):
        counts.incr(str(number), 60)
    passing_time[0] += 61
    counts.incr("ada", 60)
    assert counts.reset() == 1


def test_one_count_can_be_forgotten():
    counts = Counts()
    counts.incr("ada", 60)
    counts.clear("ada")
    assert (counts.get("ada"), counts.check()) == (0, True)
