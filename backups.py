"""Backups: a whole copy of the database, made while people write, and the way back from one."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import audit
import database
from config import Config, Misconfigured
from rows import db
from sessions import Session

PAGES_AT_A_TIME = 2_000
BESIDES = ("-wal", "-shm", "-journal")

Progress = Callable[[int, int], None]


def back_up(config: Config, path: Path, progress: Progress = lambda done, of: None) -> None:
    """Write a copy of the database to `path`: whole and checked, or not at all. Raises Misconfigured.

    `progress` is told how many pages are copied, and how many there are.
    """
    if path.exists():
        raise Misconfigured(f"There is a file at {path} already: choose another name for the backup.")
    database.open_checked(config)
    _let_go()
    making = path.with_name(f"{path.name}.making")
    try:
        _begin(making)
        _copy(config.database, making, progress)  # type: ignore[arg-type]
        database.inspect(replace(config, database=making))
        _finish(making, path)
    except (OSError, sqlite3.Error) as problem:
        raise Misconfigured(f"No backup can be made at {path}: {_said(problem)}.") from None
    finally:
        _let_go()
        _discard(making)


def restore(config: Config, path: Path) -> list[str]:
    """Put a backup where the settings want the database, which must not be there. Raises Misconfigured.

    A backup of an older version is brought forward; gives the names of the migrations that took. Nobody is signed in,
    and its audit trail says that it was restored.
    """
    for taken in (config.database, *_besides(config.database)):  # type: ignore[arg-type]
        if taken.exists():
            raise Misconfigured(f"There is {taken} already: move it away before you restore a backup.")
    making = config.database.with_name(f"{config.database.name}.making")
    try:
        making.parent.mkdir(parents=True, exist_ok=True)
        _begin(making)
        shutil.copyfile(path, making)
        applied = database.migrate(replace(config, database=making))
        _begin_anew(path.name)
        _finish(making, config.database)  # type: ignore[arg-type]
    except (OSError, sqlite3.Error) as problem:
        raise Misconfigured(f"The backup {path} cannot be restored: {_said(problem)}.") from None
    except Misconfigured as problem:
        raise Misconfigured(str(problem).replace(str(making), str(path))) from None
    finally:
        _let_go()
        _discard(making)
    return applied


def _begin_anew(name: str) -> None:
    # Whoever was signed in then may have signed out since, or have been let go.
    with db.connection_context(), db.atomic():
        Session.delete().execute()
        audit.note("restore", about=name)


def _let_go() -> None:
    if db.obj is not None:
        db.close_all()


def _begin(making: Path) -> None:
    # What an earlier attempt left behind must not be taken for a part of this one.
    _discard(making)
    database.begin_file(making)


def _discard(making: Path) -> None:
    for left in (making, *_besides(making)):
        with suppress(OSError):
            left.unlink()


def _besides(path: Path) -> list[Path]:
    return [path.with_name(path.name + ending) for ending in BESIDES]


def _copy(source: Path, making: Path, progress: Progress) -> None:
    with closing(sqlite3.connect(source, isolation_level=None)) as live, closing(sqlite3.connect(making)) as copy:
        # One reading transaction from end to end: otherwise every change that somebody makes would begin it anew.
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(copy, pages=PAGES_AT_A_TIME, progress=lambda status, left, of: progress(of - left, of), sleep=0)
        live.execute("ROLLBACK")


def _finish(making: Path, path: Path) -> None:
    """Give the copy its name once all of it is good and on the disk."""
    _let_go()
    with closing(sqlite3.connect(making, isolation_level=None)) as copy:
        # In one file, without a write-ahead log beside it.
        copy.execute("PRAGMA journal_mode = delete")
    _to_disk(making)
    making.rename(path)
    _to_disk(path.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _said(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem)
