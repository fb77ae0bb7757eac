"""Objectives: what the year is for. Set and agreed by both, with the progress that each of them sees."""

from flask import Blueprint, abort, g, render_template

import growth
from agreeing import Changed
from languages import Phrase

from .answers import changed, checked, found_or_404, is_partial, meeting_or_404, overtaken, page
from .forms import AgreementForm, DropForm
from .pages import Page, PairPage
from .streams import live_page
from .year_forms import ObjectiveForm, ProgressForm

pages = Blueprint("objectives", __name__)


class ObjectivesPage(PairPage):
    """The objectives of a pair, with all that was said of them."""

    template = "objectives/objectives.html"
    tab = "objectives"
    needs_accepted = True
    shows = {"objectives": "objectives", "objective": "objective"}
    partials = {
        **Page.partials,
        "objectives": "objectives/_objectives.html",
        "objective": "objectives/_objective.html",
    }
    whole = ("objectives",)

    @property
    def title(self):
        return Phrase("Objectives: you and %(name)s", name=self.other.first_name)

    @property
    def live_path(self):
        return f"{self.pair.path}/objectives/live"

    def _objective(self, id):
        found = growth.find(self.me, id)
        return {"objective": found} if found and not found.withdrawn_at else None


class ObjectivePage(ObjectivesPage):
    """One objective on a page of its own, perhaps to be put in other words."""

    template = "objectives/objective.html"
    live_path = None

    def __init__(self, me, objective, editing=False):
        super().__init__(me, objective.pair)
        self.objective, self.editing = objective, editing


def _objective_or_404(id):
    objective = growth.find(g.person, id) or abort(404)
    g.page = ObjectivesPage(g.person, objective.pair)
    return objective


live_page(pages, ObjectivesPage, "/pairs/<id>/objectives")


@pages.post("/pairs/<id>/objectives")
def add(id):
    found = found_or_404(ObjectivesPage.of(g.person, id))
    form = checked(ObjectiveForm, at="new-objective")
    made = growth.set_objective(
        found.pair, g.person, **form.said(), together=bool(form.together.data), key=form.key.data
    )
    return changed(found, "objectives", also=("growth",), to=f"{found.pair.path}/objectives#{made.region}")


@pages.get("/objectives/<id>")
def one(id):
    objective = _objective_or_404(id)
    if is_partial():
        return g.page.render(objective.region) or abort(404)
    return page(ObjectivePage(g.person, objective))


@pages.get("/objectives/<id>/edit")
def edit_form(id):
    objective = _objective_or_404(id)
    objective.must_be_open_to_change()
    if is_partial():
        return render_template("objectives/_edit.html", page=g.page, me=g.person, objective=objective)
    return page(ObjectivePage(g.person, objective, editing=True))


@pages.post("/objectives/<id>")
def rewrite(id):
    objective = _objective_or_404(id)
    g.page = ObjectivePage(g.person, objective, editing=True)
    at = f"edit-objective-{id}"
    form = checked(ObjectiveForm, at=at)
    try:
        objective.rewrite(g.person, before=form.terms.data, **form.said())
    except Changed:
        return overtaken(g.page, at, form, objective, "objectives/_edit.html", objective=objective)
    return _settled(objective, extra=g.page.outright(objective.region))


@pages.post("/objectives/<id>/agreement")
def agree(id):
    objective = _objective_or_404(id)
    form = checked(AgreementForm, at=objective.region)
    objective.agree(g.person, together=bool(form.together.data), terms=form.seen)
    return _settled(objective)


@pages.delete("/objectives/<id>/agreement")
def withdraw(id):
    objective = _objective_or_404(id)
    objective.withdraw(g.person)
    return _settled(objective)


@pages.post("/objectives/<id>/achievement")
def achieve(id):
    objective = _objective_or_404(id)
    objective.achieve(g.person)
    return _settled(objective)


@pages.delete("/objectives/<id>/achievement")
def unachieve(id):
    objective = _objective_or_404(id)
    objective.achieve(g.person, undo=True)
    return _settled(objective)


@pages.post("/objectives/<id>/dropping")
def drop(id):
    objective = _objective_or_404(id)
    objective.drop(g.person, checked(DropForm, at=f"drop-{id}").reason.data)
    return _settled(objective)


@pages.delete("/objectives/<id>/dropping")
def take_up(id):
    objective = _objective_or_404(id)
    objective.take_up(g.person)
    return _settled(objective)


@pages.post("/objectives/<id>/progress")
def note_progress(id):
    objective = _objective_or_404(id)
    form = checked(ProgressForm, at=f"progress-{id}")
    objective.note_progress(g.person, form.outlook.data, form.text.data or "", key=form.key.data)
    return _settled(objective)


@pages.post("/meetings/<id>/progress")
def note_in_meeting(id):
    found = meeting_or_404(id)
    form = checked(ProgressForm, at="progress")
    objective = growth.find(g.person, form.objective.data or "")
    if not objective or objective.pair_id != found.pair.id:
        abort(404)
    objective.pair = found.pair
    objective.note_progress(g.person, form.outlook.data, form.text.data or "", found.meeting, form.key.data)
    return changed(found, "growth", also=(objective.region,), to=f"{found.meeting.path}#growth")


def _settled(objective, extra=""):
    """Answer with the objective in its new state; where objectives are only listed, the list follows."""
    to = f"{objective.pair.path}/objectives#{objective.region}"
    return changed(g.page, objective.region, also=("growth",), to=to, extra=extra)
