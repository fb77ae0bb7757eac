"""What is noted of every request: its id, its part in the measurements, and a line in the log if that id was shown."""

import logging
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request

import metrics
import request_ids
from config import ALL, Config

BEGAN = "duologue.began"
HEADER = "X-Request-Id"
# Whatever takes longer gets a line, even if it went well.
SLOW_SECONDS = 1.0
FAILED = 500

log = logging.getLogger("request")


class Numbered:
    """WSGI middleware, outside of all other: gives the request its id. One that was sent along counts for nothing."""

    def __init__(self, wsgi_app: Callable) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Any:
        request_ids.begin()
        environ[BEGAN] = time.perf_counter()
        return self._wsgi_app(environ, start_response)


def register(app: Flask, config: Config) -> None:
    """Have every request of this app noted. What is registered after it is part of what it times."""
    notes_all = config.log_requests == ALL

    def note(response: Response) -> Response:
        seconds = time.perf_counter() - request.environ[BEGAN]
        response.headers[HEADER] = request_ids.current()
        metrics.answered(request.endpoint, response.status_code, seconds)
        if notes_all or g.get("is_quoted") or response.status_code >= FAILED or seconds > SLOW_SECONDS:
            _write(response.status_code, seconds)
        return response

    app.after_request(note)


def _write(status: int, seconds: float) -> None:
    """One line, with the rule that the address fits in the place of the address: that could name somebody."""
    route = request.url_rule.rule if request.url_rule else "-"
    level = logging.WARNING if status >= FAILED else logging.INFO
    log.log(level, "event=request method=%s route=%s status=%d ms=%d", request.method, route, status, seconds * 1_000)
