"""Preparing for a meeting: last time in a minute, my actions, my drafts, the prompts for my side."""

from flask import Blueprint, abort, g, redirect, request

from .answers import answer, checked, found_or_404, meeting_or_404, page, part, section_or_404, tell
from .forms import ItemForm, PromptForm
from .pages import PreparationPage
from .streams import stream

pages = Blueprint("preparation", __name__)


@pages.get("/meetings/<id>/preparation")
def show(id):
    found = meeting_or_404(id)
    return page(_preparation_or_404(id)) if found.can_change else redirect(found.meeting.path)


@pages.get("/meetings/<id>/preparation/regions/<name>")
def region(id, name):
    return part(_preparation_or_404(id), name)


@pages.get("/meetings/<id>/preparation/live")
def live(id):
    return stream(_preparation_or_404(id))


@pages.post("/meetings/<id>/drafts")
def add(id):
    found = _preparation_or_404(id)
    key = section_or_404()
    form = checked(ItemForm, at=f"draft-{key}")
    item = found.meeting.add_item(g.person, key, form.text.data, private=True, key=form.key.data)
    return _prepared(found, item)


@pages.post("/meetings/<id>/drafts/prompts")
def ask(id):
    found = _preparation_or_404(id)
    form = checked(PromptForm, at="prompts")
    section, prompt = found.meeting.outline.question(*form.place) or abort(404)
    return _prepared(found, found.meeting.ask(g.person, section.key, prompt, private=True, key=form.key.data))


def _prepared(found, item):
    return _told(found, item.region, only_me=item.is_draft)


@pages.post("/meetings/<id>/drafts/sharing")
def share(id):
    found = _preparation_or_404(id)
    shared = found.meeting.share_drafts(g.person, request.form.get("item"))
    prompts = [f"prompts-{section.key}" for section in found.meeting.sections]
    return _told(found, *(item.region for item in shared), *prompts, "wrapup")


@pages.post("/meetings/<id>/drafts/removal")
def remove(id):
    found = _preparation_or_404(id)
    item = found.meeting.item_for(g.person, request.form.get("item", "")) or abort(404)
    item.delete_by(g.person)
    return _told(found, item.region, only_me=item.is_draft)


def _told(found, *names, only_me=False):
    """Answer with the drafts: all that this page shows of what changed."""
    tell(found, "drafts", *names, answered=("drafts", *names), only_me=only_me)
    return answer(found, "drafts", to=_path(found))


def _path(found):
    return f"{found.meeting.path}/preparation"


def _preparation_or_404(id):
    return found_or_404(PreparationPage.of(g.person, id))
