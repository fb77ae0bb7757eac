"""Calendars: one meeting as a file, and all of a person's at a private address for calendar programs."""

from http.client import OK

from flask import Blueprint, Response, abort, current_app, g, redirect, request

import calendar_feeds
import calendars

from .answers import meeting_or_404, page
from .people import OwnPage

pages = Blueprint("calendars", __name__)

TYPE = "text/calendar; charset=utf-8"


@pages.get("/meetings/<id>/calendar.ics")
def meeting(id):
    found = meeting_or_404(id)
    # Telephones show what is sent so, and ask whether to keep it.
    headers = {"Content-Disposition": 'inline; filename="one-to-one.ics"'}
    entry = calendars.of_meeting(found.meeting, g.person, _site())
    return Response(calendars.file(entry), headers=headers, content_type=TYPE)


@pages.get("/calendar/<token>.ics")
def feed(token):
    """For whom it is, the door has found out by the token."""
    entries = calendars.of_person(g.person or abort(404), _site())
    response = Response(headers={"Cache-Control": "private, no-cache"}, content_type=TYPE)
    # No Last-Modified: what falls out of a calendar leaves no moment behind.
    response.set_etag(calendars.tag(entries), weak=True)
    if response.make_conditional(request).status_code == OK:
        response.set_data(calendars.feed(entries))
    return response


@pages.get("/me/calendar")
def show():
    """Where the browser is once an address was made, for whoever asks for it again."""
    return page(OwnPage(g.person))


@pages.post("/me/calendar")
def begin():
    found = OwnPage(g.person) if OwnPage.has_calendar else abort(404)
    token = calendar_feeds.begin(g.person)
    return page(found, address=f"{_site()}/calendar/{token}.ics")


@pages.delete("/me/calendar")
def end():
    calendar_feeds.end(g.person)
    return redirect("/me#calendar", 303)


def _site() -> str:
    """Where browsers find Duologue."""
    return current_app.config["DUOLOGUE"].public_url or f"http://{request.host}"
