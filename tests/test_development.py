"""The development plan: goals with what is done for each, safe to repeat, merged, and balanced as a guide has it."""

from datetime import date, timedelta

import pytest

import actions
import clock
import development
import history
from development import Activity, DevelopmentGoal, PlanChanged, balance, goals_of
from meetings import ItemGone
from models import PairOver, Refused

from .conftest import NOW


@pytest.fixture
def goal(pair, sam) -> DevelopmentGoal:
    """What Sam wants to be able to do."""
    return development.set_goal(pair, sam, "Chair a meeting")


@pytest.fixture
def activity(goal, sam) -> Activity:
    """What Sam does for it."""
    return goal.add_activity(sam, "Watch Jo chair one", "others", date(2026, 4, 1))


@pytest.fixture
def action(item, sam):
    """Agreed by both."""
    return actions.propose(
        item, sam, text="Present the pilot", owner=sam, due_on=date(2026, 4, 2), likelihood=None, together=True
    )


def fresh(row):
    """The row as it is in the database."""
    return type(row).get_by_id(row.id)


def test_a_goal_and_an_activity_are_made_once_however_often_they_are_sent(pair, sam):
    for _ in range(2):
        goal = development.set_goal(pair, sam, "Chair a meeting", key="k")
        goal.add_activity(sam, "Watch Jo", "others", key="k")
    assert (DevelopmentGoal.select().count(), Activity.select().count()) == (1, 1)


def test_open_goals_come_first_by_due_date_then_the_met_and_the_dropped(pair, sam):
    later, sooner, met, dropped, undated = (
        development.set_goal(pair, sam, text, due_on)
        for text, due_on in (
            ("Later", date(2026, 9, 1)),
            ("Sooner", date(2026, 5, 1)),
            ("Met", date(2026, 4, 1)),
            ("Dropped", date(2026, 4, 1)),
            ("Undated", None),
        )
    )
    met.meet(sam)
    dropped.drop(sam)
    assert [goal.id for goal in goals_of(pair)] == [each.id for each in (sooner, later, undated, met, dropped)]


@pytest.mark.parametrize(("verb", "fact"), [("meet", "met"), ("drop", "dropped")])
def test_a_goal_is_met_or_dropped_once_and_back_again(goal, sam, ada, verb, fact):
    getattr(goal, verb)(sam)
    with clock.at(NOW + timedelta(hours=1)):
        getattr(goal, verb)(ada)
    found = fresh(goal)
    assert (getattr(found, f"{fact}_at"), getattr(found, f"{fact}_by")) == (NOW, sam)
    getattr(goal, verb)(ada, undo=True)
    assert getattr(fresh(goal), f"{fact}_at") is None


def test_words_of_both_are_merged_and_a_clash_is_given_back_unsaved(goal, activity, sam, ada):
    assert not goal.edit(ada, "Chair a large meeting", "Chair a meeting").clash
    assert not goal.edit(sam, "Chair a meeting well", "Chair a meeting").clash
    assert fresh(goal).text == "Chair a large meeting well"
    clash = goal.edit(sam, "Chair a tiny meeting well", "Chair a short meeting well")
    assert clash.clash
    assert fresh(goal).text == "Chair a large meeting well"
    for part in development.PARTS:
        goal.write(sam, part, "We need time", "")
        goal.write(ada, part, "We need much time", "We need time")
        goal.write(sam, part, "We need time soon", "We need time")
        assert getattr(fresh(goal), part) == "We need much time soon"
    activity.reflect(sam, "To wait", "")
    activity.reflect(ada, "To wait and see", "To wait")
    assert (fresh(activity).reflection, fresh(activity).reflected_at) == ("To wait and see", NOW)


def test_what_words_were_before_is_kept_and_typing_is_one_change(goal, activity, sam, ada):
    goal.edit(ada, "Chair it", "Chair a meeting", due_on=date(2026, 5, 1))
    goal.write(sam, "support", "Some", "")
    goal.write(sam, "support", "Some time", "Some")
    activity.reflect(sam, "To wait", "")
    found = {(one.part, one.before, one.after, one.by.first_name) for one in history.wordings_of(goal)}
    assert found == {
        ("text", "Chair a meeting", "Chair it", "Ada"),
        ("due_on", "", "2026-05-01", "Ada"),
        ("support", "", "Some time", "Sam"),
    }
    assert len(history.wordings_of(goal)) == 3
    assert [(one.part, one.after) for one in history.wordings_of(activity)] == [("reflection", "To wait")]


