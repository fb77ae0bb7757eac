"""Backups: a whole copy of the database, made while people write, and the way back from one."""

import sqlite3
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import audit
import database
import engines
from calendar_feeds import CalendarFeed
from config import Config, Misconfigured
from engines.base import Progress
from engines.files import begin_file, to_disk
from rows import db
from sessions import Session


def back_up(config: Config, path: Path, progress: Progress = lambda done, of: None) -> None:
    """Write a copy of the database to `path`: whole and checked, or not at all. Raises Misconfigured.

    `progress` is told how much is copied, and how much there is.
    """
    if path.exists():
        raise Misconfigured(f"There is a file at {path} already: choose another name for the backup.")
    database.open_checked(config)
    making = path.with_name(f"{path.name}.making")
    try:
        making.unlink(missing_ok=True)
        begin_file(making)
        _copy(config, making, progress)
        to_disk(making)
        making.rename(path)
        to_disk(path.parent)
    except (OSError, sqlite3.Error) as problem:
        raise Misconfigured(f"No backup can be made at {path}: {_said(problem)}.") from None
    finally:
        db.close_all()
        with suppress(OSError):
            making.unlink()


def _copy(config: Config, making: Path, progress: Progress) -> None:
    """The copy itself, and a look at whether it is whole."""
    engine = engines.of(config)
    engine.back_up(making, progress)
    if config.database:
        database.inspect(replace(config, database=making))
        db.close_all()
        engines.SqliteFile(making).settle()
    else:
        engine.read_backup(making)


def restore(config: Config, path: Path) -> list[str]:
    """Put a backup where the settings want the database, which must not be there. Raises Misconfigured.

    A backup of an older version is brought forward; gives the names of the migrations that took. Nobody is signed in,
    and its audit trail says that it was restored.
    """
    with engines.of(config).making(database.tables()) as made:
        try:
            made.fill_from(path)
            applied = database.bring_forward(made, config)
        except Misconfigured as problem:
            raise Misconfigured(str(problem).replace(str(made), str(path))) from None
        _begin_anew(path.name)
    return applied


def _begin_anew(name: str) -> None:
    # Whoever was signed in then may have signed out since, or have been let go; an address may have been given up.
    with db.connection_context(), db.atomic():
        Session.delete().execute()
        CalendarFeed.delete().execute()
        audit.note("restore", about=name)


def _said(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem)
