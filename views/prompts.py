"""Prompts: putting one on the agenda, how far ahead they look, and doing without them."""

from flask import Blueprint, abort, g

from .answers import changed, checked, meeting_or_404
from .forms import HorizonForm, PromptForm

pages = Blueprint("prompts", __name__)


@pages.post("/meetings/<id>/prompts")
def ask(id):
    found = meeting_or_404(id)
    form = checked(PromptForm, at="prompts")
    section, prompt = found.meeting.outline.question(*form.place) or abort(404)
    item = found.meeting.ask(g.person, section.key, prompt, form.private.data, form.key.data)
    names = (item.region, f"prompts-{section.key}", "wrapup")
    return changed(found, *names, only_me=item.is_draft, to=f"{found.meeting.path}#{item.region}")


@pages.post("/meetings/<id>/horizon")
def look_ahead(id):
    found = meeting_or_404(id)
    found.meeting.look_ahead(g.person, checked(HorizonForm, at="horizon").years.data)
    names = [f"prompts-{section.key}" for section in found.meeting.sections if section.looks_ahead]
    return changed(found, *names, to=found.meeting.path)


@pages.post("/meetings/<id>/prompts/<section>/hiding")
def hide(id, section):
    return _hide(id, section)


@pages.delete("/meetings/<id>/prompts/<section>/hiding")
def show(id, section):
    return _hide(id, section, undo=True)


def _hide(id, key, undo=False):
    found = meeting_or_404(id)
    section = found.meeting.outline.section(key) or abort(404)
    found.me.hide_prompts(section.key, undo)
    return changed(found, f"prompts-{key}", only_me=True, to=f"{found.meeting.path}#section-{key}")
