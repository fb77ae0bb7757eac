"""Feedback between the two: asked for, given, acknowledged, taken back, and wanted in the record."""

from functools import cached_property

from flask import Blueprint, abort, g, redirect, request

import feedback
from languages import Phrase

from .answers import changed, checked, found_or_404, page
from .pages import Page, PairPage
from .streams import keep_live
from .year_forms import AskForm, FeedbackForm, ReplyForm

pages = Blueprint("feedback", __name__)


class FeedbackPage(PairPage):
    """What the two tell each other; one may be about to answer a `question`, or in an open meeting (`occasion`)."""

    template = "feedback/feedback.html"
    tab = "feedback"
    needs_accepted = True
    shows = {"feedback": "feedback", "pair": "feedback"}
    partials = {
        **Page.partials,
        "feedback": "feedback/_feedback.html",
        "give": "feedback/_give.html",
        "ask": "feedback/_ask.html",
    }
    whole = ("feedback",)
    question = occasion = None

    @property
    def title(self):
        return Phrase("Feedback between you and %(name)s", name=self.other.first_name)

    @property
    def path(self):
        return f"{self.pair.path}/feedback"

    @property
    def live_path(self):
        return f"{self.path}/live"

    @cached_property
    def all(self):
        return feedback.of(self.pair, self.me)

    def _feedback(self):
        there = [found for found in self.all if not found.withdrawn_at]
        given = [found for found in there if found.given_at]
        return {
            "questions": [found for found in there if found.is_question],
            "for_me": [found for found in given if found.receiver_id == self.me.id],
            "from_me": [found for found in given if found.giver_id == self.me.id],
            "taken_back": [found for found in self.all if found.withdrawn_at],
        }

    def _give(self):
        return {}

    def _ask(self):
        return {}

    def about(self, question, meeting):
        """The same page, about to answer this question (None: none) in this meeting, if they are theirs and open."""
        is_theirs = question and question.giver_id == self.me.id and question.pair_id == self.pair.id
        self.question = question if is_theirs and question.is_question else None
        self.occasion = feedback.occasion(self.me, self.pair, meeting)
        return self


def _feedback_or_404(id):
    return found_or_404(FeedbackPage.of(g.person, id))


@pages.get("/pairs/<id>/feedback")
def show(id):
    question = feedback.find(g.person, request.args.get("answers", ""))
    return page(_feedback_or_404(id).about(question, request.args.get("meeting", "")))


keep_live(pages, FeedbackPage, "/pairs/<id>/feedback")


@pages.post("/pairs/<id>/feedback")
def give(id):
    found = _feedback_or_404(id).about(None, request.form.get("meeting", ""))
    form = checked(FeedbackForm, at="giving")
    feedback.give(found.pair, g.person, meeting=found.occasion, key=form.key.data, **form.said())
    return _given(found)


def _given(found):
    """Answer with a form that is ready for the next one."""
    found.question = None
    return changed(found, "feedback", to=found.path, extra=found.outright("give"))


@pages.post("/pairs/<id>/feedback/questions")
def ask(id):
    found = _feedback_or_404(id)
    form = checked(AskForm, at="asking")
    feedback.ask(found.pair, g.person, form.text.data, form.key.data)
    return changed(found, "feedback", to=found.path)


def _one_or_404(id):
    one = feedback.find(g.person, id) or abort(404)
    return one, found_or_404(FeedbackPage(g.person, one.pair))


@pages.get("/feedback/<id>")
def one(id):
    one, found = _one_or_404(id)
    return redirect(_place(found, one))


def _place(found, one):
    return f"{found.path}#feedback-{one.id}"


@pages.post("/feedback/<id>/answer")
def answer(id):
    one, found = _one_or_404(id)
    found.about(one, request.form.get("meeting", ""))
    form = checked(FeedbackForm, at="giving")
    one.answer(g.person, meeting=found.occasion, **form.said())
    return _given(found)


@pages.post("/feedback/<id>/acknowledgement")
def acknowledge(id):
    one, found = _one_or_404(id)
    form = checked(ReplyForm, at=f"thanking-{id}")
    one.acknowledge(g.person, form.text.data or "")
    return _settled(found, one)


@pages.post("/feedback/<id>/withdrawal")
def withdraw(id):
    one, found = _one_or_404(id)
    one.withdraw(g.person)
    return _settled(found, one)


@pages.delete("/feedback/<id>/withdrawal")
def stand(id):
    one, found = _one_or_404(id)
    one.withdraw(g.person, undo=True)
    return _settled(found, one)


@pages.post("/feedback/<id>/recording")
def record(id):
    one, found = _one_or_404(id)
    one.record(g.person)
    return _settled(found, one)


@pages.delete("/feedback/<id>/recording")
def leave_out(id):
    one, found = _one_or_404(id)
    one.record(g.person, undo=True)
    return _settled(found, one)


def _settled(found, one):
    return changed(found, "feedback", to=_place(found, one))
