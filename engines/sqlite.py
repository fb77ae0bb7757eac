"""SQLite: the database is one file, and one process serves it."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self

from playhouse.pool import PooledSqliteDatabase

import lockfile
from config import Misconfigured

from .base import Base, Progress
from .files import begin_file, to_disk

# How long to wait for a lock comes first: the others may meet one.
PATIENCE_MILLISECONDS = 5_000
PRAGMAS = {
    "busy_timeout": PATIENCE_MILLISECONDS,
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "cache_size": -4_000,
}
# Each connection comes to hold as much as its cache may; a busy moment's many are not kept.
MOST_IDLE = 4
# A file up to this size is read whole at each start; a larger one by `duologue check`, since it takes long.
SOON_READ = 200_000_000
MAGIC = b"SQLite format 3\x00"
BESIDES = ("-wal", "-shm", "-journal")
PAGES_AT_A_TIME = 2_000
# So much an edit or two can need.
ENOUGH_BYTES = 1_000_000
# What tells nothing of the file itself: it is locked, the disk is full or fails, or it may not be read or written.
AROUND_IT = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM),
}


class SqliteFile(Base, PooledSqliteDatabase):
    """The database in the file at `path`, opened with what durability asks for."""

    view = "BEGIN"
    each_of = "(SELECT value FROM json_each(", "))"
    # What its driver raises.
    problems = (sqlite3.Error,)

    def __init__(self, path: Path) -> None:
        super().__init__(
            str(path),
            pragmas=PRAGMAS,
            autoconnect=False,
            lock_type="IMMEDIATE",
            max_connections=None,
            timeout=PATIENCE_MILLISECONDS / 1_000,
            # A connection goes from thread to thread, and is used by one at a time.
            check_same_thread=False,
        )
        self.path = path
        # SQLite's own knows the letters of English alone.
        self.register_function(str.lower, "LOWER", 1)

    def __str__(self) -> str:
        return str(self.path)

    def _can_reuse(self, connection: sqlite3.Connection) -> bool:
        # The pool's own question, when one is given back: its own answer ends a transaction that was left open.
        return len(self._connections) < MOST_IDLE and super()._can_reuse(connection)

    def exists(self) -> bool:
        """Whether there is something where it should be."""
        return self.path.exists()

    def is_within_reach(self) -> bool:
        """Whether its file is still there."""
        return self.path.is_file()

    def has_room(self) -> bool:
        """Whether anything more can be written."""
        return shutil.disk_usage(self.path.parent).free >= ENOUGH_BYTES

    @contextmanager
    def making(self, tables: Iterable[str] = ()) -> Iterator[Self]:
        """Another one, to be filled, which becomes this one at the end: whole, or not at all.

        Raises Misconfigured where there is one, or the file system does not take it.
        """
        self._must_be_free()
        made = type(self)(self.path.with_name(f"{self.path.name}.making"))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            made.discard()
            begin_file(made.path)
            yield made
            made.finish(self.path)
        except OSError as problem:
            raise Misconfigured(f"No database can be made in {self.path.parent}: {problem}.") from None
        finally:
            made.close_all()
            made.discard()

    def _must_be_free(self) -> None:
        for taken in (self.path, *self._besides()):
            if taken.exists():
                raise Misconfigured(f"There is {taken} already: move it away first; nothing was changed.")

    def discard(self) -> None:
        """Take away what an earlier attempt left: it must not be taken for a part of this one."""
        for left in (self.path, *self._besides()):
            with suppress(OSError):
                left.unlink()

    def _besides(self) -> list[Path]:
        return [self.path.with_name(self.path.name + ending) for ending in BESIDES]

    def finish(self, path: Path) -> None:
        """Give it its name once all of it is good and on the disk."""
        self.close_all()
        to_disk(self.path)
        self.path.rename(path)
        to_disk(path.parent)

    def settle(self) -> None:
        """Have all of it in one file, without a write-ahead log beside it."""
        self.close_all()
        with closing(sqlite3.connect(self.path, isolation_level=None)) as found:
            found.execute("PRAGMA journal_mode = delete")

    def must_not_be_served(self) -> None:
        """Have no other process serve it from now on, until this one ends. Raises Misconfigured while one does."""
        lockfile.hold(self.path, patience=0)

    def must_be_there(self) -> None:
        """Raise Misconfigured unless its file is there, is SQLite's, and can be written."""
        if not self.path.exists():
            raise Misconfigured(f"There is no database at {self.path}: make one with 'duologue create'.")
        try:
            with self.path.open("r+b") as file:
                start = file.read(len(MAGIC))
            probe = self.path.with_name(f".{self.path.name}.probe")
            probe.touch()
            probe.unlink()
        except OSError as problem:
            raise Misconfigured(f"The folder {self.path.parent} cannot be written to: {problem.strerror}.") from None
        if start != MAGIC:
            raise self.broken()

    def must_be_whole(self, thoroughly: bool) -> None:
        """Read the file to see whether it is whole; every entry of its indexes too, or not. Raises Misconfigured."""
        if thoroughly or self.path.stat().st_size <= SOON_READ:
            reading = "integrity_check" if thoroughly else "quick_check"
            if self.execute_sql(f"PRAGMA {reading}(1)").fetchone()[0] != "ok":
                raise self.broken()

    def broken(self) -> Misconfigured:
        """What is said when it is not what it should be."""
        return Misconfigured(f"The file {self.path} is not a whole Duologue database: restore a backup of it.")

    def unusable(self, problem: Exception) -> Misconfigured:
        """Why it cannot be used: what went wrong around it, or that the file itself is not good."""
        cause = problem if isinstance(problem, sqlite3.Error) else problem.__cause__ or problem.__context__
        # The lowest byte is the kind; the others are its details.
        if getattr(cause, "sqlite_errorcode", 0) & 0xFF in AROUND_IT:
            return Misconfigured(f"The database at {self.path} cannot be used now: {problem}.")
        return self.broken()

    def hold(self, about: str) -> None:
        """Have no other transaction about the same thing run beside this one: here none that writes does anyway."""

    @contextmanager
    def reshaping(self) -> Iterator[None]:
        """The tables change within: step by step, since SQLite makes a changed table anew, which asks for that."""
        yield

    def gave_way(self, problem: Exception) -> bool:
        """Whether a transaction was broken off so that another could go on: here they wait in line."""
        return False

    def begin_thorough(self) -> None:
        """What is deleted from now on is overwritten, too."""
        self.execute_sql("PRAGMA secure_delete = on")

    def forget(self, tables: Iterable[str]) -> bool:
        """Write the file anew without what was deleted or changed long ago; False if a reader keeps the old pages."""
        self.execute_sql("VACUUM")
        is_busy, *_ = self.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy

    def before(self, mark: str, column: str) -> str:
        """SQL for what stands before the first `mark` of a column."""
        return f"substr({column}, 1, instr({column}, '{mark}') - 1)"

    def back_up(self, path: Path, progress: Progress) -> None:
        """Copy it to an empty file as it is now, while people write. Raises sqlite3.Error, OSError."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as live, closing(sqlite3.connect(path)) as copy:
            # One reading transaction from end to end: otherwise every change that somebody makes would begin it anew.
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()
            live.backup(copy, pages=PAGES_AT_A_TIME, progress=lambda status, left, of: progress(of - left, of), sleep=0)
            live.execute("ROLLBACK")

    def fill_from(self, path: Path) -> None:
        """Take in a backup. Raises Misconfigured."""
        try:
            shutil.copyfile(path, self.path)
        except OSError as problem:
            raise Misconfigured(f"The backup {path} cannot be restored: {problem.strerror}.") from None
