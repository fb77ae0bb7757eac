"""The application: create_app() puts the rooms together; running this file serves it."""

if __name__ == "__main__":
    # First of all: it makes the standard library cooperative before anybody else imports it.
    import commands

    raise SystemExit(commands.main())

import hmac

from flask import Flask, g, redirect, request, session
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Unauthorized

import assets
import auth
import config as settings
import database
import phrases
import secrecy
import views
import views.pages
from rows import db

csrf = CSRFProtect()

# What nobody needs to be signed in for.
OPEN_ENDPOINTS = {"health.show", "demo.show", "demo.sign_in", "assets.serve"}
REQUEST_LIMIT = 256_000

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(config: settings.Config | None = None) -> Flask:
    """The WSGI application for these settings (by default those of the environment), its database open.

    Raises Misconfigured.
    """
    config = config or settings.read()
    database.open_checked(config)
    secrecy.use(config)
    app = Flask(__name__, static_folder=None)
    app.config.update(
        DEMO=config.is_demo,
        SECRET_KEY=secrecy.secret_key(config),
        MAX_CONTENT_LENGTH=REQUEST_LIMIT,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="duologue",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_open_database)
    csrf.init_app(app)
    app.before_request(_check_token)
    app.before_request(_require_person)
    app.after_request(_protect)
    app.after_request(assets.compress)
    app.teardown_request(_close_database)
    app.wsgi_app = MethodOverride(app.wsgi_app)  # type: ignore[method-assign]
    auth.login_manager.init_app(app)
    assets.register(app)
    phrases.register(app)
    views.register(app)
    views.pages.register(app)
    return app


class MethodOverride:
    """Lets a plain HTML form, which can only POST, say ?_method=DELETE."""

    def __init__(self, wsgi_app) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "POST" and environ.get("QUERY_STRING") == "_method=DELETE":
            environ["REQUEST_METHOD"] = "DELETE"
        return self._wsgi_app(environ, start_response)


def _open_database() -> None:
    db.connect(reuse_if_open=True)


def _close_database(problem: BaseException | None) -> None:
    if not db.is_closed():
        db.close()


def _check_token() -> None:
    """Refuse every write that does not carry the session's token. Raises CSRFError."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    # The token that the page was given, letter by letter, needs no unpacking; anything else is looked at closely.
    sent, given = request.headers.get("X-CSRFToken", ""), session.get("token", "")
    if not given or not hmac.compare_digest(sent.encode(), given.encode()):
        csrf.protect()


def _require_person():
    """Deny by default: whoever is not signed in sees the few open endpoints alone."""
    g.person = current_user.person if current_user.is_authenticated else None
    if g.person or request.endpoint in OPEN_ENDPOINTS:
        return None
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return redirect("/demo")
    raise Unauthorized


def _protect(response):
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.add("HX-Request-Type")
    return response
