"""Pairs: inviting a colleague, the usual arrangements, and the page where a pair's year comes together."""

from flask import Blueprint, current_app, g, redirect, render_template

import covers
import library
import live
import pairing
import scheduling
from languages import Phrase, translated
from models import Refused
from notebooks import PrivateNote
from people import colleagues_called

from .answers import BadForm, changed, checked, gone_on, is_partial, page, pair_or_404, tell
from .forms import InvitationForm, MeetingForm, NotesForm, PairForm
from .pages import PairPage, Rejected
from .streams import live_page
from .today import TodayPage

pages = Blueprint("pairs", __name__)

# What depends on whether the two meet: nearly everything, so it is shown anew as a whole.
MET = ("pair", "meetings", "actions", "head", "agenda", "wrapup", "close")
CLASH = Phrase("This was changed on another page of yours. Both versions are here: keep what is right.")


class ResponsibilitiesPage(PairPage):
    """What each of the two brings to their conversations."""

    live_path = None
    template = "pairs/responsibilities.html"
    title = Phrase("What each of you brings")

    @property
    def responsibilities(self):
        return library.responsibilities(self.pair.template)


class InvitationPage(TodayPage):
    """Inviting a colleague."""

    template = "pairs/new.html"
    title = Phrase("Meet somebody one to one")

    @property
    def first_start(self):
        """When the two could meet first."""
        return scheduling.first_start(self.me)


@pages.get("/pairs/new")
def new():
    return page(InvitationPage(g.person))


@pages.post("/pairs")
def invite():
    g.page = InvitationPage(g.person)
    form = checked(InvitationForm, at="invitation")
    colleague = colleague_in(form, at="invitation")
    manager, report = (colleague, g.person) if form.side.data == "individual" else (g.person, colleague)
    pair = pairing.invite(
        g.person,
        manager,
        report,
        first_starts_at=form.starts_at.moment,
        **form.settings(),
    )
    live.announce(pair, "pair")
    return redirect(pair.path, 303)


def colleague_in(form, at):
    """The one colleague whom this form, whose id is `at`, names. Raises BadForm."""
    found = colleagues_called(form.colleague.data, besides=g.person)
    if len(found) != 1:
        problem = (
            Phrase("Nobody of that name or e-mail address is here yet.")
            if not found
            else Phrase("Several people are called that. Please give the e-mail address.")
        )
        raise BadForm(Rejected(at, form.typed(), {"colleague": problem}))
    return found[0]


live_page(pages, PairPage, "/pairs/<id>")


@pages.get("/pairs/<id>/agenda")
def agenda(id):
    found = pair_or_404(id)
    upcoming = scheduling.next_meeting(found.pair)
    return redirect(upcoming.path if upcoming else found.pair.path)


@pages.get("/pairs/<id>/responsibilities")
def responsibilities(id):
    return page(ResponsibilitiesPage(g.person, pair_or_404(id).pair))


@pages.post("/pairs/<id>/acceptance")
def accept(id):
    found = pair_or_404(id)
    pairing.accept(found.pair, g.person)
    return _settled(found)


@pages.post("/pairs/<id>/ending")
def end(id):
    found = pair_or_404(id)
    cover = covers.of(found.pair)
    found.pair.end(g.person, current_app.config["DUOLOGUE"].former_manager_days)
    if cover:
        live.announce(cover, *MET)
    return _settled(found)


def _settled(found):
    if found.pair.covers_id:
        live.announce(found.pair.covers, "pair")
    return gone_on(found, *MET, to=_home_of(found.pair))


def _home_of(pair):
    """The pair's page, or Today for a manager who may no longer see it."""
    return pair.path if g.person.pair(pair.id) else "/"


@pages.post("/pairs/<id>/rhythm")
def settle(id):
    found = pair_or_404(id)
    form = checked(PairForm, at="rhythm")
    found.pair.settle(g.person, **form.settings())
    return changed(found, "pair", also=("close",), to=found.pair.path)


@pages.post("/pairs/<id>/meetings")
def schedule(id):
    found = pair_or_404(id)
    form = checked(MeetingForm, at="schedule")
    if scheduling.next_meeting(found.pair):
        raise Refused(Phrase("You have a next meeting already. Open it to change its date."))
    meeting = scheduling.schedule(found.pair, g.person, form.starts_at.moment)
    return gone_on(found, "meetings", "head", to=meeting.path)


@pages.post("/pairs/<id>/notebook")
def write_notebook(id):
    found = pair_or_404(id)
    form = checked(NotesForm, at="notebook")
    merged = PrivateNote.write(found.pair, g.person, form.text.data, form.base.data, form.sent.data)
    clash = merged.text if merged.clash else None
    tell(found, "notebook", answered=("notebook",), only_me=True)
    if is_partial():
        return found.partial("saved") + render_template(
            "pairs/_notebook.html",
            page=found,
            me=g.person,
            clash=clash,
            problem=clash and translated(CLASH),
            note=PrivateNote.of(found.pair, g.person),
        ), 409 if clash else 200
    if clash:
        found.rejected = Rejected("notebook", {"text": clash}, {"text": CLASH})
        return page(found), 409
    return redirect(found.pair.path, 303)
