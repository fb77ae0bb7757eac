"""History: what happened to an item, an action or a goal, with the words before and after; one restored."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, abort, g, redirect

import actions
import development
import growth
import meetings
from languages import Phrase
from meetings import Item
from models import Person
from stories import ActionStory, ItemStory, ObjectiveStory, PlanStory, Story

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
        if isinstance(story.thing, Item):
            self.meeting, self.section = story.thing.meeting, story.thing.section

    @property
    def path(self):
        """Where this page is."""
        return f"{self.story.thing.path}/history"


class Kind(NamedTuple):
    """Things with a history: how one is found, which story tells it, and the regions that show it besides its own."""

    find: Callable[[Person, str], Any]
    story: Callable[[Any, Person], Story]
    shown_in: Callable[[Any], tuple[str, ...]] = lambda thing: ()


def _lists_of(action):
    return ("actions", "wrapup", *([f"item-{action.item_id}"] if action.item_id else []))


# The noun of the address → what it is the history of.
KINDS = {
    "items": Kind(meetings.find_item, ItemStory, lambda item: ("wrapup",)),
    "actions": Kind(actions.find, ActionStory, _lists_of),
    "objectives": Kind(growth.find, ObjectiveStory, lambda objective: ("objectives", "growth")),
    "goals": Kind(development.find_goal, PlanStory),
    "activities": Kind(development.find_activity, PlanStory),
}


def _history_or_404(noun, id):
    thing = KINDS[noun].find(g.person, id) or abort(404)
    return HistoryPage(g.person, KINDS[noun].story(thing, g.person))


def show(noun, id):
    """What happened to one thing."""
    return page(_history_or_404(noun, id))


def restore(noun, id):
    """Restore what was asked for, and show the history with that on top."""
    found = _history_or_404(noun, id)
    form = checked(RestoringForm, at="history")
    if not found.story.restore(g.person, form.wording.data, form.side.data, form.seen.data):
        abort(404)
    thing = found.story.thing
    tell(found, thing.region, *KINDS[noun].shown_in(thing))
    return redirect(found.path, 303)


for noun in KINDS:
    pages.add_url_rule(f"/{noun}/<id>/history", f"of_{noun}", partial(show, noun))
    pages.add_url_rule(f"/{noun}/<id>/history", f"restore_of_{noun}", partial(restore, noun), methods=["POST"])
