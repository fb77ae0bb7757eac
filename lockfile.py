"""One process at a time serves a SQLite file: the lock beside it, held for as long as the process lives."""

import fcntl
import os
import time
from pathlib import Path

from config import Misconfigured

LOOK_SECONDS = 0.02

# The lock ends with the file's last descriptor, so with the process, however that ends. No program that this one
# starts inherits it.
_held: dict[Path, int] = {}


def hold(database: Path, patience: float) -> None:
    """Hold the database's lock from now on; waits up to `patience` seconds for another process to end.

    Raises Misconfigured when that one goes on serving.
    """
    database = database.resolve()
    if database not in _held:
        path = database.with_name(f"{database.name}.serving")
        try:
            _held[database] = _locked(path, time.monotonic() + patience)
        except OSError as problem:
            raise Misconfigured(f"The file {path} cannot be locked: {problem.strerror}.") from None


def _locked(path: Path, until: float) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    while not _lock(file):
        if time.monotonic() > until:
            raise Misconfigured(_refusal(os.pread(file, 20, 0).decode("ascii", "replace").strip()))
        time.sleep(LOOK_SECONDS)
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
    return file


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _refusal(pid: str) -> str:
    who = f"process {pid}" if pid else "another process"
    return (
        f"This database is served by {who} already, and a SQLite file has room for one: stop that process, or use "
        "a PostgreSQL server (DATABASE_URL) for several."
    )
