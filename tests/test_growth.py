"""Objectives: agreed by both like actions are, changed by both, and seen by each in their own way."""

from datetime import timedelta

import pytest

import clock
import growth
import meetings
import records
from agreeing import TooLate
from growth import Objective, Progress
from meetings import MeetingOver
from models import PairOver

from .conftest import NOW


@pytest.fixture
def aim(pair, sam) -> Objective:
    """An objective that Sam proposes."""
    return growth.set_objective(pair, sam, "Chair the review", NOW.date(), measures="Three in a row")


@pytest.fixture
def agreed(aim, ada) -> Objective:
    """The same, agreed by both."""
    aim.agree(ada)
    return aim


def fresh(objective: Objective, person) -> Objective:
    return growth.find(person, objective.id)


def test_an_objective_counts_from_the_second_yes_on(aim, ada, sam):
    assert aim.is_proposed
    assert aim.agreed_by(sam)
    assert not aim.agreed_by(ada)
    aim.agree(sam)
    assert aim.is_proposed
    aim.agree(ada)
    assert aim.is_tracked
    assert not aim.together


def test_one_of_the_two_can_note_at_one_screen_that_both_agreed(pair, sam):
    aim = growth.set_objective(pair, sam, "Chair the review", together=True)
    assert aim.is_tracked
    assert aim.together


def test_setting_it_again_with_the_same_key_sets_nothing(pair, sam):
    for _ in range(2):
        growth.set_objective(pair, sam, "Chair the review", key="k")
    assert Objective.select().count() == 1


def test_nobody_agrees_to_other_words_than_they_have_read(aim, ada, sam):
    read = aim.terms
    fresh(aim, sam).rewrite(sam, measures="Five in a row")
    with pytest.raises(TooLate, match="changed"):
        aim.agree(ada, terms=read)
    assert fresh(aim, ada).is_proposed


@pytest.mark.parametrize("change", [{"text": "x"}, {"measures": "x"}, {"competencies": "x"}, {"due_on": None}])
def test_what_was_agreed_stands_until_both_agree_to_a_change_of_it(agreed, ada, sam, change):
    before = agreed.said
    agreed.rewrite(sam, **change)
    found = fresh(agreed, ada)
    assert found.is_tracked
    assert found.said == before
    assert found.pending.agreed_by(sam)
    assert not found.pending.agreed_by(ada)
    for _ in range(2):
        fresh(found.pending, ada).agree(ada)
    (name,) = change
    changed = fresh(agreed, sam)
    assert getattr(changed, name) == change[name]
    assert changed.pending is None
    assert [one.id for one in growth.objectives_of(agreed.pair)] == [agreed.id]


def test_an_earlier_change_that_is_agreed_to_once_more_changes_nothing(agreed, ada, sam):
    changes = []
    for text in ("Chair two reviews", "Chair three reviews"):
        fresh(agreed, sam).rewrite(sam, text=text)
        changes.append(fresh(agreed, ada).pending)
        changes[-1].agree(ada)
    changes[0].agree(ada)
    assert fresh(agreed, sam).text == "Chair three reviews"


def test_saying_no_to_a_change_leaves_what_was_agreed_and_all_that_was_said_of_it(agreed, ada, sam):
    agreed.note_progress(sam, "good", "Chaired one")
    for no in (ada, sam):
        agreed.rewrite(ada, text="Chair none")
        fresh(fresh(agreed, no).pending, no).withdraw(no)
        (found,) = growth.objectives_of(agreed.pair)
        assert (found.text, found.pending, len(found.progress)) == ("Chair the review", None, 1)
    with pytest.raises(TooLate, match="both agreed this already"):
        agreed.withdraw(ada)


def test_what_is_to_be_changed_takes_progress_and_is_achieved_all_the_same(agreed, ada, sam):
    agreed.rewrite(ada, text="Chair two reviews")
    agreed.note_progress(sam, "good", "Chaired one")
    agreed.achieve(sam)
    with pytest.raises(TooLate, match="settled"):
        fresh(fresh(agreed, sam).pending, sam).agree(sam)
    assert fresh(agreed, sam).text == "Chair the review"


def test_there_is_one_change_at_a_time_and_it_can_be_put_in_other_words(agreed, ada, sam):
    agreed.rewrite(ada, text="Chair two reviews")
    with pytest.raises(TooLate, match="proposed already"):
        fresh(agreed, sam).rewrite(sam, text="Chair none")
    change = fresh(fresh(agreed, sam).pending, sam)
    change.rewrite(sam, text="Chair three reviews")
    fresh(change, ada).agree(ada)
    assert fresh(agreed, ada).text == "Chair three reviews"


