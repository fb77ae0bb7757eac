"""What the two agree to do: proposed by one, agreed by both, tracked until done or dropped."""

from datetime import timedelta

import pytest

import actions
import clock
import meetings
import records
import scheduling
from actions import Action, ActionUpdate, Agreement
from agreeing import TooLate
from meetings import ItemGone, MeetingOver
from models import PairOver

from .conftest import NOW

TODAY = NOW.date()
NEXT_WEEK = TODAY + timedelta(days=7)
LATER = NOW + timedelta(days=30)


def propose(item, by, text="Map both gaps", **more) -> Action:
    """A proposal of Sam's to do something by next week."""
    more = {"owner": item.meeting.pair.report, "due_on": NEXT_WEEK, "likelihood": 8, **more}
    return actions.propose(item, by, text=text, **more)


@pytest.fixture
def proposal(item, sam) -> Action:
    """Sam's, waiting for Ada."""
    return propose(item, sam)


@pytest.fixture
def tracked(proposal, ada) -> Action:
    """Agreed by both."""
    proposal.agree(ada)
    return proposal


def again(action, person) -> Action:
    """The action as it is in the database."""
    return actions.find(person, action.id)


# Proposing and agreeing


def test_a_proposal_waits_for_the_other_one(ada, sam, proposal):
    found = again(proposal, ada)
    assert found.is_proposed
    assert not found.is_tracked
    assert found.agreed_by(sam)
    assert not found.agreed_by(ada)


def test_the_second_yes_makes_it_tracked(ada, sam, proposal):
    again(proposal, ada).agree(ada)
    found = again(proposal, sam)
    assert found.is_tracked
    assert found.is_open
    assert found.agreed_at == NOW
    assert not found.together


def test_one_persons_yes_twice_is_no_agreement(sam, proposal):
    again(proposal, sam).agree(sam)
    again(proposal, sam).agree(sam)
    assert again(proposal, sam).is_proposed
    assert Agreement.select().count() == 1


def test_agreeing_again_later_keeps_the_first_moment(ada, sam, tracked):
    with clock.at(LATER):
        again(tracked, ada).agree(ada)
        again(tracked, sam).agree(sam, together=True)
    assert again(tracked, ada).agreed_at == NOW
    assert Agreement.select().count() == 2


def test_at_one_screen_one_notes_it_for_both(ada, sam, item):
    made = propose(item, sam, together=True)
    assert made.is_tracked
    assert again(made, ada).together


def test_a_waiting_proposal_can_be_agreed_together(ada, sam, proposal):
    again(proposal, sam).agree(sam, together=True)
    found = again(proposal, ada)
    assert found.is_tracked
    assert found.together


def test_an_item_gives_several_actions(ada, sam, item):
    propose(item, sam, "one")
    propose(item, sam, "two")
    assert sorted(found.text for found in actions.of_item(meetings.find_item(ada, item.id))) == ["one", "two"]


def test_proposing_twice_with_one_key_is_one_proposal(sam, item):
    first = propose(item, sam, key="a")
    assert propose(item, sam, key="a").id == first.id
    assert Action.select().count() == 1


def test_nothing_is_proposed_on_a_deleted_item_or_in_a_meeting_that_is_over(ada, sam, meeting, item):
    stale = meetings.find_item(sam, item.id)
    item.delete_by(ada)
    with pytest.raises(ItemGone):
        propose(stale, sam)
    item.restore(ada)
    stale.discuss(sam)
    records.close(meeting, ada, LATER)
    with pytest.raises(MeetingOver):
        propose(stale, sam)


def test_a_proposal_can_be_withdrawn_and_then_not_agreed(ada, sam, proposal):
    stale = again(proposal, ada)
    proposal.withdraw(sam)
    with pytest.raises(TooLate, match="withdrawn"):
        stale.agree(ada)
    assert not again(proposal, ada).is_tracked
    assert actions.open_ones(proposal.pair) == []


def test_the_other_one_can_say_no(ada, sam, proposal):
    again(proposal, ada).withdraw(ada)
    assert again(proposal, sam).withdrawn_by == ada


def test_withdrawing_twice_keeps_the_first(ada, sam, proposal):
    proposal.withdraw(sam)
    again(proposal, ada).withdraw(ada)
    assert again(proposal, ada).withdrawn_by == sam


