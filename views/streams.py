"""Live pages: each with its regions, and a stream that tells it what changed, rendered for its own person."""

import random
import time
from collections.abc import Iterator

from flask import Blueprint, Response, g, request

import covers
import live
import metrics
import rights
from aside import aside
from auth import Doorkeeper
from door import doorkeeper
from rows import db
from secrecy import CannotOpen

from .answers import found_or_404, note_open, page, part
from .pages import Page

PING_SECONDS = 5.0
LIFE_SECONDS = 600.0
PING = "event: ping\ndata:\n\n"
LONGEST_VERSION = 18
OVER = {why: f"event: {why}\ndata:\n\n" for why in (live.SIGNED_OUT, live.GONE)}
# Where nobody else has looked for so long whether the stream may go on, its next event or ping does: within 15 seconds
# it has ended.
CHECK_SECONDS = 9.0


def live_page(pages: Blueprint, kind: type[Page], *paths: str) -> None:
    """Show this kind of page at these paths, and keep it right."""

    def show(**which):
        return page(_found(kind, which))

    for path in paths:
        pages.add_url_rule(path, view_func=show)
    keep_live(pages, kind, *paths)


def keep_live(pages: Blueprint, kind: type[Page], *paths: str) -> None:
    """Keep this kind of page right, which is shown at these paths: its regions and its stream are below each."""

    def region(name, **which):
        return part(_found(kind, which), name)

    def live(**which):
        return stream(_found(kind, which))

    for path in paths:
        below = path.rstrip("/")
        pages.add_url_rule(f"{below}/regions/<name>", view_func=region)
        pages.add_url_rule(f"{below}/live", view_func=live)


def _found(kind: type[Page], which: dict[str, str]) -> Page:
    return found_or_404(kind.of(g.person, **which))


def stream(page: Page) -> Response:
    """The stream of events for one open page: first what it missed, then each change as it comes."""
    note_open(page)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    listener = live.Listener(
        page.me.id,
        page=request.headers.get("X-Page"),
        meeting=page.meeting.id if page.is_meeting else None,
        pair=page.pair.id if page.pair else None,
        session=g.session.id,
        version=page.version,
        ends_at=None if page.pair else covers.first_end(page.me),
    )
    since = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    events = _events(page.resting(), listener, doorkeeper(), since)
    return Response(events, mimetype="text/event-stream", headers=headers)


def _missed(page: Page, since: str) -> set[str]:
    """What the page has to be sent first: whatever changed since it last heard of anything, or all of it."""
    known = page.pair and since.isdecimal() and len(since) <= LONGEST_VERSION
    missed = live.changes_since(page.pair, int(since), page.me.id) if known else None
    return set(page.whole) if missed is None else page.wanted(missed)


def _events(page: Page, listener: live.Listener, keeper: Doorkeeper, since: str) -> Iterator[str]:
    ends = time.monotonic() + LIFE_SECONDS * random.uniform(0.8, 1.2)
    live.join(listener)
    try:
        # Asked once it is told of everything: what changes in between is in one of the two, or in both.
        names = _missed(page, since)
        # The headers leave with the first event, and the browser waits for them.
        yield PING
        listener.tell(names | ({"presence"} if listener.meeting else set()))
        while listener.names or (time.monotonic() < ends and not listener.is_dismissed):
            names = page.wanted(listener.wait(PING_SECONDS))
            is_due = time.monotonic() - listener.looked_at > CHECK_SECONDS
            has_news = bool(names or is_due or listener.over)
            event = aside(_next, page, listener, keeper, names, is_due) if has_news else PING
            yield event
            if event in OVER.values():
                return
    finally:
        live.leave(listener)


def _next(page: Page, listener: live.Listener, keeper: Doorkeeper, names: set[str], is_due: bool) -> str:
    """What the page is told now: that it is over, or these regions."""
    if is_due:
        rights.look_at([listener], keeper)
    event = None if listener.over else _event(page, names)
    if event:
        return event
    if not listener.over:
        # It cannot be shown: is its person signed out, or is only the page gone?
        rights.look_at([listener], keeper)
    return OVER[listener.over or live.GONE]


def _event(page: Page, names: set[str]) -> str | None:
    """The regions for the page's person, both looked up afresh; a ping when there are none to send.

    None when the page cannot be shown any more, for whatever reason.
    """
    if not names:
        return PING
    began = time.perf_counter()
    with db.connection_context():
        fresh = page.again()
        if not fresh:
            return None
        # The version was read before the regions are rendered: they are at least as new as it says.
        try:
            html = "".join(fresh.partial(name) for name in sorted(names)).replace("\r", "&#13;")
        except CannotOpen:
            return None
        lines = "".join(f"data: {line}\n" for line in html.split("\n"))
        metrics.rendered(time.perf_counter() - began)
        return f"id: {fresh.version}\n{lines}\n"
