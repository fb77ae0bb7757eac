"""Meetings: the page itself, its time and place, who is writing where, closing and opening again."""

from flask import Blueprint, abort, g, redirect, request

import library
import live
import meetings
import records
import scheduling

from .answers import changed, checked, gone_on, meeting_or_404, page
from .forms import ClosingForm, KindForm, MeetingForm
from .pages import MeetingPage
from .streams import keep_live

pages = Blueprint("meetings", __name__)

# Closing, cancelling and moving touch everything that the two have open.
EVERYTHING = ("head", "actions", "agenda", "wrapup", "close", "meetings", "pair")


@pages.get("/meetings/<id>")
def show(id):
    found = meeting_or_404(id)
    if found.meeting.closed_at:
        return redirect(f"{found.meeting.path}/record")
    deleted = meetings.find_item(g.person, request.args.get("deleted", ""))
    return page(found, deleted=deleted if deleted and deleted.deleted_at else None)


keep_live(pages, MeetingPage, "/meetings/<id>")


@pages.post("/meetings/<id>/presence")
def presence(id):
    found = meeting_or_404(id)
    section = found.meeting.outline.section(request.form.get("where", ""))
    live.note_writing(id, g.person.id, section and section.key)
    return "", 204


@pages.post("/meetings/<id>/time")
def reschedule(id):
    found = meeting_or_404(id)
    form = checked(MeetingForm, at="time")
    found.meeting.reschedule(
        g.person, form.starts_at.moment, form.minutes.data or found.meeting.minutes, form.place.data or ""
    )
    return changed(found, "head", also=("close", "meetings", "pair"), to=found.meeting.path)


@pages.post("/meetings/<id>/kind")
def turn(id):
    found = meeting_or_404(id)
    found.meeting.turn_into(g.person, checked(KindForm, at="kind").template.data)
    return _of_another_kind(found)


@pages.post("/meetings/<id>/conversations/<key>")
def join(id, key):
    found = meeting_or_404(id)
    found.meeting.join(g.person, key if key in library.offered() else abort(404))
    return _of_another_kind(found)


@pages.delete("/meetings/<id>/conversations/<key>")
def part_with(id, key):
    found = meeting_or_404(id)
    found.meeting.join(g.person, key, undo=True)
    return _of_another_kind(found)


def _of_another_kind(found):
    return changed(found, "head", "agenda", "wrapup", "close", also=("meetings", "pair"), to=found.meeting.path)


@pages.post("/meetings/<id>/closing")
def close(id):
    found = meeting_or_404(id)
    form = checked(ClosingForm, at="closing")
    records.close(found.meeting, g.person, _next_start(found, form))
    return gone_on(found, *EVERYTHING, to=f"{found.meeting.path}/record")


def _next_start(found, form):
    if form.no_next.data:
        return None
    return form.next_starts_at.moment or scheduling.start_after(found.meeting)


@pages.delete("/meetings/<id>/closing")
def reopen(id):
    found = meeting_or_404(id)
    records.reopen(found.meeting, g.person)
    return gone_on(found, *EVERYTHING, to=found.meeting.path)


@pages.post("/meetings/<id>/cancellation")
def cancel(id):
    found = meeting_or_404(id)
    form = checked(ClosingForm, at="cancelling")
    upcoming = scheduling.cancel(found.meeting, g.person, _next_start(found, form))
    return gone_on(found, *EVERYTHING, to=upcoming.path if upcoming else found.pair.path)


@pages.post("/meetings/<id>/skip")
def skip(id):
    found = meeting_or_404(id)
    upcoming = scheduling.skip(found.meeting, g.person)
    return gone_on(found, *EVERYTHING, to=upcoming.path if upcoming else found.pair.path)
