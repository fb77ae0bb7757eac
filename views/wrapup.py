"""The wrap-up: saying that one has covered everything, and agreeing when to meet next."""

from flask import Blueprint, g

import wrapup

from .answers import changed, checked, meeting_or_404
from .forms import NextDateForm

pages = Blueprint("wrapup", __name__)


@pages.post("/meetings/<id>/coverage")
def cover(id):
    return _cover(id)


@pages.delete("/meetings/<id>/coverage")
def uncover(id):
    return _cover(id, undo=True)


def _cover(id, undo=False):
    found = meeting_or_404(id)
    wrapup.cover(found.meeting, g.person, undo)
    return _told(found)


@pages.post("/meetings/<id>/next-date")
def settle_next(id):
    found = meeting_or_404(id)
    form = checked(NextDateForm, at="closing")
    wrapup.settle_next(found.meeting, g.person, form.next_starts_at.moment)
    return _told(found)


def _told(found):
    return changed(found, "close", to=f"{found.meeting.path}#close")