def test_what_both_agreed_is_not_withdrawn(ada, sam, proposal):
    stale = again(proposal, sam)
    again(proposal, ada).agree(ada)
    with pytest.raises(TooLate, match="both agreed"):
        stale.withdraw(sam)


def test_other_terms_ask_the_other_one_anew(ada, sam, proposal):
    again(proposal, ada).rewrite(ada, text="Map one gap", owner=ada, due_on=None, likelihood=None)
    found = again(proposal, sam)
    assert found.is_proposed
    assert found.agreed_by(ada)
    assert not found.agreed_by(sam)
    found.agree(sam)
    assert again(proposal, ada).is_tracked
    assert again(proposal, ada).text == "Map one gap"


def test_the_words_of_a_tracked_action_are_settled(sam, tracked):
    with pytest.raises(TooLate, match="settled"):
        again(tracked, sam).rewrite(sam, text="Something else")
    assert again(tracked, sam).text == "Map both gaps"


def test_terms_changed_a_second_ago_are_not_agreed_by_a_stale_page(ada, sam, proposal):
    hers = again(proposal, ada)
    hers.rewrite(ada, text="Map one gap")
    assert not again(proposal, sam).is_tracked
    assert again(proposal, sam).is_proposed


# Doing


def test_ticking_and_taking_the_tick_back(ada, sam, tracked):
    again(tracked, sam).complete(sam)
    assert not again(tracked, ada).is_open
    assert again(tracked, ada).done_by == sam
    again(tracked, ada).uncomplete(ada)
    assert again(tracked, sam).is_open


def test_ticking_twice_keeps_the_first(ada, sam, tracked):
    again(tracked, sam).complete(sam)
    with clock.at(LATER):
        again(tracked, ada).complete(ada)
    assert again(tracked, ada).done_at == NOW


def test_a_proposal_cannot_be_ticked_updated_redated_put_off_or_dropped(sam, proposal):
    for change in (
        lambda: proposal.complete(sam),
        lambda: proposal.uncomplete(sam),
        lambda: proposal.update_with(sam, "Half done"),
        lambda: proposal.redate(sam, NEXT_WEEK),
        lambda: proposal.put_off(sam, NEXT_WEEK),
        lambda: proposal.drop(sam, "No need"),
    ):
        with pytest.raises(TooLate):
            change()


def test_updates_stand_in_the_order_they_were_written(ada, sam, tracked):
    for minutes, person, text in ((1, sam, "Begun"), (2, ada, "Good"), (3, sam, "Half done")):
        with clock.at(NOW + timedelta(minutes=minutes)):
            again(tracked, person).update_with(person, text)
    assert [(update.author.first_name, update.text) for update in again(tracked, ada).updates] == [
        ("Sam", "Begun"),
        ("Ada", "Good"),
        ("Sam", "Half done"),
    ]


def test_one_update_sent_twice_stands_once(sam, tracked):
    for _ in range(2):
        again(tracked, sam).update_with(sam, "Begun", key="a")
    assert ActionUpdate.select().count() == 1


def test_another_day_is_noted_with_the_one_before(sam, tracked):
    later = NEXT_WEEK + timedelta(days=7)
    again(tracked, sam).redate(sam, later)
    again(tracked, sam).redate(sam, later)
    (update,) = again(tracked, sam).updates
    assert (update.due_before, update.due_after) == (NEXT_WEEK, later)
    assert again(tracked, sam).due_on == later


def test_an_action_is_late_from_the_day_after_it_was_due(sam, tracked):
    found = again(tracked, sam)
    assert found.days_late(NEXT_WEEK) == 0
    assert found.days_late(NEXT_WEEK + timedelta(days=8)) == 8
    found.complete(sam)
    assert found.days_late(NEXT_WEEK + timedelta(days=8)) == 0


def test_what_is_put_off_rests_until_that_day(sam, tracked):
    again(tracked, sam).put_off(sam, NEXT_WEEK)
    found = again(tracked, sam)
    assert found.is_put_off(TODAY)
    assert found.is_put_off(NEXT_WEEK - timedelta(days=1))
    assert not found.is_put_off(NEXT_WEEK)
    found.put_off(sam, None)
    assert not again(tracked, sam).is_put_off(TODAY)


