"""The event streams: each tells one open page what changed, rendered for its own person."""

import random
import time
from collections.abc import Iterator

from flask import Blueprint, Response, g, request

import auth
import live
from rows import db

from .answers import meeting_or_404, pair_or_404
from .pages import ActionsPage, Page, TodayPage

pages = Blueprint("streams", __name__)

PING_SECONDS = 5.0
LIFE_SECONDS = 600.0
PING = "event: ping\ndata:\n\n"
LONGEST_VERSION = 18
GONE = "event: gone\ndata:\n\n"


@pages.get("/live")
def today():
    return stream(TodayPage(g.person))


@pages.get("/actions/live")
def actions():
    return stream(ActionsPage(g.person))


@pages.get("/pairs/<id>/live")
def pair(id):
    return stream(pair_or_404(id))


@pages.get("/meetings/<id>/live")
def meeting(id):
    return stream(meeting_or_404(id))


def stream(page: Page) -> Response:
    """The stream of events for one open page: first what it missed, then each change as it comes."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    listener = live.Listener(
        page.me.id,
        page=request.headers.get("X-Page"),
        meeting=page.meeting.id if page.is_meeting else None,
        pair=page.pair.id if page.pair else None,
    )
    return Response(_events(page.resting(), listener, _missed(page)), mimetype="text/event-stream", headers=headers)


def _missed(page: Page) -> set[str]:
    """What the page has to be sent first: whatever changed since it last heard of anything, or all of it."""
    since = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    known = page.pair and since.isdecimal() and len(since) <= LONGEST_VERSION
    missed = live.changes_since(page.pair, int(since), page.me.id) if known else None
    return set(page.whole) if missed is None else page.wanted(missed)


def _events(page: Page, listener: live.Listener, names: set[str]) -> Iterator[str]:
    ends = time.monotonic() + LIFE_SECONDS * random.uniform(0.8, 1.2)
    live.join(listener, page.pair)
    try:
        # The headers leave with the first event, and the browser waits for them.
        yield PING
        listener.tell(names | ({"presence"} if listener.meeting else set()))
        quiet = 0
        while time.monotonic() < ends:
            names = page.wanted(listener.wait(PING_SECONDS))
            quiet = 0 if names else quiet + 1
            # Whether the person is still there is asked at every second ping: within 15 seconds a stream has ended.
            event = PING if quiet % 2 else _event(page, names)
            yield event
            if event is GONE:
                return
    finally:
        live.leave(listener, page.pair)


def _event(page: Page, names: set[str]) -> str:
    """The regions for the page's person, both looked up afresh; a ping when there are none to send."""
    with db.connection_context():
        if not names:
            return PING if auth.person_by_id(page.me.id) else GONE
        fresh = page.again()
        if not fresh:
            return GONE
        # The version was read before the regions are rendered: they are at least as new as it says.
        html = "".join(fresh.partial(name) for name in sorted(names)).replace("\r", "&#13;")
        lines = "".join(f"data: {line}\n" for line in html.split("\n"))
        return f"id: {fresh.version}\n{lines}\n"
