"""Handing over: what goes along to a new manager, chosen by the individual alone, and what was passed on."""

from flask import Blueprint, abort, g, redirect, request

import actions
import handovers
import live
from languages import Phrase

from .answers import checked, found_or_404, page, pair_or_404
from .forms import HandoverForm
from .pages import PairPage

pages = Blueprint("handovers", __name__)

# What shows on other pages what has come along.
FILLED = ("pair", "actions", "objectives", "growth", "plan", "balance")


class HandoverPage(PairPage):
    """What may go along from a pair; its individual chooses, both say so of open actions while they meet."""

    template = "handover/handover.html"
    title = Phrase("What to pass on to a new manager")
    live_path = None

    def __init__(self, me, pair):
        super().__init__(me, pair)
        self.targets = handovers.targets(pair, me) if self.side == "individual" else []
        wanted = request.values.get("to")
        self.to = next((one for one in self.targets if wanted in (None, one.id)), None)
        self.handed_on = handovers.handed_on(pair)
        self.offer = handovers.offer(pair, self.to) if self.to else None

    def both_agreed(self, action):
        """Whether both said that the title of this action may go along."""
        return len(self.handed_on.get(action.id, ())) == len(self.pair.people)


class PassedOnPage(PairPage):
    """What was passed on into a pair, for its two people."""

    template = "handover/passed_on.html"
    title = Phrase("What was passed on")
    live_path = None


class PassedRecordPage(PassedOnPage):
    """A record of earlier one-to-ones that was passed on."""

    template = "handover/record.html"

    def __init__(self, me, passed):
        super().__init__(me, passed.pair)
        self.passed, self.minutes = passed, passed.minutes


def _handover_or_404(id):
    pair = pair_or_404(id).pair
    if not pair.accepted_at or not (pair.is_running or pair.report_id == g.person.id):
        abort(404)
    g.page = HandoverPage(g.person, pair)
    return g.page


@pages.get("/pairs/<id>/handover")
def show(id):
    found = _handover_or_404(id)
    open_ones = [one for one in actions.open_ones(found.pair) if one.is_open]
    return page(found, open_ones=open_ones)


@pages.post("/pairs/<id>/handover")
def pass_on(id):
    found = _handover_or_404(id)
    to = found.to or abort(404)
    form = checked(HandoverForm, at="handover")
    handovers.pass_on(found.pair, to, g.person, form.chosen())
    live.announce(to, *FILLED)
    return redirect(f"{to.path}/passed-on", 303)


@pages.post("/actions/<id>/handing-on")
def hand_on(id):
    return _handing_on(id)


@pages.delete("/actions/<id>/handing-on")
def take_back(id):
    return _handing_on(id, undo=True)


def _handing_on(id, undo=False):
    action = actions.find(g.person, id) or abort(404)
    handovers.hand_on(action, g.person, undo=undo)
    live.announce(action.pair)
    return redirect(f"{action.pair.path}/handover#{action.region}", 303)


@pages.get("/pairs/<id>/passed-on")
def passed_on(id):
    pair = pair_or_404(id).pair
    found = found_or_404(PassedOnPage(g.person, pair))
    addresses = {source: one.path for source, one in handovers.records_of(pair).items()}
    return page(found, handovers=handovers.passed_on(pair), addresses=addresses)


@pages.get("/passed-records/<id>")
def record(id):
    passed = handovers.find_record(g.person, id) or abort(404)
    return page(found_or_404(PassedRecordPage(g.person, passed)))
