"""How much one person may ask for in a minute: generous to people, not to programs."""

from flask import Flask, g, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from door import READING, is_stream

WRITES = RateLimitItemPerMinute(600)
STREAMS = RateLimitItemPerMinute(240)
EXPORTS = RateLimitItemPerMinute(20)
# Whoever is not signed in yet is told apart by address alone, and there may be a proxy before all of them.
STRANGERS = RateLimitItemPerMinute(600)


def register(app: Flask) -> None:
    """Have this app refuse what is too much, with 429."""
    limiter = FixedWindowRateLimiter(MemoryStorage())

    def check() -> None:
        limit = _limit()
        if limit and not limiter.hit(limit, limit_name(limit), g.person.id if g.person else request.remote_addr or ""):
            raise TooManyRequests(retry_after=60)

    app.before_request(check)


def limit_name(limit: RateLimitItem) -> str:
    """Keeps the counts of different limits apart."""
    return f"{limit.amount}"


def _limit() -> RateLimitItem | None:
    """The limit that this request counts towards."""
    if request.method not in READING:
        return WRITES if g.person else STRANGERS
    if g.person and is_stream():
        return STREAMS
    return EXPORTS if g.person and _is_export() else None


def _is_export() -> bool:
    return bool(request.endpoint) and request.endpoint.partition(".")[0] in ("owndata", "exports")