def test_a_change_that_started_from_older_words_is_refused(agreed, ada, sam):
    before = agreed.terms
    fresh(agreed, ada).rewrite(ada, text="Chair two reviews")
    change = fresh(fresh(agreed, ada).pending, ada)
    change.agree(sam)
    with pytest.raises(TooLate, match="changed"):
        agreed.rewrite(sam, before=before, text="Chair none")
    assert fresh(agreed, sam).text == "Chair two reviews"


def test_only_what_both_agreed_can_be_achieved_or_dropped_and_only_a_proposal_withdrawn(aim, ada, sam):
    for verb in (lambda: aim.achieve(sam), lambda: aim.drop(sam, "No")):
        with pytest.raises(TooLate):
            verb()
    aim.agree(ada)
    with pytest.raises(TooLate):
        aim.withdraw(sam)


def test_dropping_keeps_the_reason_and_taking_it_up_forgets_it(agreed, ada, sam):
    agreed.drop(sam, "The review is no more")
    agreed.drop(ada, "Another reason")
    assert fresh(agreed, sam).drop_reason == "The review is no more"
    for verb in (
        lambda: agreed.achieve(sam),
        lambda: agreed.note_progress(sam, "good", ""),
        lambda: agreed.rewrite(sam),
    ):
        with pytest.raises(TooLate, match="dropped"):
            verb()
    agreed.take_up(ada)
    assert fresh(agreed, sam).is_tracked
    assert fresh(agreed, sam).drop_reason == ""


def test_the_words_of_what_is_achieved_are_settled(agreed, sam):
    agreed.achieve(sam)
    with pytest.raises(TooLate, match="settled"):
        agreed.rewrite(sam, text="Something easier")


def test_each_of_the_two_has_a_view_of_their_own(agreed, ada, sam):
    for day, (person, outlook, text) in enumerate(
        [(sam, "good", "Chaired one"), (ada, "mixed", ""), (sam, "", "Chaired another")]
    ):
        with clock.at(NOW + timedelta(days=day)):
            agreed.note_progress(person, outlook, text)
    (found,) = growth.objectives_of(agreed.pair)
    assert [entry.text for entry in found.progress_by(sam)] == ["Chaired another", "Chaired one"]
    assert found.outlook_of(sam) == "good"
    assert found.outlook_of(ada) == "mixed"


def test_progress_sent_twice_is_one(agreed, sam):
    for _ in range(2):
        agreed.note_progress(sam, "good", "Chaired one", key="k")
    assert Progress.select().count() == 1


def test_progress_noted_in_a_meeting_is_found_there(agreed, meeting, ada, sam):
    agreed.note_progress(ada, "good", "In the meeting", meeting)
    agreed.note_progress(sam, "good", "Between meetings")
    assert [entry.text for entry in growth.noted_in(meeting)[agreed.id]] == ["In the meeting"]


def test_nothing_is_noted_in_a_meeting_that_closed_a_second_ago(agreed, meeting, ada, sam):
    records.close(meetings.find(sam, meeting.id), ada, None)
    with pytest.raises(MeetingOver):
        agreed.note_progress(sam, "good", "Too late", meeting)
    assert not Progress.select().exists()


def test_withdrawn_ones_are_on_no_list_and_open_ones_come_first(pair, ada, sam, agreed):
    later = growth.set_objective(pair, ada, "Later", NOW.date() + timedelta(days=9), together=True)
    growth.set_objective(pair, ada, "Withdrawn").withdraw(sam)
    agreed.achieve(sam)
    assert [one.text for one in growth.objectives_of(pair)] == ["Later", "Chair the review"]
    assert [one.id for one in growth.open_ones(pair)] == [later.id]


def test_nothing_changes_any_more_when_the_two_no_longer_meet(agreed, ada, sam):
    agreed.pair.end(ada)
    for verb in (
        lambda: agreed.achieve(sam),
        lambda: agreed.rewrite(sam, text="x"),
        lambda: agreed.note_progress(sam, "good", ""),
    ):
        with pytest.raises(PairOver):
            verb()


def test_a_stranger_finds_nothing(agreed, lee):
    assert growth.find(lee, agreed.id) is None
