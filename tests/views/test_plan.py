"""The development plan over HTTP: written by both, refused kindly, and live."""

from datetime import date

import pytest

import actions
import development
import history
import pairing
from development import Activity, DevelopmentGoal

from ..conftest import NOW
from ..screen import boxes, fields_of, problem_at, regions


@pytest.fixture
def goal(pair, sam) -> DevelopmentGoal:
    """What Sam wants to be able to do."""
    return development.set_goal(pair, sam, "Chair a meeting")


@pytest.fixture
def activity(goal, sam) -> Activity:
    """What Sam does for it."""
    return goal.add_activity(sam, "Watch Jo chair one", "others")


@pytest.fixture
def action(item, sam):
    """Agreed by both."""
    return actions.propose(item, sam, text="Present the pilot", owner=sam, due_on=None, likelihood=None, together=True)


def fresh(row):
    """The row as it is in the database."""
    return type(row).get_by_id(row.id)


def test_an_empty_plan_says_how_to_begin_to_each_side(as_sam, as_ada, pair):
    assert "Begin with one thing" in as_sam.see(f"{pair.path}/plan")
    assert "Ask what Sam would like" in as_ada.see(f"{pair.path}/plan")


def test_a_goal_with_an_activity_is_put_down_by_either_way_and_seen_by_both(as_sam, as_ada, pair):
    answer = as_sam.htmx(f"{pair.path}/plan/goals", text="Chair a meeting", due_on="2026-06-30", key="k")
    assert "Chair a meeting" in regions(answer.text)["plan"]
    assert as_sam.form(f"{pair.path}/plan/goals", text="Chair a meeting", key="k").status_code == 303
    goal = DevelopmentGoal.get()
    answer = as_ada.htmx(f"{goal.path}/activities", text="Watch Jo", mode="others")
    assert {goal.region, "balance"} <= regions(answer.text).keys()
    assert as_ada.form(f"{goal.path}/activities", text="A course", mode="formal").status_code == 303
    page = " ".join(as_sam.see(f"{pair.path}/plan").split())
    for words in ("by 30 June", "Watch Jo", "From others", "1 of 2", "50%, guide 10%"):
        assert words in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("text", " ", "Say what you want"),
        ("text", "x" * 1001, "longer than 1,000"),
        ("due_on", "2026-03-02", "has passed"),
        ("due_on", "2026-13-02", "not a day"),
    ],
)
def test_a_bad_goal_is_refused_beside_the_field_and_kept(as_sam, pair, field, value, message):
    sent = {"text": "Chair a meeting", field: value}
    for send in (as_sam.htmx, as_sam.form):
        answer = send(f"{pair.path}/plan/goals", **sent)
        assert answer.status_code == 422
        assert message in problem_at(answer.text, "new-goal", field)
    assert value.strip() in [box.strip() for box in boxes(answer.text, field)]
    assert DevelopmentGoal.select().count() == 0


def test_a_bad_activity_is_refused_beside_the_field_and_kept(as_sam, pair, goal):
    for field, value, message in (("text", "", "Say what you will do"), ("mode", "magic", "Not a valid choice")):
        sent = {"text": "Watch Jo", field: value}
        for send in (as_sam.htmx, as_sam.form):
            answer = send(f"{goal.path}/activities", **sent)
            assert answer.status_code == 422
            assert message in problem_at(answer.text, f"new-activity-{goal.id}", field)
    assert Activity.select().count() == 0


def test_editing_changes_words_day_and_kind_by_either_way(as_sam, as_ada, goal, activity):
    assert "Chair a meeting" in as_sam.region(f"{goal.path}/edit").text
    form = fields_of(as_sam.see(f"{goal.path}/edit"), goal.path)
    assert as_sam.form(goal.path, **form | {"text": "Chair it", "due_on": "2026-05-01"}).status_code == 303
    assert (fresh(goal).text, fresh(goal).due_on) == ("Chair it", date(2026, 5, 1))
    form = fields_of(as_ada.see(f"{activity.path}/edit"), activity.path)
    answer = as_ada.htmx(activity.path, **form | {"mode": "formal"})
    assert "On a course" in regions(answer.text)[activity.region]
    assert (fresh(activity).mode, fresh(activity).text) == ("formal", "Watch Jo chair one")


