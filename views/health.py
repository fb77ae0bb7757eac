"""Whether the server is well, and whether it is ready: for load balancers and monitors, with nothing private in it."""

from flask import Blueprint

import process
import readiness

pages = Blueprint("health", __name__)

PLAIN = {"Content-Type": "text/plain"}


@pages.get("/healthz")
def show():
    return _told(process.reach.reason())


@pages.get("/readyz")
def ready():
    return _told(readiness.why_not())


def _told(reason: str | None):
    return (f"{reason}\n", 503, PLAIN) if reason else ("ok\n", 200, PLAIN)
