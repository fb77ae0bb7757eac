"""Evidence: kept from an item, an action or feedback with one click, agreed to, changed, taken out."""

from datetime import timedelta

from flask import Blueprint, abort, g, redirect, render_template, request
from markupsafe import escape

import actions
import evidence
import feedback
from languages import Phrase, translated

from .answers import answer, checked, item_or_404, page, slot, tell
from .forms import AgreementForm
from .pages import PairPage
from .year import YearPage, written
from .year_forms import EvidenceForm

pages = Blueprint("evidence", __name__)

HALF_A_YEAR = timedelta(days=182)


class EvidencePage(YearPage):
    """One piece of evidence on a page of its own, to be put in other words."""

    template = "evidence/edit.html"
    live_path = None

    def __init__(self, me, one):
        super().__init__(me, one.pair)
        self.one = one


@pages.post("/items/<id>/evidence")
def keep_item(id):
    item, found = item_or_404(id, wherever_it_is=True)
    keep = evidence.keep_notes if request.form.get("part") == "notes" else evidence.keep_item
    return _kept(found, keep(item, g.person), to=f"{item.meeting.path}#{item.region}")


@pages.post("/actions/<id>/evidence")
def keep_action(id):
    action = actions.find(g.person, id) or abort(404)
    return _kept(PairPage(g.person, action.pair), evidence.keep_action(action, g.person), to=action.path)


@pages.post("/feedback/<id>/evidence")
def keep_feedback(id):
    one = feedback.find(g.person, id) or abort(404)
    found = PairPage(g.person, one.pair)
    return _kept(found, evidence.keep_feedback(one, g.person), to=f"{one.pair.path}/feedback#feedback-{id}")


def _kept(found, made, to):
    """Say that it is kept, or that whoever wrote it is asked."""
    g.page = found
    tell(found, "evidences", "today")
    name = found.pair.other(g.person).first_name
    waiting = Phrase("%(name)s is asked whether this may be kept for the annual review.", name=name)
    said = translated(Phrase("Kept for the annual review.") if made.consented_at else waiting)
    return answer(found, to=to, extra=slot("notice", escape(said)))


def _one_or_404(id):
    found = evidence.find(g.person, id) or abort(404)
    g.page = YearPage(g.person, found.pair)
    return found


def _own_or_404(id):
    """Evidence whose words are theirs to change."""
    found = _one_or_404(id)
    return found if found.may_change(g.person) and not found.removed_at else abort(404)


@pages.get("/evidence/<id>")
def show(id):
    found = _one_or_404(id)
    usual, day = g.page.year, found.happened_on
    around = day - HALF_A_YEAR, day + HALF_A_YEAR
    where = "year" if usual.starts_on <= day <= usual.ends_on else f"years/{written(*around)}"
    return redirect(f"{found.pair.path}/{where}#{found.region}")


@pages.get("/evidence/<id>/edit")
def edit_form(id):
    return page(EvidencePage(g.person, _own_or_404(id)))


@pages.post("/evidence/<id>")
def rewrite(id):
    found = _own_or_404(id)
    g.page = EvidencePage(g.person, found)
    form = checked(EvidenceForm, at=f"edit-{found.region}")
    found.rewrite(g.person, before=form.terms.data, **form.said())
    return _settled(found)


@pages.post("/evidence/<id>/consent")
def consent(id):
    found = _one_or_404(id)
    if not found.consented_at and not found.waits_for(g.person):
        abort(404)
    found.consent(g.person, checked(AgreementForm, at=found.region).seen)
    return _settled(found)


@pages.post("/evidence/<id>/removal")
def take_out(id):
    found = _removable_or_404(id)
    found.take_out(g.person)
    undo = render_template("evidence/_taken_out.html", one=found, me=g.person)
    return _settled(found, extra=slot("notice", undo), then=f"?removed={id}")


@pages.delete("/evidence/<id>/removal")
def put_back(id):
    found = _removable_or_404(id)
    found.put_back(g.person)
    return _settled(found, extra=slot("notice"))


def _removable_or_404(id):
    found = _one_or_404(id)
    return found if found.may_remove(g.person) else abort(404)


def _settled(found, extra="", then=""):
    # It stands on the page of the year and, while it waits, on Today: each of them hears of it by its stream.
    tell(g.page, "evidences", "year", "today")
    return answer(g.page, to=f"{found.pair.path}/year{then}#evidences", extra=extra)