def test_what_the_other_one_changed_meanwhile_is_not_set_back_by_a_form(as_sam, as_ada, goal):
    form = fields_of(as_sam.see(f"{goal.path}/edit"), goal.path)
    as_ada.htmx(goal.path, text=goal.text, base=goal.text, due_on="2026-05-01", due_was="")
    as_sam.htmx(goal.path, **form | {"text": "Chair a large meeting"})
    assert (fresh(goal).text, fresh(goal).due_on) == ("Chair a large meeting", date(2026, 5, 1))


def test_a_day_that_has_passed_may_stay(as_sam, goal):
    goal.change(due_on=date(2026, 2, 1))
    form = fields_of(as_sam.see(f"{goal.path}/edit"), goal.path)
    assert as_sam.htmx(goal.path, **form | {"text": "Chair it"}).status_code == 200
    assert as_sam.htmx(goal.path, **form | {"due_on": "2026-02-02"}).status_code == 422


def test_a_clash_of_words_comes_back_with_both_versions(as_sam, as_ada, goal, activity):
    for row, path, base in ((goal, goal.path, goal.text), (activity, activity.path, activity.text)):
        as_ada.htmx(path, text="Something quite else", base=base)
        for send in (as_sam.htmx, as_sam.form):
            answer = send(path, text="Nothing of that", base=base)
            assert answer.status_code == 409
            assert "both changed the same words" in answer.text
            assert {"Something quite else", "Nothing of that"} <= set(boxes(answer.text, "text")[0].splitlines())
        assert fresh(row).text == "Something quite else"


def test_support_barriers_help_and_what_was_learned_save_themselves_and_merge(as_sam, as_ada, goal, activity):
    as_sam.htmx(f"{activity.path}/completion")
    places = [f"{goal.path}/parts/{part}" for part in development.PARTS] + [f"{activity.path}/reflection"]
    for path in places:
        answer = as_sam.htmx(path, text="Some time", base="")
        assert answer.status_code == 200
        assert "Last saved" in answer.text
        assert as_ada.form(path, text="Some more time", base="Some time").status_code == 303
        for send in (as_sam.htmx, as_sam.form):
            clash = send(path, text="Some less help", base="Some good help")
            assert clash.status_code == 409
            assert "both changed the same words" in clash.text
        too_long = as_sam.htmx(path, text="x" * 10_001, base="")
        assert too_long.status_code == 422
    assert all("more" in getattr(fresh(goal), part) for part in development.PARTS)
    assert as_sam.htmx(f"{goal.path}/parts/text", text="x", base="").status_code == 404


def test_a_reflection_is_asked_for_once_something_is_done(as_sam, as_ada, goal, activity):
    question = "What did you learn, and what comes next?"
    assert question not in as_sam.see(f"{goal.pair.path}/plan")
    answer = as_sam.htmx(f"{activity.path}/completion")
    assert question in regions(answer.text)[activity.region]
    assert "What did Sam learn, and what comes next?" in as_ada.see(f"{goal.pair.path}/plan")
    as_sam.form(f"{activity.path}/completion", undo=True)
    assert fresh(activity).done_at is None


def test_an_activity_is_taken_out_and_put_back_by_either_way(as_sam, goal, activity):
    answer = as_sam.htmx(f"{activity.path}/removal")
    assert "Taken out of the plan" in regions(answer.text)["notice"]
    assert activity.region not in regions(answer.text)[goal.region]
    assert as_sam.region(activity.path).status_code == 404
    as_sam.htmx(f"{activity.path}/removal", undo=True)
    plain = as_sam.form(f"{activity.path}/removal")
    assert "Taken out of the plan" in as_sam.see(plain.location.partition("#")[0])
    assert as_sam.form(f"{activity.path}/removal", undo=True).status_code == 303
    assert fresh(activity).removed_at is None


def test_goals_met_and_dropped_go_below_and_come_back(as_sam, as_ada, goal):
    for noun in ("achievement", "dropping"):
        as_sam.htmx(f"{goal.path}/{noun}")
        assert "1 goal met or dropped" in as_ada.see(f"{goal.pair.path}/plan")
        assert as_ada.form(f"{goal.path}/{noun}", undo=True).status_code == 303
        assert "met or dropped" not in as_sam.see(f"{goal.pair.path}/plan")


def test_an_item_is_put_in_the_plan_from_its_menu(as_sam, as_ada, item, draft):
    page = as_ada.see(item.meeting.path)
    assert page.count("Put in the plan") == 1
    answer = as_ada.htmx(f"{item.path}/plan")
    goal = DevelopmentGoal.get()
    assert f'href="{item.meeting.pair.path}/plan#{goal.region}"' in regions(answer.text)["notice"]
    assert as_ada.form(f"{item.path}/plan").location == f"{item.meeting.pair.path}/plan#{goal.region}"
    assert f'<a href="{item.path}">where this came from</a>' in as_sam.see(f"{item.meeting.pair.path}/plan")
    assert as_sam.htmx(f"{draft.path}/plan").status_code == 409


