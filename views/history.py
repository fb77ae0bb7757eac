"""History: what happened to an item, action or objective, with the words before and after; one restored."""

from flask import Blueprint, abort, g, redirect

import actions
import development
import growth
from languages import Phrase
from stories import ActionStory, ItemStory, ObjectiveStory, PlanStory

from .answers import checked, page, tell
from .forms import RestoringForm
from .pages import PairPage

pages = Blueprint("history", __name__)


class HistoryPage(PairPage):
    """What happened to one thing."""

    template = "history/history.html"
    title = Phrase("History")
    live_path = None

    def __init__(self, me, story):
        super().__init__(me, story.pair)
        self.story = story

    @property
    def path(self):
        """Where this page is."""
        return f"{self.story.thing.path}/history"


def _of_item(id):
    item = g.person.item(id) or abort(404)
    found = HistoryPage(g.person, ItemStory(item, g.person))
    found.meeting, found.section = item.meeting, item.section
    return found


def _of_action(id):
    action = actions.find(g.person, id) or abort(404)
    return HistoryPage(g.person, ActionStory(action, g.person))


@pages.get("/items/<id>/history")
def of_item(id):
    return page(_of_item(id))


@pages.post("/items/<id>/history")
def restore_of_item(id):
    found = _of_item(id)
    return _restored(found, found.story.thing.region, "wrapup")


@pages.get("/actions/<id>/history")
def of_action(id):
    return page(_of_action(id))


@pages.post("/actions/<id>/history")
def restore_of_action(id):
    found = _of_action(id)
    lists = [f"item-{found.story.thing.item_id}"] if found.story.thing.item_id else []
    return _restored(found, found.story.thing.region, "actions", "wrapup", *lists)


def _of_objective(id):
    objective = growth.find(g.person, id) or abort(404)
    return HistoryPage(g.person, ObjectiveStory(objective, g.person))


@pages.get("/objectives/<id>/history")
def of_objective(id):
    return page(_of_objective(id))


@pages.post("/objectives/<id>/history")
def restore_of_objective(id):
    found = _of_objective(id)
    return _restored(found, found.story.thing.region, "objectives", "growth")


@pages.get("/goals/<id>/history")
def of_goal(id):
    return page(_of_plan(development.find_goal(g.person, id)))


@pages.post("/goals/<id>/history")
def restore_of_goal(id):
    found = _of_plan(development.find_goal(g.person, id))
    return _restored(found, found.story.thing.region)


@pages.get("/activities/<id>/history")
def of_activity(id):
    return page(_of_plan(development.find_activity(g.person, id)))


@pages.post("/activities/<id>/history")
def restore_of_activity(id):
    found = _of_plan(development.find_activity(g.person, id))
    return _restored(found, found.story.thing.region)


def _of_plan(thing):
    return HistoryPage(g.person, PlanStory(thing or abort(404), g.person))


def _restored(found, *names):
    """Restore what was asked for, and show its history with that on top."""
    form = checked(RestoringForm, at="history")
    if not found.story.restore(g.person, form.wording.data, form.side.data, form.seen.data):
        abort(404)
    tell(found, *names)
    return redirect(found.path, 303)
