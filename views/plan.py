"""The development plan: goals, what is done to learn each, and what was learned."""

from functools import cached_property

from flask import Blueprint, abort, g, redirect, render_template, request

import actions
import development
from languages import Phrase

from .answers import answer, changed, checked, found_or_404, gone_on, is_partial, item_or_404, page, slot, tell
from .forms import NotesForm
from .pages import Page, PairPage
from .streams import keep_live
from .year_forms import ActivityForm, GoalForm, LearningForm

pages = Blueprint("plan", __name__)

EDIT, WORDS = "plan/_edit.html", "plan/_words.html"


class PlanPage(PairPage):
    """The development plan of the individual of a pair."""

    template = "plan/plan.html"
    tab = "plan"
    needs_accepted = True
    shows = {"plan": "plan", "goal": "goal", "activity": "activity", "balance": "balance", "pair": "plan"}
    partials = {
        **Page.partials,
        "plan": "plan/_plan.html",
        "goal": "plan/_goal.html",
        "activity": "plan/_activity.html",
        "balance": "plan/_balance.html",
    }
    whole = ("plan", "balance")
    modes, parts = development.MODES, development.PARTS

    @property
    def title(self):
        if self.side == "individual":
            return Phrase("Your development plan")
        return Phrase("%(name)s’s development plan", name=self.other.first_name)

    @property
    def path(self):
        return f"{self.pair.path}/plan"

    @property
    def live_path(self):
        return f"{self.path}/live"

    @cached_property
    def goals(self):
        return development.goals_of(self.pair)

    def _plan(self):
        return {
            "goals": [goal for goal in self.goals if not goal.is_over],
            "over": [goal for goal in self.goals if goal.is_over],
        }

    def _goal(self, id):
        goal = development.find_goal(self.me, id)
        return {"goal": goal} if goal and goal.pair_id == self.pair.id else None

    def _activity(self, id):
        activity = development.find_activity(self.me, id)
        there = activity and activity.goal.pair_id == self.pair.id and not activity.removed_at
        return {"goal": activity.goal, "activity": activity} if there else None

    def _balance(self):
        return {"shares": development.balance(self.goals)}


class FormPage(PlanPage):
    """One form about the plan on a page of its own."""

    live_path = None

    def __init__(self, me, pair, template, **about):
        super().__init__(me, pair)
        self.template, self.about = template, about


@pages.get("/pairs/<id>/plan")
def show(id):
    removed = development.find_activity(g.person, request.args.get("removed", ""))
    return page(found_or_404(PlanPage.of(g.person, id)), removed=removed if removed and removed.removed_at else None)


keep_live(pages, PlanPage, "/pairs/<id>/plan")


# Goals


@pages.post("/pairs/<id>/plan/goals")
def add_goal(id):
    found = found_or_404(PlanPage.of(g.person, id))
    form = checked(GoalForm, at="new-goal")
    goal = development.set_goal(found.pair, g.person, form.text.data, form.due_on.data, form.key.data)
    return changed(found, "plan", to=f"{found.path}#{goal.region}")


@pages.post("/items/<id>/plan")
def put_in_plan(id):
    item, found = item_or_404(id)
    goal = development.put_in_plan(item, g.person)
    to = f"{found.pair.path}/plan#{goal.region}"
    return changed(found, also=("plan",), to=to, extra=slot("notice", render_template("plan/_put.html", to=to)))


def _goal_or_404(id):
    goal = development.find_goal(g.person, id) or abort(404)
    return goal, found_or_404(PlanPage(g.person, goal.pair))


def _place(found, row):
    return f"{found.path}#{row.region}"


@pages.get("/goals/<id>")
def goal(id):
    goal, found = _goal_or_404(id)
    return found.render(goal.region) if is_partial() else redirect(_place(found, goal))


@pages.get("/goals/<id>/edit")
def goal_form(id):
    goal, found = _goal_or_404(id)
    return _form(found, EDIT, row=goal)


def _form(found, partial, **about):
    """A form about the plan: in its place, or on a page of its own."""
    if is_partial():
        return render_template(partial, page=found, me=g.person, **about)
    return page(FormPage(g.person, found.pair, "plan/form.html", partial=partial, **about))


@pages.post("/goals/<id>")
def edit_goal(id):
    goal, found = _goal_or_404(id)
    g.page = FormPage(g.person, goal.pair, "plan/form.html", partial=EDIT, row=goal)
    form = checked(GoalForm, at=f"edit-goal-{id}")
    merged = goal.edit(g.person, form.text.data, form.base.data or goal.text, **_moved(form))
    if merged.clash:
        tell(found)
        return _form(found, EDIT, row=goal, clash=merged.text), 409
    return _settled(found, goal)


def _moved(form, **more):
    """Another day, if it was changed in this form."""
    return more if str(form.due_on.data or "") == form.due_was.data else {"due_on": form.due_on.data, **more}


def _settled(found, row, *names):
    """Answer with what was edited in the place of its form, and with these regions."""
    tell(found, row.region, *names, answered=(row.region, *names))
    return answer(found, *names, to=_place(found, row), extra=found.outright(row.region))