def test_an_action_is_learned_by_for_a_goal_or_a_new_one(as_sam, as_ada, action, goal):
    assert f'href="{action.path}/learning"' in as_sam.see(goal.pair.path)
    form = fields_of(as_sam.see(f"{action.path}/learning"), f"{action.path}/learning")
    assert form["goal"] == goal.id
    refused = as_sam.form(f"{action.path}/learning", **form | {"goal": ""})
    assert refused.status_code == 422
    assert "Say what you want" in problem_at(refused.text, "learning")
    assert as_sam.htmx(f"{action.path}/learning", **form).headers["HX-Redirect"].endswith(Activity.get().region)
    as_ada.form(f"{action.path}/learning", goal="", text="Another", mode="formal")
    assert (Activity.select().count(), DevelopmentGoal.select().count()) == (1, 1)


def test_a_goal_of_another_pair_cannot_be_chosen(as_sam, action, theirs, lee):
    others = development.set_goal(theirs.pair, lee, "Theirs")
    assert as_sam.form(f"{action.path}/learning", goal=others.id, mode="formal").status_code == 422
    assert Activity.select().count() == 0


def test_a_region_of_another_plan_is_not_on_ones_own(as_lee, theirs, goal, activity):
    for name in (goal.region, activity.region):
        assert as_lee.region(f"{theirs.pair.path}/plan/regions/{name}").status_code == 404


def test_the_plan_is_at_hand_where_a_meeting_is_about_it(as_sam, as_ada, meeting):
    link = f'<a href="{meeting.pair.path}/plan">'
    assert as_sam.see(meeting.path).count(f"{link}Your development plan</a>") == 1
    assert f"{link}Sam’s development plan</a>" in as_ada.see(meeting.path)


def test_the_other_page_hears_of_it(as_sam, as_ada, goal, activity):
    with as_ada.get(f"{goal.pair.path}/plan/live?since={goal.pair.version}") as answer:
        events = (event.decode() if isinstance(event, bytes) else event for event in answer.response)
        next(events), next(events)
        as_sam.htmx(f"{goal.path}/parts/support", text="Some time", base="")
        assert "Some time" in next(events)
        as_sam.htmx(f"{goal.pair.path}/plan/goals", text="One more")
        assert "One more" in next(events)


def test_a_plan_that_has_ended_is_read_and_not_changed(as_sam, ada, goal, activity):
    goal.write(ada, "support", "Some time", "")
    goal.pair.end(ada)
    page = as_sam.see(f"{goal.pair.path}/plan")
    assert "Some time" in page
    for control in ("Add the goal", "Add the activity", ">Edit<", ">Drop<", "Take out"):
        assert control not in page
    assert as_sam.htmx(f"{goal.path}/achievement").status_code == 409
    assert fresh(goal).met_at is None


def test_an_invitation_has_no_plan_yet(client_of, sam, noor):
    invited = pairing.invite(sam, manager=sam, report=noor, first_starts_at=NOW)
    assert client_of(noor).get(f"{invited.path}/plan").status_code == 404


def test_the_history_of_a_goal_and_an_activity_is_told_and_restored(as_sam, as_ada, goal, activity):
    as_ada.htmx(f"{goal.path}/parts/support", text="Some time", base="")
    as_sam.htmx(f"{goal.path}/parts/support", text="No time at all", base="Some time")
    as_sam.htmx(activity.path, text="Watch Mei chair one", base=activity.text, mode="formal", mode_was="others")
    as_sam.htmx(f"{activity.path}/completion")
    told = as_ada.see(f"{activity.path}/history")
    for words in ("Words changed", "Kind of learning changed", "On a course", "Done", "Added"):
        assert words in told
    for row, part, words in ((goal, "support", "Some time"), (activity, "text", "Watch Jo chair one")):
        assert f'href="{row.path}/history"' in as_sam.see(f"{goal.pair.path}/plan")
        form = fields_of(as_sam.see(f"{row.path}/history"), f"{row.path}/history")
        one = next(each for each in history.wordings_of(row) if each.before == words)
        first = form | {"wording": one.id, "side": "before", "seen": history.mark(getattr(fresh(row), part))}
        assert as_sam.form(f"{row.path}/history", **first).status_code == 303
        assert getattr(fresh(row), part) == words
