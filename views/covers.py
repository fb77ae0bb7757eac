"""Leave cover: who stands in for a manager, and until when."""

from flask import Blueprint, abort, g, redirect

import covers
import live
from languages import Phrase
from models import Refused

from .answers import checked, page, pair_or_404
from .forms import CoverForm, LastDayForm
from .pages import PairPage
from .pairs import MET, colleague_in

pages = Blueprint("covers", __name__)


class CoverPage(PairPage):
    """Somebody who stands in for the manager of a pair."""

    template = "handover/cover.html"
    live_path = None

    @property
    def title(self):
        if self.side == "manager":
            return Phrase("Somebody to stand in for you")
        return Phrase("Somebody to stand in for %(name)s", name=self.other.first_name)


def _cover_page_or_404(id):
    pair = pair_or_404(id).pair
    if not pair.is_running or pair.covers_id:
        abort(404)
    g.page = CoverPage(g.person, pair)
    return g.page


@pages.get("/pairs/<id>/cover")
def show(id):
    found = _cover_page_or_404(id)
    return page(found, cover=covers.of(found.pair))


@pages.post("/pairs/<id>/cover")
def set_up(id):
    pair = _cover_page_or_404(id).pair
    form = checked(CoverForm, at="cover")
    colleague = colleague_in(form, at="cover")
    covers.set_up(pair, g.person, colleague, form.until.data, form.starts_at.moment)
    return _settled(pair)


@pages.delete("/pairs/<id>/cover")
def end(id):
    pair = _cover_page_or_404(id).pair
    return _settled(pair, covers.end(pair, g.person))


@pages.post("/pairs/<id>/cover/until")
def move_end(id):
    pair = _cover_page_or_404(id).pair
    cover = covers.of(pair)
    if cover is None:
        raise Refused(Phrase("Nobody stands in any more. You can ask somebody again."))
    covers.move_end(cover, checked(LastDayForm, at="cover-until").until.data)
    return _settled(pair, cover)


def _settled(pair, cover=None):
    """All three are told, and whoever did it goes back to the page that says so."""
    for one in (pair, cover or covers.of(pair)):
        if one:
            live.announce(one, *MET)
    return redirect(f"{pair.path}/cover", 303)
