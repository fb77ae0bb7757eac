"""Preparing for a meeting: last time in a minute, my actions, my drafts, the prompts for my side."""

from functools import cached_property
from typing import Any, ClassVar

from flask import Blueprint, abort, g, redirect, request

import actions
import scheduling
from agenda_templates import for_side
from languages import Phrase
from records import Record

from .answers import answer, checked, found_or_404, page, section_or_404, tell
from .forms import ItemForm, PromptForm
from .pages import MeetingPage, Page
from .streams import keep_live

pages = Blueprint("preparation", __name__)


class PreparationPage(MeetingPage):
    """Preparing for a meeting, each for oneself: nothing here is shown to the other one until it is shared."""

    template = "preparation/preparation.html"
    is_meeting = False
    shows: ClassVar = {
        **{"item": "drafts", "agenda": "drafts", "head": "drafts", "prompts": "drafts"},
        **{"action": "mine", "actions": "mine", "notebook": "notebook"},
    }
    partials: ClassVar = {
        **Page.partials,
        "drafts": "preparation/_drafts.html",
        "mine": "preparation/_mine.html",
        "action": "actions/_action.html",
        "notebook": "pairs/_notebook.html",
    }
    whole = ("drafts", "mine", "notebook")

    @property
    def title(self) -> Phrase:
        return Phrase("Prepare for %(name)s", name=self.other.first_name)

    @property
    def live_path(self) -> str:
        return f"{self.meeting.path}/preparation/live"

    @cached_property
    def last_record(self) -> Record | None:
        """What was said last time."""
        return Record.of(self.last_meeting) if self.last_meeting else None

    def _drafts(self) -> dict[str, Any]:
        found = [item for item in self.on_agenda if item.author_id == self.me.id]
        return {
            "drafts": [item for item in found if item.is_draft],
            "shared": [item for item in found if not item.is_draft],
            "asked": self.asked,
            "horizon": self.meeting.horizon_words,
            "spoken": self.meeting.outline.language,
            "upcoming": None if self.meeting.is_open else scheduling.next_meeting(self.pair),
            "before": for_side(self.meeting.outline.preparation, self.side),
        }

    def _mine(self) -> dict[str, Any]:
        found = [action for action in actions.open_ones(self.pair) if action.owner_id == self.me.id]
        return {"mine": self._awake(found)}


@pages.get("/meetings/<id>/preparation")
def show(id):
    found = _preparation_or_404(id)
    return page(found) if found.can_change else redirect(found.meeting.path)


keep_live(pages, PreparationPage, "/meetings/<id>/preparation")


@pages.post("/meetings/<id>/drafts")
def add(id):
    found = _preparation_or_404(id)
    key = section_or_404()
    form = checked(ItemForm, at=f"draft-{key}")
    item = found.meeting.add_item(g.person, key, form.text.data, private=True, key=form.key.data)
    return _told(found, item, only_me=True)


@pages.post("/meetings/<id>/drafts/prompts")
def ask(id):
    found = _preparation_or_404(id)
    form = checked(PromptForm, at="prompts")
    section, prompt = found.meeting.outline.question(*form.place) or abort(404)
    item = found.meeting.ask(g.person, section.key, prompt, private=True, key=form.key.data)
    return _told(found, item, only_me=True)


@pages.post("/meetings/<id>/drafts/sharing")
def share(id):
    found = _preparation_or_404(id)
    return _told(found, *found.meeting.share_drafts(g.person, request.form.get("item")))


@pages.post("/meetings/<id>/drafts/removal")
def remove(id):
    found = _preparation_or_404(id)
    item = found.meeting.item_for(g.person, request.form.get("item", "")) or abort(404)
    item.delete_by(g.person)
    return _told(found, item, only_me=item.is_draft)


def _told(found, *items, only_me=False):
    """Answer with the drafts: all that this page shows of what became of these items."""
    names = ("drafts", "wrapup", *(item.region for item in items), *found.prompts_of(*items))
    tell(found, *names, answered=names, only_me=only_me)
    return answer(found, "drafts", to=_path(found))


def _path(found):
    return f"{found.meeting.path}/preparation"


def _preparation_or_404(id):
    return found_or_404(PreparationPage.of(g.person, id))
