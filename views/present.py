"""The agenda on a large screen that both look at: one thing at a time, in large type."""

from functools import cached_property
from typing import Any, ClassVar

from flask import Blueprint, abort, g, redirect

from meetings import Item

from .answers import answer, found_or_404, item_or_404, page, tell
from .pages import MeetingPage, Page
from .streams import keep_live

pages = Blueprint("present", __name__)


class PresentPage(MeetingPage):
    """What both may see of the agenda: no draft and no notebook, since others may walk past the screen."""

    template = "present/present.html"
    shows: ClassVar = dict.fromkeys(("item", "agenda", "action", "actions", "head"), "slides")
    partials: ClassVar = {**Page.partials, "slides": "present/_slides.html"}
    whole = ("slides",)
    on_sight: ClassVar = set()

    @property
    def path(self) -> str:
        return f"{self.meeting.path}/present"

    @property
    def live_path(self) -> str:
        return f"{self.path}/live"

    @cached_property
    def slides(self) -> list[Item]:
        """What is shared on the agenda, in its order."""
        return [item for found in self._items().values() for item in found if item.shared_at]

    def _slides(self) -> dict[str, Any]:
        return {"slides": self.slides}


@pages.get("/meetings/<id>/present")
def show(id):
    found = _present_or_404(id)
    return page(found) if found.can_change else redirect(found.meeting.path)


keep_live(pages, PresentPage, "/meetings/<id>/present")


@pages.post("/items/<id>/slide/discussion")
def discuss(id):
    return _discuss(id)


@pages.delete("/items/<id>/slide/discussion")
def undiscuss(id):
    return _discuss(id, undo=True)


def _discuss(id, undo=False):
    item, _ = item_or_404(id)
    if item.is_draft:
        abort(404)
    item.discuss(g.person, undo=undo)
    found = _present_or_404(item.meeting_id)
    tell(found, item.region, "wrapup")
    return answer(found, "slides", to=f"{found.path}#slide-{item.id}")


def _present_or_404(id):
    return found_or_404(PresentPage.of(g.person, id))
