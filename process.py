"""The life of a process that serves: what begins with it beside the requests, and what it needs to be ready."""

import os
import time
from pathlib import Path
from typing import Any, NamedTuple

from peewee import PeeweeException

import database
import live
import lockfile
import metrics
from config import Config
from readiness import Check, checks
from rows import db

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


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
checks += [reach, Check(_database_version)]

# How long the one before may take to end: by hand hardly any time, at a graceful reload as long as it drains.
PATIENCE_SECONDS, RELOAD_SECONDS = 2.0, 20.0


class Gunicorn(NamedTuple):
    """How gunicorn runs this process: one of how many, listening on which sockets' addresses."""

    processes: int
    addresses: list[Any]


# Set by our worker before it loads the application; None under every other server.
gunicorn: Gunicorn | None = None


def begin(config: Config, patience: float = PATIENCE_SECONDS) -> None:
    """Begin all that runs beside the requests. Called once, in the process that answers them, before the first.

    Raises Misconfigured where this process may not serve: a SQLite file is for one alone.
    """
    if config.database:
        lockfile.hold(config.database, patience)
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
