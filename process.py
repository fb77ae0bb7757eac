"""The life of a process that serves: what begins with it beside the requests."""

from typing import Any, NamedTuple

import lockfile
from config import Config

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