def test_putting_off_twice_is_told_once(sam, tracked):
    for _ in range(2):
        again(tracked, sam).put_off(sam, NEXT_WEEK)
    assert ActionUpdate.select().count() == 1


def test_dropping_needs_a_reason_on_view_and_can_be_undone(ada, sam, tracked):
    again(tracked, sam).drop(sam, "No longer needed")
    found = again(tracked, ada)
    assert found.is_over
    assert (found.drop_reason, found.dropped_by) == ("No longer needed", sam)
    with pytest.raises(TooLate, match="dropped"):
        found.complete(ada)
    again(tracked, ada).take_up(ada)
    assert again(tracked, sam).is_open
    assert again(tracked, sam).drop_reason == ""


def test_dropping_twice_keeps_the_first_reason(ada, sam, tracked):
    again(tracked, sam).drop(sam, "First")
    again(tracked, ada).drop(ada, "Second")
    assert again(tracked, ada).drop_reason == "First"


def test_nothing_changes_when_the_two_no_longer_meet(ada, sam, pair, tracked):
    stale = again(tracked, sam)
    pair.end(ada)
    for change in (
        lambda: stale.complete(sam),
        lambda: stale.update_with(sam, "x"),
        lambda: stale.drop(sam, "x"),
        lambda: stale.take_up(sam),
    ):
        with pytest.raises(PairOver):
            change()


# Finding


def test_actions_of_one_pair_are_found_by_the_two_alone(ada, sam, lee, robin, tracked):
    assert again(tracked, ada).text == again(tracked, sam).text == "Map both gaps"
    assert again(tracked, lee) is None
    assert again(tracked, robin) is None


def test_the_pairs_actions_come_by_due_date_and_without_a_date_last(sam, item):
    for text, due_on in (("none", None), ("second", NEXT_WEEK), ("first", TODAY)):
        propose(item, sam, text, due_on=due_on)
    assert [found.text for found in actions.open_ones(item.meeting.pair)] == ["first", "second", "none"]


def from_last_time(person, meeting, today=TODAY) -> list[str]:
    """What a meeting's page starts with."""
    found = meetings.find(person, meeting.id)
    return [action.text for action in actions.from_last_time(found, scheduling.last_meeting(found.pair), today)]


def test_the_next_agenda_starts_with_what_is_open(ada, sam, meeting, item, tracked):
    assert from_last_time(ada, meeting) == []
    with clock.at(NOW + timedelta(hours=1)):
        upcoming = records.close(meeting, ada, LATER)
    assert from_last_time(ada, upcoming) == ["Map both gaps"]
    with clock.at(NOW + timedelta(hours=2)):
        again(tracked, sam).complete(sam)
    assert from_last_time(ada, upcoming) == ["Map both gaps"]


def test_what_was_done_before_the_last_closing_is_not_shown_again(ada, sam, meeting, item, tracked):
    again(tracked, sam).complete(sam)
    with clock.at(NOW + timedelta(hours=1)):
        upcoming = records.close(meeting, ada, LATER)
    assert from_last_time(ada, upcoming) == []


def test_what_rests_or_was_dropped_is_on_no_agenda(ada, sam, meeting, item, tracked):
    dropped = propose(item, sam, "dropped", together=True)
    upcoming = records.close(meeting, ada, LATER)
    again(tracked, sam).put_off(sam, NEXT_WEEK)
    dropped.drop(sam, "x")
    assert from_last_time(ada, upcoming) == []
    assert from_last_time(ada, upcoming, NEXT_WEEK) == ["Map both gaps"]


def test_a_proposal_that_nobody_answered_is_on_the_next_agenda(ada, sam, meeting, proposal):
    upcoming = records.close(meeting, ada, LATER)
    assert from_last_time(ada, upcoming) == ["Map both gaps"]


def test_carrying_is_counted_by_the_meetings_closed_since(ada, sam, meeting, tracked):
    assert again(tracked, ada).carries == 0
    with clock.at(NOW + timedelta(hours=1)):
        second = records.close(meeting, ada, LATER)
    with clock.at(LATER):
        records.close(second, ada, LATER + timedelta(days=30))
        assert again(tracked, ada).carries == 2
        assert [found.carries for found in actions.open_ones(tracked.pair)] == [2]


