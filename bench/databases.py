"""Where the database of a data folder is: a file in it, or a database on the PostgreSQL server that runs now."""

import hashlib
import os
from pathlib import Path

from bench.postgresql import PROGRAMS, PostgreSQL

server: PostgreSQL | None = None
_called: dict[Path, str] = {}


def use(found: PostgreSQL | None) -> None:
    """Have every data folder's database on this server from now on; None: in its folder."""
    global server  # noqa: PLW0603 - one process, one kind of database
    server = found
    if found and str(PROGRAMS) not in os.environ["PATH"]:
        # Backups need its programs.
        os.environ["PATH"] = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"


def name_of(folder: Path) -> str:
    """The name of the database that belongs to a data folder, on a server."""
    if folder.resolve() in _called:
        return _called[folder.resolve()]
    return "d" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:20]


def call(folder: Path, name: str) -> None:
    """Have the database of this name be that of a data folder."""
    _called[folder.resolve()] = name


def settings(folder: Path) -> dict[str, str]:
    """What the environment says of the database that belongs to a data folder; an empty one is made where needed."""
    if server is None:
        return {}
    if folder.resolve() not in _called and not server.has(name_of(folder)):
        server.make(name_of(folder))
    return {"DATABASE_URL": server.url(name_of(folder))}
