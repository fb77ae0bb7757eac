"""The event streams: each tells one open page what changed, rendered for its own person."""

import random
from collections.abc import Iterator

from flask import Blueprint, Response, g, request

import live
from rows import db

from .answers import meeting_or_404, pair_or_404
from .pages import ActionsPage, Page, TodayPage

pages = Blueprint("streams", __name__)

PING_SECONDS = 5.0
LIFE_SECONDS = 600.0
PING = "event: ping\ndata:\n\n"
GONE = "event: gone\ndata:\n\n"


@pages.get("/live")
def today():
    return _stream(TodayPage(g.person))


@pages.get("/actions/live")
def actions():
    return _stream(ActionsPage(g.person))


@pages.get("/pairs/<id>/live")
def pair(id):
    return _stream(pair_or_404(id))


@pages.get("/meetings/<id>/live")
def meeting(id):
    return _stream(meeting_or_404(id))


def _stream(page: Page) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    listener = live.Listener(page.me.id, request.headers.get("X-Page"), page.meeting_id)
    return Response(_events(page, listener, _missed(page)), mimetype="text/event-stream", headers=headers)


def _missed(page: Page) -> set[str]:
    """What the page has to be sent first: whatever changed since it last heard of anything, or all of it."""
    since = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    missed = live.changes_since(page.pair, int(since), page.me.id) if page.pair and since.isdecimal() else None
    return set(page.whole) if missed is None else page.wanted(missed)


def _events(page: Page | None, listener: live.Listener, names: set[str]) -> Iterator[str]:
    pair, left = page.pair, LIFE_SECONDS * random.uniform(0.8, 1.2)
    live.join(listener, pair)
    try:
        listener.tell(names | ({"presence"} if listener.meeting else set()))
        while left > 0:
            names = page.wanted(listener.wait(PING_SECONDS))
            if not names:
                left -= PING_SECONDS
                yield PING
                continue
            with db.connection_context():
                page = page.again()
                if page is None:
                    yield GONE
                    return
                event = _event(page, names)
            yield event
    finally:
        live.leave(listener, pair)


def _event(page: Page, names: set[str]) -> str:
    # The version is read before the regions are rendered: they are at least as new as it says.
    html = "".join(page.partial(name) for name in sorted(names))
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"id: {page.version}\n{lines}\n"
