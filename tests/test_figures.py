"""Figures: how many met within their rhythm, and that no figure tells of a few."""

from datetime import datetime, timedelta
from itertools import chain, combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import clock
import demo_crowd
import figures
from figures import HIDDEN, Standing
from meetings import Meeting
from models import Pair, Person

from .conftest import NOW, ZONE

DAY = timedelta(days=1)


@pytest.fixture
def crowd(here):
    """A function: so many people of a department who have met a manager in every month until so many days ago."""

    def made(department: str, number: int, managers: int = 2, until: int = 5) -> list[Pair]:
        leads = [_person(f"Lead {department} {n}") for n in range(managers)]
        reports = [_person(f"Report {department} {n}", department) for n in range(number)]
        pairs = [_pair(leads[n % managers], report) for n, report in enumerate(reports)]
        for pair in pairs:
            for days in range(until, 480, 30):
                _met(pair, NOW - days * DAY)
        return pairs

    return made


def _person(name: str, department: str = "") -> Person:
    subject = name.lower().replace(" ", "-")
    return Person.create(issuer="demo", subject=subject, name=name, time_zone=ZONE, department=department)


def _pair(manager: Person, report: Person) -> Pair:
    began = NOW - 500 * DAY
    people = {"manager": manager, "report": report, "invited_by": manager}
    return Pair.create(time_zone=ZONE, invited_at=began, accepted_at=began, **people)


def _met(pair: Pair, at: datetime) -> None:
    facts = {"template": "regular", "minutes": 30, "created_by": pair.manager_id, "closed_by": pair.manager_id}
    Meeting.create(pair=pair, starts_at=at, closed_at=at, **facts)


def shares(group) -> list[tuple]:
    return [tuple(share) for share in group.shares]


def test_twelve_months_are_shown_and_none_that_is_not_over(crowd):
    crowd("Sales", 5)
    found = figures.figures(ZONE, "monthly")
    assert [f"{clock.local(month.begins, ZONE):%Y-%m}" for month in found.months] == [
        *(f"2025-{month:02}" for month in range(3, 13)),
        *("2026-01", "2026-02"),
    ]
    assert shares(found.everybody) == [(5, 5)] * 12


def test_whoever_stopped_meeting_is_counted_as_not_having_met_from_then_on(crowd):
    crowd("Sales", 5)
    crowd("Design", 2, until=100)
    last = figures.figures(ZONE, "monthly").everybody.shares
    assert [tuple(share) for share in last[-4:]] == [(7, 7), (7, 7), (7, 5), (7, 5)]
    assert last[-1].percent == 71


def test_the_pairs_of_whoever_reads_them_are_left_out(crowd):
    own = crowd("Sales", 5)[0]
    crowd("Design", 5)
    found = figures.figures(ZONE, "monthly", reader=own.manager_id)
    mine = sum(pair.manager_id == own.manager_id for pair in Pair.select())
    assert found.everybody.shares[-1].pairs == 10 - mine


def test_departments_with_enough_people_are_shown_apart(crowd):
    crowd("Sales", 5)
    crowd("Design", 6)
    found = figures.figures(ZONE, "monthly")
    assert [group.name for group in found.groups] == ["Design", "Sales"]
    assert shares(found.groups[0]) == [(6, 6)] * 12


def test_small_departments_are_put_together(crowd):
    crowd("Sales", 5)
    crowd("Design", 3)
    crowd("Legal", 3)
    found = figures.figures(ZONE, "monthly")
    assert [(group.name, group.shares[0].pairs) for group in found.groups] == [("Sales", 5), (None, 6)]


def test_one_that_is_too_small_takes_another_with_it(crowd):
    crowd("Sales", 5)
    crowd("Design", 6)
    crowd("Legal", 1, managers=1)
    found = figures.figures(ZONE, "monthly")
    assert [(group.name, group.shares[0].pairs) for group in found.groups] == [("Design", 6), (None, 6)]


def test_the_team_of_a_single_manager_is_not_told_apart(crowd):
    crowd("Sales", 8, managers=1)
    crowd("Design", 6)
    assert figures.figures(ZONE, "monthly").groups == []


