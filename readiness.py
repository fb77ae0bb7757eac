"""Whether this process should be sent people now: what has to hold, asked so that nobody waits for what hangs."""

import logging
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import gevent

# A monitor waits no longer than this for an answer.
PATIENCE_SECONDS = 2.0

log = logging.getLogger("readiness")


class Check:
    """Something that has to hold. `reason` gives one plain sentence when it does not, and may take its time."""

    def __init__(self, reason: Callable[[], str | None]) -> None:
        self._reason = reason
        # One for each real thread, since greenlets cannot wait for those of another.
        self._asking: WeakKeyDictionary[Any, gevent.Greenlet] = WeakKeyDictionary()

    def reason(self) -> str | None:
        """Why it does not hold, or None. A question that hangs is not asked a second time beside the first."""
        hub = gevent.get_hub()
        asking = self._asking.get(hub)
        if asking is None or asking.ready():
            asking = self._asking[hub] = gevent.spawn(self._ask)
        try:
            return asking.get(timeout=PATIENCE_SECONDS)
        except gevent.Timeout:
            return "It takes too long to find out."

    def _ask(self) -> str | None:
        try:
            return self._reason()
        except Exception as problem:
            log.error("event=check-failed type=%s", type(problem).__name__)
            return "It cannot be found out."


# What has to hold. A room that has something to add appends a Check.
checks: list[Check] = []


def why_not() -> str | None:
    """Why this process should not be sent anybody now, in one sentence; None when it should."""
    return next((reason for check in checks if (reason := check.reason())), None)
