"""The life of a process that serves: what begins with it beside the requests, and what it needs to be ready."""

import gc
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from peewee import PeeweeException

import auth
import database
import live
import lockfile
import metrics
from config import Config
from mailer import Mailer
from readiness import Check, checks
from rights import Rights
from rows import db
from watch import Watch

if TYPE_CHECKING:
    from crossing import Crossing

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
AWAY = "The database is out of reach."


def settle() -> None:
    """The start is over. What it made stays, so nobody looks through that for garbage again and again."""
    gc.freeze()


def _unless(is_so: Callable[[], bool], reason: str) -> Check:
    """A check of the database, which has to be asked for it."""

    def look() -> str | None:
        try:
            with db.connection_context():
                return None if is_so() else reason
        except PeeweeException:
            return AWAY

    return Check(look)


def _crossing_connection() -> str | None:
    return "This process does not hear the others." if crossing and not crossing.is_well else None


def _watch_looks() -> str | None:
    return "Open pages are not looked after." if watch and not watch.is_well else None


def _room() -> str | None:
    return None if db.has_room() else "The disk is full."


reach = _unless(database.is_within_reach, AWAY)
checks += [
    reach,
    _unless(database.is_of_this_version, "The database is of another version."),
    *(Check(_room), Check(_crossing_connection), Check(_watch_looks)),
]

# How long the one before may take to end: by hand hardly any time, at a graceful reload as long as it drains.
PATIENCE_SECONDS, RELOAD_SECONDS = 2.0, 20.0


class Gunicorn(NamedTuple):
    """How gunicorn runs this process: one of how many, on which sockets' addresses, with a certificate or without."""

    processes: int
    addresses: list[Any]
    is_ssl: bool = False


# Set by our worker before it loads the application; None under every other server.
gunicorn: Gunicorn | None = None

# What is counted of how the processes hear one another.
CROSSING = {
    "said": "Messages to the other processes.",
    "heard": "Pieces of news from the other processes.",
    "missed": "Pieces of news that were not heard at first, and asked for.",
    "reconnections": "Times that a process was cut off from the others.",
    "refused": "Messages from somebody who is none of the processes.",
}

watch: Watch | None = None
rights: Rights | None = None
crossing: "Crossing | None" = None
mailer: Mailer | None = None


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
    metrics.level("database_connections_in_use", "Database connections in use.", lambda: db.obj.connections_in_use)
    metrics.level("database_connections_idle", "Database connections kept ready.", lambda: db.obj.connections_idle)
    _begin_beside(config)
    metrics.begin(config)


def _begin_beside(config: Config) -> None:
    global watch, rights, crossing, mailer  # noqa: PLW0603 - one process has one of each
    watch = looking = Watch()
    looking.begin()
    rights = Rights(auth.Doorkeeper(config))
    rights.begin()
    for name, meaning in CROSSING.items():
        metrics.rising(f"crossing_{name}", meaning, partial(_of_crossing, name))
    metrics.level("crossing_waiting", "Pieces of news that wait to be said.", partial(_of_crossing, "waiting"))
    metrics.rising(
        "pairs_mended", "Pairs whose pages were sent whole, since a change was lost.", lambda: looking.mended
    )
    if config.smtp_host:
        mailer = sending = Mailer(config)
        sending.begin()
        metrics.rising("mail_sent", "Mails that the mail server took.", lambda: sending.sent)
        metrics.rising("mail_failed", "Mails that were given up.", lambda: sending.failed)
        metrics.level("mail_waiting", "Mails still to be sent.", lambda: sending.waiting, together="livemax")
    if config.postgresql:
        # PostgreSQL's client takes its time and memory.
        from crossing import Crossing

        crossing = Crossing(config.postgresql)
        crossing.begin()


def _of_crossing(name: str) -> float:
    return getattr(crossing, name) if crossing else 0


def end() -> None:
    """End it, so that the others know at once that this process is gone."""
    global watch, rights, crossing, mailer  # noqa: PLW0603 - the same
    if mailer:
        mailer.end()
    if watch:
        watch.end()
    if rights:
        rights.end()
    if crossing:
        crossing.end()
    watch = rights = crossing = mailer = None


def _memory() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE_BYTES
