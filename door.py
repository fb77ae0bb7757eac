"""What every request has to pass before a view sees it: a write must be ours, and a person must be there."""

import hmac
from urllib.parse import quote

from flask import Flask, current_app, g, redirect, request, session
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import SecurityError, Unauthorized

import auth
import calendar_feeds
from config import Config
from models import Person
from vouching import VOUCHED, PastTheProxy, Vouched

# What nobody needs to be signed in for.
OPEN_ENDPOINTS = {"health.show", "health.ready", "demo.show", "demo.sign_in", "assets.serve", "sessions.signed_out"}
# Open to whoever has the token of a mail's link. Mail programs post there, without a form of ours.
MAIL_ENDPOINTS = {"mail.ask", "mail.stop"}
# What a token in its address opens, and nothing else does: calendar programs cannot sign on.
TOKEN_ENDPOINTS = {"calendars.feed"}


READING = ("GET", "HEAD", "OPTIONS")


class AnotherSite(CSRFError):
    """Something that a page of another site asks for, or seems to."""


def register(app: Flask, config: Config) -> None:
    """Have every request of this app pass."""
    app.extensions["doorkeeper"] = auth.Doorkeeper(config)
    # Flask-Login's own cookie is not in use, so no browser can bring one.
    app.config["REMEMBER_COOKIE_NAME"] = "\x00"
    auth.login_manager.init_app(app, add_context_processor=False)
    auth.login_manager.request_loader(_signed_in)
    app.before_request(_check_name)
    app.before_request(_check_origin)
    app.before_request(_check_token)
    app.before_request(_require_person)


def doorkeeper() -> auth.Doorkeeper:
    """The one who decides who is there."""
    return current_app.extensions["doorkeeper"]


def form_token() -> str:
    """The token that this browser's forms must carry: one for all its pages, so that a region is the same anywhere."""
    return session.form_token(current_app.secret_key)  # type: ignore[attr-defined]


def _check_name() -> None:
    """Go no further with a request for a name that is not ours. Raises SecurityError."""
    g.person = None
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception


def _check_origin() -> None:
    """Refuse what another site's page sends, and what it asks for behind its reader's back. Raises AnotherSite."""
    site, mode = request.headers.get("Sec-Fetch-Site"), request.headers.get("Sec-Fetch-Mode")
    if request.method in READING:
        # A link from elsewhere may lead here. A picture of another page's may not: it would sign in and be noted.
        if site not in (None, "same-origin", "none") and (mode != "navigate" or _is_own_alone()):
            raise AnotherSite
        return
    if site not in (None, "same-origin"):
        raise AnotherSite
    origin = request.headers.get("Origin")
    if origin is not None and origin != (current_app.config["DUOLOGUE"].public_url or f"http://{request.host}"):
        raise AnotherSite


def _is_own_alone() -> bool:
    """Whether it is for pages of ours alone to ask for this: it leaves a trace that the partner sees."""
    noun, _, verb = (request.endpoint or "").partition(".")
    return noun == "owndata" or verb == "copy"


def _check_token() -> None:
    """Refuse every write that does not carry the browser's token, or a mail's in its address. Raises CSRFError."""
    if request.method in READING or request.endpoint in MAIL_ENDPOINTS:
        return
    sent = request.headers.get("X-CSRFToken") or request.form.get("csrf_token", "")
    if session.token is None or not hmac.compare_digest(sent.encode(), form_token().encode()):  # type: ignore[attr-defined]
        raise CSRFError("no token of ours")


def _signed_in(request) -> auth.SignedIn | None:
    found = doorkeeper().session(request.environ[VOUCHED], session.token)  # type: ignore[attr-defined]
    return found and auth.SignedIn(found)


def _require_person():
    """Deny by default: whoever is not signed in sees the few open endpoints alone. Raises what the doorkeeper does."""
    if request.endpoint in OPEN_ENDPOINTS | MAIL_ENDPOINTS:
        return None
    if request.endpoint in TOKEN_ENDPOINTS:
        g.person = _holder()
        return None
    if current_user.is_authenticated:
        g.session = current_user.session
        if not is_stream():
            g.session.see()
    elif not _is_page():
        raise Unauthorized
    elif not isinstance(request.environ[VOUCHED], Vouched):
        return redirect(f"/demo?next={quote(request.full_path.removesuffix('?'))}")
    else:
        come_in(*doorkeeper().enter(request.environ[VOUCHED]))
    g.person = g.session.person
    return None


def _holder() -> Person | None:
    """Whose token the address holds, if it comes by the proxy like everything else and whoever runs it has it so."""
    may_be = current_app.config["DUOLOGUE"].calendar_feeds
    if not may_be or isinstance(request.environ[VOUCHED], PastTheProxy):
        return None
    return calendar_feeds.holder_of((request.view_args or {})["token"])


def come_in(found: auth.Session, token: str) -> None:
    """Have this browser hold a session that has just begun."""
    g.session = found
    session.give(token)  # type: ignore[attr-defined]


def is_stream() -> bool:
    """Whether an open page asks for its event stream, which is no sign of anybody's life."""
    return (request.endpoint or "").endswith(".live")


def _is_page() -> bool:
    return request.method == "GET" and "HX-Request" not in request.headers and not is_stream()
