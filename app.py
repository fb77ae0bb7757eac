"""The application: create_app() puts the rooms together; running this file serves it."""

if __name__ == "__main__":
    # First of all: it makes the standard library cooperative before anybody else imports it.
    import commands

    raise SystemExit(commands.main())

import random
import time

from flask import Flask, abort, request
from peewee import OperationalError

import assets
import cookies
import database
import door
import gate
import metrics
import phrases
import rates
import request_log
import secrecy
import settings
import speech
import views
import views.pages
from config import Config
from rows import db
from templating import Templates

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
HSTS = "max-age=31536000"
# What no page may do. Long as it is, only whole pages carry it: fragments and streams open nothing.
NOTHING_ALLOWED = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media"),
        *("fullscreen", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection"),
        *("local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
        *("publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial"),
        *("storage-access", "usb", "web-share", "window-management", "xr-spatial-tracking"),
    )
)


def create_app(config: Config | None = None) -> Flask:
    """The WSGI application for these settings (by default those of the environment), its database open.

    Raises Misconfigured.
    """
    config = config or settings.read()
    database.open_checked(config)
    app = Duologue(__name__, static_folder=None)
    app.config.update(
        DUOLOGUE=config,
        SECRET_KEY=secrecy.secret_key(config),
        MAX_CONTENT_LENGTH=REQUEST_LIMIT,
        TRUSTED_HOSTS=list(config.trusted_hosts),
        WTF_CSRF_ENABLED=False,
    )
    app.session_interface = cookies.Cookies(config.is_demo)
    app.jinja_environment = Templates
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    request_log.register(app, config)
    app.before_request(_refuse_nothing)
    app.before_request(_open_database)
    speech.register(app, config)
    door.register(app, config)
    app.before_request(speech.speak_to_person)
    rates.register(app)
    app.after_request(_protected(config))
    app.after_request(assets.compress)
    app.teardown_request(_close_database)
    guarded = gate.Gate(MethodOverride(app.wsgi_app), config)
    app.wsgi_app = request_log.Numbered(guarded)  # type: ignore[method-assign]
    assets.register(app)
    phrases.register(app)
    views.register(app)
    views.pages.register(app)
    return app


# How often something is done until it is done, and how long it rests before that.
TRIES, PAUSE_SECONDS = 4, (0.02, 0.1)


class Duologue(Flask):
    """The application. It does again what the database broke off so that somebody else could go on."""

    def ensure_sync(self, func):
        """The same function: none of ours is a coroutine, and looking whether each is takes a hundredth of an edit."""
        return func

    def preprocess_request(self):
        """Whatever comes before the view, such as signing in."""
        return self._done(super().preprocess_request)

    def dispatch_request(self):
        """The answer of the view. Every write is safe to repeat."""
        return self._done(super().dispatch_request)

    def _done(self, work):
        for _ in range(TRIES - 1):
            try:
                return work()
            except OperationalError as problem:
                if not db.gave_way(problem):
                    raise
            # Whoever waits for what was let go has it first; at once, the two would meet again.
            time.sleep(random.uniform(*PAUSE_SECONDS))
        return work()


class MethodOverride:
    """Lets a plain HTML form, which can only POST, say ?_method=DELETE."""

    def __init__(self, wsgi_app) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "POST" and environ.get("QUERY_STRING") == "_method=DELETE":
            environ["REQUEST_METHOD"] = "DELETE"
        return self._wsgi_app(environ, start_response)


def _refuse_nothing() -> None:
    """No address has the character that stands for none: not every database could even look for it."""
    if "\0" in request.path:
        abort(404)


def _open_database() -> None:
    # Whether it is there is for the health pages to find out, without waiting for it.
    if request.blueprint != "health":
        began = time.perf_counter()
        db.connect(reuse_if_open=True)
        metrics.connected(time.perf_counter() - began)


def _close_database(problem: BaseException | None) -> None:
    if not db.is_closed():
        db.close()


def _protected(config: Config):
    """What gives every answer its security headers."""
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
    if config.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = HSTS

    def protect(response):
        # setdefault() would walk through all of them for each of ours.
        there = {name.lower() for name, _ in response.headers}
        response.headers.extend((name, value) for name, value in headers.items() if name.lower() not in there)
        if response.mimetype == "text/html" and "HX-Request" not in request.headers:
            response.headers["Permissions-Policy"] = NOTHING_ALLOWED
        response.vary.add("HX-Request-Type")
        return response

    return protect
