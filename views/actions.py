"""Actions: proposed on an item, agreed by both, ticked, updated, re-dated, put off, dropped."""

from typing import Any, ClassVar

from flask import Blueprint, abort, g, render_template

import actions
import scheduling
from agreeing import Changed
from languages import Phrase
from meetings import ItemGone

from .answers import changed, checked, is_partial, item_or_404, overtaken, page, slot, tell
from .forms import ActionForm, AgreementForm, DropForm, DueForm, LikelierForm, PutOffForm, UpdateForm
from .pages import ItemPage, Page, PairPage
from .streams import live_page

pages = Blueprint("actions", __name__)


class ActionsPage(Page):
    """Actions: everything that a person and the others have agreed to do, across all their pairs."""

    template = "actions/actions.html"
    title = Phrase("Actions")
    live_path = "/actions/live"
    shows: ClassVar = {"actions": "actions", "action": "action"}
    partials: ClassVar = {**Page.partials, "actions": "actions/_actions.html", "action": "actions/_action.html"}
    whole = ("actions",)

    def _actions(self) -> dict[str, Any]:
        found = actions.open_ones_of(self.me)
        today = self.me.today
        awake = [action for action in found if not action.is_put_off(today)]
        return {
            "waiting": [action for action in awake if action.is_proposed],
            "mine": [action for action in awake if action.is_tracked and action.owner_id == self.me.id],
            "others": [action for action in awake if action.is_tracked and action.owner_id != self.me.id],
            "resting": [action for action in found if action.is_put_off(today)],
            "done": actions.done_ones_of(self.me),
        }


class ActionPage(PairPage):
    """One action on a page of its own."""

    live_path = None

    def __init__(self, me, action, template):
        super().__init__(me, action.pair)
        self.action, self.template = action, template


live_page(pages, ActionsPage, "/actions")


@pages.get("/items/<id>/actions/new")
def form(id):
    item, found = item_or_404(id)
    if item.deleted_at:
        raise ItemGone(item)
    found.meeting.must_be_open()
    if is_partial():
        return render_template("actions/_new.html", page=found, me=g.person, item=item)
    return page(ItemPage(g.person, item, "actions/new.html"))


@pages.post("/items/<id>/actions")
def propose(id):
    item, found = item_or_404(id)
    g.page = ItemPage(g.person, item, "actions/new.html")
    form = checked(ActionForm, at=f"new-action-{id}-form")
    actions.propose(item, g.person, key=form.key.data, together=form.together.data, **_terms(found, form))
    return changed(
        found,
        item.region,
        "wrapup",
        also=("actions",),
        to=f"{item.meeting.path}#{item.region}",
        extra=slot(f"new-action-{id}"),
    )


def _terms(found, form):
    return {
        "text": form.text.data,
        "owner": found.pair.person(form.owner.data),
        "due_on": form.due_on.data,
        "likelihood": form.likelihood.data,
    }


def _action_or_404(id):
    action = actions.find(g.person, id) or abort(404)
    g.page = PairPage(g.person, action.pair)
    return action


@pages.get("/actions/<id>")
def one(id):
    action = _action_or_404(id)
    if is_partial():
        return g.page.render(action.region) or abort(404)
    return page(ActionPage(g.person, action, "actions/action.html"))


@pages.get("/actions/<id>/edit")
def edit_form(id):
    action = _action_or_404(id)
    action.must_be_proposed()
    if is_partial():
        return render_template("actions/_edit.html", page=g.page, me=g.person, action=action)
    return page(ActionPage(g.person, action, "actions/edit.html"))


@pages.post("/actions/<id>")
def rewrite(id):
    action = _action_or_404(id)
    g.page = ActionPage(g.person, action, "actions/edit.html")
    at = f"edit-action-{id}"
    form = checked(ActionForm, at=at)
    try:
        action.rewrite(g.person, before=form.terms.data, **_terms(g.page, form))
    except Changed:
        return overtaken(g.page, at, form, action, "actions/_edit.html", action=action)
    return _settled(action, moved=True, extra=g.page.outright(action.region))


@pages.post("/actions/<id>/agreement")
def agree(id):
    action = _action_or_404(id)
    form = checked(AgreementForm, at=action.region)
    action.agree(g.person, together=bool(form.together.data), terms=form.seen)
    return _settled(action, moved=True)


@pages.delete("/actions/<id>/agreement")
def withdraw(id):
    action = _action_or_404(id)
    action.withdraw(g.person)
    return _settled(action, moved=True)


@pages.post("/actions/<id>/completion")
def complete(id):
    action = _action_or_404(id)
    action.complete(g.person)
    return _settled(action)


@pages.delete("/actions/<id>/completion")
def uncomplete(id):
    action = _action_or_404(id)
    action.uncomplete(g.person)
    return _settled(action)


@pages.post("/actions/<id>/updates")
def update(id):
    action = _action_or_404(id)
    form = checked(UpdateForm, at=f"update-{id}")
    action.update_with(g.person, form.text.data, form.key.data)
    return _settled(action)


@pages.post("/actions/<id>/likelier")
def say_what_helps(id):
    action = _action_or_404(id)
    form = checked(LikelierForm, at=f"likelier-{id}")
    merged = action.say_what_helps(g.person, form.text.data or "", form.base.data or "")
    if merged.clash:
        tell(g.page)
        return _clash(action, merged.text), 409
    return _settled(action, extra=g.page.outright(action.region))


def _clash(action, text):
    """Both versions in one box, on the page or on one of its own."""
    said = {"action": action, "clash": text}
    if is_partial():
        return render_template("actions/_likelier.html", page=g.page, me=g.person, **said)
    return page(ActionPage(g.person, action, "actions/likelier.html"), **said)


@pages.post("/actions/<id>/due")
def redate(id):
    action = _action_or_404(id)
    action.redate(g.person, checked(DueForm, at=f"due-{id}").due_on.data)
    return _settled(action)


@pages.post("/actions/<id>/rest")
def put_off(id):
    action = _action_or_404(id)
    action.put_off(g.person, checked(PutOffForm, at=f"rest-{id}").until.data)
    return _settled(action, moved=True)


@pages.delete("/actions/<id>/rest")
def resume(id):
    action = _action_or_404(id)
    action.put_off(g.person, None)
    return _settled(action, moved=True)


@pages.post("/actions/<id>/dropping")
def drop(id):
    action = _action_or_404(id)
    action.drop(g.person, checked(DropForm, at=f"drop-{id}").reason.data)
    return _settled(action, moved=True)


@pages.delete("/actions/<id>/dropping")
def take_up(id):
    action = _action_or_404(id)
    action.take_up(g.person)
    return _settled(action, moved=True)


def _settled(action, moved=False, extra=""):
    """Answer with the action in its new state; where it may have come, gone or moved, the lists follow."""
    lists = ("actions", "wrapup", *([f"item-{action.item_id}"] if action.item_id else [])) if moved else ()
    return changed(g.page, action.region, also=lists, to=_home(action), extra=extra)


def _home(action):
    """The page on which a browser without JavaScript sees it best: the open meeting, else the pair's page."""
    meeting = scheduling.next_meeting(action.pair)
    return f"{(meeting or action.pair).path}#{action.region}"
