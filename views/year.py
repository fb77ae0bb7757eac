"""The year: what two people did between two days, gathered for the annual review."""

from datetime import date
from functools import cached_property

from flask import Blueprint, abort, g, redirect, render_template, request

import access
import competence_documents
import evidence
import reviews
import scheduling
from languages import Phrase
from reviews import usual_year
from saying import day
from years import Year, is_year

from .answers import changed, checked, found_or_404, gone_on, meeting_or_404, page, slot
from .exports import FORMATS, JSON, exported, exported_data
from .pages import Page, PairPage
from .streams import keep_live
from .year_forms import EvidenceForm, YearForm

pages = Blueprint("year", __name__)

# What stands between the two days of an address.
BETWEEN = "--"


class YearPage(PairPage):
    """A year of a pair, at a glance, and what shows how it went."""

    template = "year/year.html"
    tab = "year"
    needs_accepted = True
    shows = {
        "year": "year",
        "evidences": "evidences",
        "meetings": "year",
        "actions": "year",
        "objectives": "year",
        "objective": "year",
        "action": "year",
        "feedback": "year",
    }
    partials = {
        **Page.partials,
        "year": "year/_year.html",
        "evidences": "evidence/_evidences.html",
    }
    whole = ("year", "evidences")
    formats = FORMATS

    def __init__(self, me, pair, days=None):
        super().__init__(me, pair)
        self.days = days

    @classmethod
    def of(cls, me, id, days=None):
        found = super().of(me, id)
        if found and days:
            found.days = _read(days)
        return found if found and (found.days or not days) else None

    def found_by(self, me):
        return type(self).of(me, self.pair.id, self.days and written(*self.days))

    def resting(self):
        small = super().resting()
        small.days = self.days
        return small

    @cached_property
    def year(self):
        """The days that it is about: those of its address, or the usual ones."""
        return Year(self.pair, *(self.days or usual_year(self.pair, self.me.today)))

    @property
    def title(self):
        return Phrase("The year: you and %(name)s", name=self.other.first_name)

    @property
    def path(self):
        return f"{self.pair.path}/years/{written(*self.days)}" if self.days else f"{self.pair.path}/year"

    @property
    def live_path(self):
        return f"{self.path}/live"

    def _year(self):
        upcoming, meetings = scheduling.next_meeting(self.pair), self.year.meetings()
        return {
            "meetings": meetings,
            "meeting_days": [day(meeting.starts_at, self.me.time_zone) for meeting in meetings],
            "objectives": list(self.objectives.values()),
            "actions": self.year.actions(),
            "feedback": self.year.feedback(),
            "upcoming": upcoming,
            "is_review": upcoming and reviews.is_review(upcoming),
            "reviews": reviews.past(self.pair),
        }

    @cached_property
    def objectives(self):
        """What evidence may be for: id → objective."""
        return {one.id: one for one in self.year.objectives()}

    def _evidences(self):
        found = evidence.of(self.pair, self.year.starts_on, self.year.ends_on)
        return {
            "found": found,
            "objectives": self.objectives,
            "for_accreditation": any(one.reference and one.consented_at for one in found),
            "copies": f"{self.pair.path}/years/{written(self.year.starts_on, self.year.ends_on)}/competence",
        }


def year_or_404(id, days=None):
    """The page of a pair's year: that between the two days of the address, or the usual one."""
    return found_or_404(YearPage.of(g.person, id, days))


def written(starts_on, ends_on):
    """Two days as they stand in an address."""
    return f"{starts_on.isoformat()}{BETWEEN}{ends_on.isoformat()}"


def _read(days):
    """The two days of an address; None where there is no such year."""
    try:
        first, last = (date.fromisoformat(day) for day in days.split(BETWEEN))
    except ValueError:
        return None
    return (first, last) if is_year(first, last) else None


@pages.get("/pairs/<id>/year")
@pages.get("/pairs/<id>/years/<days>")
def show(id, days=None):
    found = year_or_404(id, days)
    removed = evidence.find(g.person, request.args.get("removed", ""))
    is_theirs = removed and removed.removed_by_id == g.person.id and removed.pair_id == found.pair.id
    return page(found, removed=removed if is_theirs else None)


@pages.get("/pairs/<id>/years")
def choose(id):
    found = year_or_404(id)
    if not request.args:
        return redirect(found.path)
    form = checked(YearForm, at="period")
    return redirect(f"{found.pair.path}/years/{written(form.starts_on.data, form.ends_on.data)}")


keep_live(pages, YearPage, "/pairs/<id>/year", "/pairs/<id>/years/<days>")


@pages.get("/pairs/<id>/years/<days>/competence.<extension>")
def copy(id, days, extension):
    found = year_or_404(id, days)
    if extension not in FORMATS:
        abort(404)
    response = _copied(found.year, extension)
    access.note_competence(g.person, found.pair)
    return response


def _copied(year, extension):
    name = f"competence-{year.ends_on.isoformat()}"
    if extension == JSON:
        return exported_data(competence_documents.data_of(year), name)
    return exported(competence_documents.document_of(year), extension, name)


@pages.post("/pairs/<id>/year/evidence")
@pages.post("/pairs/<id>/years/<days>/evidence")
def add_evidence(id, days=None):
    found = year_or_404(id, days)
    form = checked(EvidenceForm, at="new-evidence")
    made = evidence.add(found.pair, g.person, key=form.key.data, **form.said())
    elsewhere = not found.year.starts_on <= made.happened_on <= found.year.ends_on
    extra = slot("notice", render_template("evidence/_elsewhere.html", one=made)) if elsewhere else ""
    return changed(found, "evidences", also=("year",), to=made.path, extra=extra)


@pages.post("/meetings/<id>/gathering")
def gather(id):
    found = meeting_or_404(id)
    form = checked(YearForm, at="gathering")
    reviews.gather(found.meeting, g.person, form.starts_on.data, form.ends_on.data)
    return gone_on(found, "agenda", "wrapup", "gathering", to=f"{found.meeting.path}#gathering")


@pages.post("/pairs/<id>/year/review")
@pages.post("/pairs/<id>/years/<days>/review")
def begin(id, days=None):
    found = year_or_404(id, days)
    meeting = reviews.begin(found.pair, g.person, found.year.starts_on, found.year.ends_on)
    return gone_on(found, "head", "agenda", "wrapup", "gathering", "year", to=f"{meeting.path}#gathering")
