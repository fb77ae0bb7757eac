"""Rhythm: when two people went without meeting for too long, and their past year as it is drawn."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clock
import records
import rhythm
import scheduling
from rhythm import PastYear, slips

from .conftest import NOW, ZONE

DAY = timedelta(days=1)


def days_before(*days: int) -> list[datetime]:
    """Moments so many days before now."""
    return [NOW - number * DAY for number in days]


@pytest.mark.parametrize(
    ("met", "slipped"),
    [
        ((60, 30, 2), []),
        ((90, 50, 20), []),
        ((120, 60, 30, 2), [(120, 60)]),
        ((120, 60), [(120, 60), (60, 0)]),
    ],
)
def test_a_monthly_rhythm_slips_where_the_two_did_not_meet_for_a_month_and_a_week(met, slipped):
    found = slips(days_before(*met), "monthly", ZONE, NOW)
    assert [slip.ends for slip in found] == days_before(*(ends for _, ends in slipped))
    for slip, (begins, _) in zip(found, slipped, strict=True):
        assert 35 * DAY <= slip.begins - days_before(begins)[0] <= 43 * DAY


@given(st.sampled_from([*clock.RHYTHMS]), st.integers(0, 800), st.integers(0, 23))
def test_no_meeting_is_due_sooner_than_the_soonest(rhythm, days, hours):
    moment = NOW + timedelta(days=days, hours=hours)
    due = clock.due_after(moment, rhythm, ZONE)
    assert due is None or due - moment >= clock.soonest(rhythm) - timedelta(hours=1)


def test_without_a_rhythm_nothing_slips():
    assert slips(days_before(900), "none", ZONE, NOW) == []


def test_what_is_after_the_moment_does_not_count():
    assert [slip.ends for slip in slips(days_before(100, 10), "weekly", ZONE, NOW - 50 * DAY)] == days_before(50)


@pytest.fixture
def year(pair, ada, sam):
    """A function: the past year of Ada and Sam after they met so many days ago."""

    def made(*days: int) -> PastYear:
        pair.change(accepted_at=NOW - 400 * DAY)
        for number in days:
            meeting = scheduling.next_meeting(pair)
            meeting.change(starts_at=NOW - number * DAY)
            with clock.at(NOW - number * DAY):
                records.close(meeting, ada, NOW + DAY)
        return rhythm.past_years(sam, [pair], "monthly")[pair.id]

    return made


def test_the_year_has_the_meetings_of_twelve_months_and_when_it_slipped(year):
    found = year(380, 350, 200, 170, 140, 110, 80, 50, 20)
    assert len(found.meetings) == 8
    assert [slip.ends for slip in found.slips] == days_before(200)
    assert not found.is_slipping


def test_it_says_when_the_two_should_have_met_again(year):
    found = year(90)
    assert found.is_slipping
    assert found.slips[-1].ends == NOW


def test_short_meetings_in_between_are_drawn_and_do_not_keep_the_rhythm(year, pair):
    year(90, 5)
    scheduling.last_meeting(pair).change(is_between=True)
    found = rhythm.past_years(pair.report, [pair], "monthly")[pair.id]
    assert len(found.meetings) == 2
    assert found.is_slipping


def test_two_who_have_just_begun_have_not_slipped(pair, sam):
    found = rhythm.past_years(sam, [pair], "monthly")[pair.id]
    assert (found.meetings, found.slips) == ([], [])


def test_the_organisations_rhythm_counts_for_those_who_have_none(pair, sam):
    pair.change(rhythm="none", accepted_at=NOW - 100 * DAY)
    assert rhythm.past_years(sam, [pair], "monthly")[pair.id].is_slipping
    assert not rhythm.past_years(sam, [pair], "none")[pair.id].has_rhythm


def test_months_and_moments_have_their_place_in_the_picture(year):
    found = year()
    assert found.at(NOW, 300) == 300
    assert found.at(NOW - 500 * DAY, 300) == 0
    months = found.months(300)
    assert len(months) == 12
    assert months == sorted(months)
    assert found.at(datetime(2026, 3, 1, tzinfo=UTC), 300) == months[-1]
