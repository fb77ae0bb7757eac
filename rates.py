"""How much one person may ask for in a minute: generous to people, not to programs."""

from flask import Flask, g, request
from werkzeug.exceptions import TooManyRequests

from counting import Counts, PerMinute
from door import MAIL_ENDPOINTS, READING, TOKEN_ENDPOINTS, is_stream

WRITES = PerMinute(600)
STREAMS = PerMinute(240)
# What opens all that a person has ever written, by the noun of its view.
HEAVY = {"owndata": PerMinute(20), "search": PerMinute(60)}
# What keeps a processor busy for a while, by its view.
COSTLY = dict.fromkeys(("records.copy", "year.copy", "calendars.feed"), PerMinute(30))
# What has the server ask others, by the noun of its view.
ASKING = {"signposts": PerMinute(30)}
# Whoever is not signed in yet is told apart by address alone, and there may be a proxy before all of them.
STRANGERS = PerMinute(600)


def register(app: Flask) -> None:
    """Have this app refuse what is too much, with 429."""
    counts = app.extensions["rates"] = Counts()

    def check() -> None:
        limit = _limit()
        if limit and not counts.hit(limit, g.person.id if g.person else _stranger()):
            raise TooManyRequests

    app.before_request(check)


def _stranger() -> str:
    """Behind a proxy all strangers have one address: whoever tries addresses of calendars does not stop the others."""
    return f"{request.remote_addr} {request.endpoint in TOKEN_ENDPOINTS}"


def _limit() -> PerMinute | None:
    """The limit that this request counts towards."""
    noun = (request.endpoint or "").partition(".")[0]
    if request.method not in READING:
        return ASKING.get(noun, WRITES) if g.person else STRANGERS
    if not g.person:
        return STRANGERS if request.endpoint in TOKEN_ENDPOINTS | MAIL_ENDPOINTS else None
    if request.endpoint in COSTLY:
        return COSTLY[request.endpoint]
    if noun in HEAVY:
        return HEAVY[noun]
    return STREAMS if is_stream() else None