@pages.post("/goals/<id>/parts/<key>")
def write(id, key):
    goal, found = _goal_or_404(id)
    part = key if key in development.PARTS else abort(404)
    return _write(found, goal, part, lambda *said: goal.write(g.person, part, *said))


def _write(found, row, part, write):
    """Keep what was typed in a box that saves itself; `write` takes the text, its base and what was sent before."""
    about = {"row": row, "part": part}
    g.page = FormPage(g.person, found.pair, "plan/form.html", partial=WORDS, **about)
    form = checked(NotesForm, at=f"{part}-{row.id}")
    merged = write(form.text.data, form.base.data, form.sent.data)
    if merged.clash:
        tell(found)
        return _form(found, WORDS, **about, clash=merged.text), 409
    tell(found, row.region, answered=(row.region,))
    if is_partial():
        return _form(found, WORDS, **about) + found.partial("saved")
    return redirect(_place(found, row), 303)


@pages.post("/goals/<id>/achievement")
def meet(id):
    return _conclude(id, "meet")


@pages.delete("/goals/<id>/achievement")
def unmeet(id):
    return _conclude(id, "meet", undo=True)


@pages.post("/goals/<id>/dropping")
def drop(id):
    return _conclude(id, "drop")


@pages.delete("/goals/<id>/dropping")
def take_up(id):
    return _conclude(id, "drop", undo=True)


def _conclude(id, verb, undo=False):
    goal, found = _goal_or_404(id)
    getattr(goal, verb)(g.person, undo=undo)
    return changed(found, "plan", "balance", to=_place(found, goal))


# Activities


@pages.post("/goals/<id>/activities")
def add_activity(id):
    goal, found = _goal_or_404(id)
    form = checked(ActivityForm, at=f"new-activity-{id}")
    goal.add_activity(g.person, form.text.data, form.mode.data, form.due_on.data, form.key.data)
    return changed(found, goal.region, "balance", to=_place(found, goal))


def _activity_or_404(id):
    activity = development.find_activity(g.person, id) or abort(404)
    return activity, found_or_404(PlanPage(g.person, activity.goal.pair))


@pages.get("/activities/<id>")
def activity(id):
    activity, found = _activity_or_404(id)
    return found.render(activity.region) or abort(404) if is_partial() else redirect(_place(found, activity))


@pages.get("/activities/<id>/edit")
def activity_form(id):
    activity, found = _activity_or_404(id)
    return _form(found, EDIT, row=activity)


@pages.post("/activities/<id>")
def edit_activity(id):
    activity, found = _activity_or_404(id)
    g.page = FormPage(g.person, found.pair, "plan/form.html", partial=EDIT, row=activity)
    form = checked(ActivityForm, at=f"edit-activity-{id}")
    mode = {} if form.mode.data == form.mode_was.data else {"mode": form.mode.data}
    merged = activity.edit(g.person, form.text.data, form.base.data or activity.text, **_moved(form, **mode))
    if merged.clash:
        tell(found)
        return _form(found, EDIT, row=activity, clash=merged.text), 409
    return _settled(found, activity, "balance")


@pages.post("/activities/<id>/completion")
def complete(id):
    return _tick(id)


@pages.delete("/activities/<id>/completion")
def uncomplete(id):
    return _tick(id, undo=True)


def _tick(id, undo=False):
    activity, found = _activity_or_404(id)
    activity.do(g.person, undo=undo)
    return changed(found, activity.region, to=_place(found, activity))


@pages.post("/activities/<id>/reflection")
def reflect(id):
    activity, found = _activity_or_404(id)
    return _write(found, activity, "reflection", lambda *said: activity.reflect(g.person, *said))


@pages.post("/activities/<id>/removal")
def take_out(id):
    activity, found = _activity_or_404(id)
    activity.take_out(g.person)
    undo = slot("notice", render_template("plan/_taken_out.html", activity=activity))
    return changed(
        found,
        activity.goal.region,
        "balance",
        to=f"{found.path}?removed={id}#{activity.goal.region}",
        extra=undo,
    )


@pages.delete("/activities/<id>/removal")
def put_back(id):
    activity, found = _activity_or_404(id)
    activity.take_out(g.person, undo=True)
    return changed(found, activity.goal.region, "balance", to=_place(found, activity), extra=slot("notice"))


# An action as something to learn by


def _learning_or_404(id):
    action = actions.find(g.person, id) or abort(404)
    return action, found_or_404(FormPage(g.person, action.pair, "plan/learning.html", action=action))


@pages.get("/actions/<id>/learning")
def learning_form(id):
    return page(_learning_or_404(id)[1])


@pages.post("/actions/<id>/learning")
def learn_by(id):
    action, found = _learning_or_404(id)
    form = checked(LearningForm, at="learning")
    goal = next((goal for goal in found.goals if goal.id == form.goal.data), None)
    activity = development.learn_by(action, g.person, form.mode.data, goal, form.text.data, form.key.data)
    return gone_on(found, "plan", "balance", to=_place(found, activity))
