"""Positions on an agenda: the two parts, what is put in between, and what comes first."""

import pytest

import ordering
from ordering import MANAGERS_PART


def test_however_much_the_individual_adds_it_stands_before_what_the_manager_added():
    positions = [ordering.after_the_individuals(None)]
    for _ in range(2_000):
        positions.append(ordering.after_the_individuals(positions[-1]))
    assert positions == sorted(positions)
    assert positions[-1] <= MANAGERS_PART < ordering.after_all(None)


def test_what_the_manager_adds_stands_at_the_very_end():
    assert ordering.after_all(3.0) == ordering.after_all(None)
    assert ordering.after_all(MANAGERS_PART + 7) == MANAGERS_PART + 8


@pytest.mark.parametrize("place", range(4))
def test_a_place_among_others_is_between_its_neighbours_and_moves_nobody(place):
    position, others = ordering.fit([1.0, 2.0, 3.0], place, is_managers=False)
    assert others == [1.0, 2.0, 3.0]
    assert sorted([position, *others]).index(position) == place


@pytest.mark.parametrize("is_managers", [False, True])
def test_where_it_gets_too_tight_all_are_spread_out_again_and_stay_in_their_part(is_managers):
    start = MANAGERS_PART if is_managers else 0.0
    tight = [start + 1.0, start + 1.0 + ordering.TIGHT / 2]
    position, others = ordering.fit(tight, 1, is_managers)
    assert others == [start + 1.0, start + 2.0]
    assert others[0] < position < others[1]


def test_what_a_manager_brought_leaves_the_managers_part_only_for_among_others():
    assert ordering.fit([1.0], 1, is_managers=True)[0] > MANAGERS_PART
    assert ordering.fit([1.0, 2.0], 1, is_managers=True)[0] == 1.5


@pytest.mark.parametrize("first", [None, 1.0, -3.5])
def test_what_moves_on_comes_in_order_before_what_is_there(first):
    moved = ordering.ahead_of(first, 3)
    assert moved == sorted(moved)
    assert moved[-1] < (1.0 if first is None else first)


@pytest.mark.parametrize("first", [None, MANAGERS_PART + 1, MANAGERS_PART + 0.25])
def test_what_moves_on_of_the_managers_stays_in_the_managers_part(first):
    moved = ordering.ahead_of_the_managers(first, 3)
    assert moved == sorted(set(moved))
    assert moved[0] > MANAGERS_PART
    assert first is None or moved[-1] < first