def test_a_department_is_hidden_in_the_months_alone_in_which_it_was_small(crowd):
    crowd("Sales", 9)
    crowd("Legal", 5)
    first, *_ = crowd("Design", 5)
    first.change(accepted_at=NOW - 100 * DAY)
    found = {group.name: group.shares for group in figures.figures(ZONE, "monthly").groups}
    assert (found["Design"][0], found["Design"][-1].pairs) == (HIDDEN, 5)
    # It took the smallest other one with it.
    assert (found["Legal"][0], found[None][0].pairs, found[None][-1].pairs) == (HIDDEN, 9, 0)
    assert {share.pairs for share in found["Sales"]} == {9}


def test_too_few_people_have_no_figures_at_all(crowd):
    crowd("Sales", 4)
    assert set(figures.figures(ZONE, "monthly").everybody.shares) == {HIDDEN}


def test_a_pair_counts_in_the_months_that_it_was_there_for_from_beginning_to_end(crowd):
    first, *_ = crowd("Sales", 6)
    first.change(ended_at=NOW - 45 * DAY)
    assert [share.pairs for share in figures.figures(ZONE, "monthly").everybody.shares][-3:] == [6, 5, 5]


@pytest.mark.parametrize("facts", [{"erased_at": NOW}, {"accepted_at": None}, {"covers_until": NOW, "covers": "one"}])
def test_what_is_erased_not_accepted_or_standing_in_counts_nowhere(crowd, facts):
    first, *_, last = crowd("Sales", 6)
    first.change(**{**facts, **({"covers": last} if "covers" in facts else {})})
    assert figures.figures(ZONE, "monthly").everybody.shares[0].pairs == 5


def test_whoever_has_no_rhythm_and_need_not_have_one_does_not_count(crowd):
    for pair in crowd("Sales", 6)[:1]:
        pair.change(rhythm="none")
    assert figures.figures(ZONE, "monthly").everybody.shares[0].pairs == 6
    assert figures.figures(ZONE, "none").everybody.shares[0].pairs == 5


def test_months_whose_meetings_were_deleted_by_age_are_left_out(crowd):
    crowd("Sales", 5)
    found = figures.figures(ZONE, "monthly", retention_months=12)
    assert 0 < len(found.months) < 12
    assert shares(found.everybody) == [(5, 5)] * len(found.months)


def test_who_should_have_met_again_is_known_by_name(crowd):
    crowd("Sales", 5)
    away, _ = crowd("Design", 2, until=100)
    never = _pair(away.manager, _person("Newly Here", "Legal"))
    found = figures.overdue("monthly")
    assert [one.pair.report.name for one in found] == ["Newly Here", "Report Design 0", "Report Design 1"]
    assert found[0].pair.id == never.id
    assert (found[0].last, found[1].last) == (None, NOW - 100 * DAY)


def test_the_demos_crowd_has_met_as_its_departments_say_and_the_small_ones_are_together(here):
    demo_crowd.add(ZONE)
    found = {group.name: shares(group) for group in figures.figures(ZONE, "monthly").groups}
    large = [department for department in demo_crowd.DEPARTMENTS if department.individuals > 4]
    assert found.keys() == {*(department.name for department in large), None}
    for name, _, number, (_, *away) in large:
        assert found[name] == [(number, number - missing) for missing in away]


# Nobody can be made out

# A pair's department and manager in some month; its number is its individual.
PAIRS = st.lists(st.tuples(st.sampled_from(("", "Art", "Bees", "Cooks", "Dance")), st.sampled_from("abc")), max_size=45)


def _many(department: str, number: int, managers: str = "ab") -> list[tuple]:
    return [(department, managers[n % len(managers)]) for n in range(number)]


@given(PAIRS)
@example([*_many("Art", 6), *_many("Bees", 1), *_many("Cooks", 7)])
@example([*_many("Art", 6), *_many("Bees", 3)])
@example([*_many("Art", 6), *_many("Bees", 9, "a")])
@example([*_many("Art", 6, "a"), *_many("Bees", 9, "a")])
def test_whatever_is_added_up_or_taken_away_tells_of_no_few(pairs):
    departments: dict = {}
    for number, (department, manager) in enumerate(pairs):
        departments.setdefault(department, []).append(Standing(manager, str(number), True))
    shown, rest = figures.apart(departments)
    told = [*shown.values(), *([rest] if rest else [])]
    assert {one for group in told for one in group} == set(figures.together(departments, departments))
    # What is told are these groups, everybody, and whatever can be reckoned from them; a single one is everybody.
    for some in chain.from_iterable(combinations(told, number) for number in range(1, len(told) + 1)):
        assert len(told) == 1 or figures.are_many([one for group in some for one in group])
