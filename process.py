"""The life of a process that serves: what begins with it beside the requests, and whether it can serve now."""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import gevent
from peewee import PeeweeException

import database
import live
import metrics
from config import Config
from rows import db

# A monitor waits no longer than this for an answer, whatever hangs.
PATIENCE_SECONDS = 2.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

log = logging.getLogger("process")


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


def _database_reach() -> str | None:
    try:
        with db.connection_context():
            return None if database.is_within_reach() else "The database is out of reach."
    except PeeweeException:
        return "The database is out of reach."


def _database_version() -> str | None:
    try:
        with db.connection_context():
            return None if database.is_of_this_version() else "The database is of another version."
    except PeeweeException:
        return "The database is out of reach."


reach = Check(_database_reach)
# What has to hold before people are sent here. A room that has something to add appends a Check.
checks = [reach, Check(_database_version)]


def why_not_ready() -> str | None:
    """Why this process should not be sent anybody now, in one sentence; None when it should."""
    return next((reason for check in checks if (reason := check.reason())), None)


def begin(config: Config) -> None:
    """Begin all that runs beside the requests. Called once, in the process that answers them, before the first."""
    began = time.time()
    metrics.level("processes", "Processes that serve.", lambda: 1)
    metrics.level("start_time_seconds", "When the youngest process began.", lambda: began, together="livemax")
    metrics.level("memory_bytes", "Memory in use.", _memory)
    metrics.level("open_files", "Open files and connections.", lambda: len(os.listdir("/proc/self/fd")))
    metrics.level("open_streams", "Open pages that are told of changes.", live.open_pages)
    metrics.level("waiting_regions", "Changed regions that open pages have not been sent yet.", live.waiting)
    metrics.level("database_connections_in_use", "Database connections in use.", lambda: len(db.obj._in_use))
    metrics.level("database_connections_idle", "Database connections kept ready.", lambda: len(db.obj._connections))
    metrics.begin(config)


def _memory() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE_BYTES