def test_carrying_is_counted_until_it_is_done(ada, sam, meeting, tracked):
    with clock.at(NOW + timedelta(hours=1)):
        second = records.close(meeting, ada, LATER)
    with clock.at(NOW + timedelta(hours=2)):
        again(tracked, sam).complete(sam)
    with clock.at(LATER):
        records.close(second, ada, LATER + timedelta(days=30))
    assert [found.carries for found in actions.over_ones(tracked.pair)] == [1]


def test_what_is_done_or_dropped_stands_the_latest_first(ada, sam, item):
    made = [propose(item, sam, text, together=True) for text in ("open", "done", "dropped")]
    with clock.at(NOW + timedelta(hours=1)):
        made[1].complete(sam)
    with clock.at(NOW + timedelta(hours=2)):
        made[2].drop(sam, "x")
    assert [found.text for found in actions.over_ones(item.meeting.pair)] == ["dropped", "done"]
    assert [found.text for found in actions.open_ones(item.meeting.pair)] == ["open"]


def test_an_action_stays_when_its_item_is_deleted(ada, sam, meeting, item, tracked):
    item.delete_by(sam)
    assert [found.text for found in actions.open_ones(tracked.pair)] == ["Map both gaps"]


def test_an_action_made_from_an_item_stays_with_its_meeting_when_the_item_moves_on(ada, sam, meeting, item, tracked):
    upcoming = records.close(meeting, ada, LATER)
    moved = meetings.find_item(ada, item.id)
    assert moved.meeting_id == upcoming.id
    assert actions.of_item(moved) == []
    assert from_last_time(ada, upcoming) == ["Map both gaps"]


# How likely it is


def unlikely(item, sam, likelihood: int | None = 6):
    """An action of Sam's, tracked, that is so likely."""
    return actions.propose(
        item, sam, text="Write the plan", owner=sam, due_on=NOW.date(), likelihood=likelihood, together=True
    )


@pytest.mark.parametrize(("likelihood", "asks"), [(None, False), (1, True), (7, True), (8, False), (10, False)])
def test_seven_or_less_asks_what_would_help(item, sam, likelihood, asks):
    assert unlikely(item, sam, likelihood).asks_for_more == asks


def test_what_would_help_is_kept_with_the_action(item, sam, ada):
    action = unlikely(item, sam)
    action.say_what_helps(sam, "Figures by Friday", "")
    assert actions.find(ada, action.id).likelier == "Figures by Friday"


def test_what_both_say_of_it_at_once_is_merged_and_a_clash_is_given_back(item, sam, ada):
    action = unlikely(item, sam)
    action.say_what_helps(sam, "Figures\nTime", "")
    action.say_what_helps(ada, "Figures from finance\nTime", "Figures\nTime")
    assert not action.say_what_helps(sam, "Figures\nTime and calm", "Figures\nTime").clash
    assert action.likelier == "Figures from finance\nTime and calm"
    clash = action.say_what_helps(sam, "Nothing at all", "Figures\nTime")
    assert clash.clash
    assert actions.find(ada, action.id).likelier == "Figures from finance\nTime and calm"


def test_a_dropped_action_asks_no_more(item, sam):
    action = unlikely(item, sam)
    action.drop(sam, "No longer needed")
    with pytest.raises(TooLate):
        action.say_what_helps(sam, "Too late", "")


@pytest.mark.parametrize(("days", "behind"), [(-1, 0), (0, 0), (3, 3)])
def test_how_late_it_was_done_is_told_afterwards(item, sam, days, behind):
    action = unlikely(item, sam)
    with clock.at(NOW + timedelta(days=days)):
        action.complete(sam)
    assert action.days_behind(sam.time_zone) == behind


def test_how_the_likely_and_the_unlikely_turned_out(item, sam):
    for likelihood, done in ((9, True), (8, False), (7, False), (None, True)):
        action = unlikely(item, sam, likelihood)
        action.complete(sam) if done else action.drop(sam, "Not now")
    assert actions.turned_out(actions.over_ones(item.meeting.pair)) == {True: (1, 2), False: (0, 1)}
    assert actions.turned_out([]) == {}
