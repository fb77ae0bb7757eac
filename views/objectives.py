"""Objectives: what the year is for. Set them, and note when they are achieved."""

from flask import Blueprint, abort, g

import growth

from .answers import changed, checked, pair_or_404
from .forms import ObjectiveForm
from .pages import PairPage

pages = Blueprint("objectives", __name__)


@pages.post("/pairs/<id>/objectives")
def add(id):
    found = pair_or_404(id)
    form = checked(ObjectiveForm, at="new-objective")
    growth.set_objective(found.pair, g.person, form.text.data, form.due_on.data, form.key.data)
    return changed(found, "objectives", to=f"{found.pair.path}#objectives")


@pages.post("/objectives/<id>/achievement")
def achieve(id):
    return _achieve(id)


@pages.delete("/objectives/<id>/achievement")
def unachieve(id):
    return _achieve(id, undo=True)


def _achieve(id, undo=False):
    objective = growth.find(g.person, id) or abort(404)
    g.page = PairPage(g.person, objective.pair)
    objective.achieve(g.person, undo=undo)
    return changed(g.page, "objectives", to=f"{objective.pair.path}#objectives")