def test_another_day_alone_leaves_the_words_and_the_words_alone_leave_the_day(goal, sam):
    goal.edit(sam, goal.text, goal.text, due_on=date(2026, 5, 1))
    goal.edit(sam, "Chair it", "Chair a meeting")
    assert (fresh(goal).text, fresh(goal).due_on) == ("Chair it", date(2026, 5, 1))


def test_nothing_changes_in_what_was_dropped_or_taken_out(goal, activity, sam):
    activity.take_out(sam)
    for change in (
        lambda: activity.do(sam),
        lambda: activity.edit(sam, "x", ""),
        lambda: activity.reflect(sam, "x", ""),
    ):
        with pytest.raises(PlanChanged):
            change()
    activity.take_out(sam, undo=True)
    goal.drop(sam)
    for change in (
        lambda: goal.edit(sam, "x", ""),
        lambda: goal.write(sam, "support", "x", ""),
        lambda: goal.meet(sam),
        lambda: goal.add_activity(sam, "x", "formal"),
        lambda: activity.do(sam),
    ):
        with pytest.raises(PlanChanged):
            change()
    assert [each.text for each in Activity.select()] == ["Watch Jo chair one"]


def test_nothing_changes_once_the_two_no_longer_meet(goal, activity, sam, ada):
    goal.pair.end(ada)
    for change in (
        lambda: goal.meet(sam),
        lambda: goal.drop(sam),
        lambda: activity.do(sam),
        lambda: development.set_goal(goal.pair, sam, "x"),
    ):
        with pytest.raises(PairOver):
            change()


def test_an_item_becomes_one_goal_that_leads_back_to_it(item, sam, ada, pair):
    first, second = development.put_in_plan(item, sam), development.put_in_plan(item, ada)
    assert first == second
    (goal,) = goals_of(pair)
    assert (goal.text, goal.came_from, goal.origin) == (item.text, f"item-{item.id}", item.path)
    goal.drop(sam)
    development.put_in_plan(item, ada)
    assert fresh(goal).dropped_at is None
    item.delete_by(sam)
    assert goals_of(pair)[0].origin == ""


def test_neither_a_draft_nor_something_deleted_becomes_a_goal(item, draft, sam):
    with pytest.raises(Refused, match="private draft"):
        development.put_in_plan(draft, sam)
    item.delete_by(sam)
    with pytest.raises(ItemGone):
        development.put_in_plan(item, sam)
    assert DevelopmentGoal.select().count() == 0


def test_an_action_is_learned_by_for_a_goal_or_a_new_one_and_once(action, goal, sam, ada):
    made = development.learn_by(action, sam, "experience", goal)
    again = development.learn_by(action, ada, "formal", None, "Another goal")
    assert made == again
    (found,) = goals_of(goal.pair)
    (activity,) = found.activities
    assert (activity.text, activity.mode, activity.due_on) == ("Present the pilot", "experience", date(2026, 4, 2))
    assert activity.origin == action.path
    made.take_out(sam)
    other = development.learn_by(action, ada, "formal", None, "Another goal")
    assert (other.goal.text, other.mode) == ("Another goal", "formal")


def test_the_balance_counts_activities_of_goals_that_were_not_dropped(pair, goal, activity, sam):
    empty = balance([])
    assert [(share.number, share.length) for share in empty] == [(0, 0)] * 3
    for text in ("Do it", "Do it again"):
        goal.add_activity(sam, text, "experience")
    goal.add_activity(sam, "Forget it", "formal").take_out(sam)
    dropped = development.set_goal(pair, sam, "Dropped")
    dropped.add_activity(sam, "A course", "formal")
    dropped.drop(sam)
    shares = balance(goals_of(pair))
    assert [(share.mode, share.number, share.percent) for share in shares] == [
        ("experience", 2, 67),
        ("others", 1, 33),
        ("formal", 0, 0),
    ]
    assert [(share.guide_start, share.guide) for share in shares] == [(0, 70), (70, 20), (90, 10)]
    assert shares[1].start == pytest.approx(shares[0].length)


def test_strangers_find_nothing_of_a_plan(goal, activity, lee, robin, sam, ada):
    for person in (sam, ada):
        assert development.find_goal(person, goal.id) == goal
        assert development.find_activity(person, activity.id) == activity
    for person in (lee, robin):
        assert development.find_goal(person, goal.id) is None
        assert development.find_activity(person, activity.id) is None
