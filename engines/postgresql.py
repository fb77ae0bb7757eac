"""PostgreSQL: the database is on a server, and as many processes serve it as are needed."""

import os
import select
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psycopg
from peewee import DatabaseError, OperationalError
from playhouse.pool import MaxConnectionsExceeded, PooledPostgresqlDatabase
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config import Misconfigured, OutOfReach

from .base import Base, Progress

# How many connections a process has at most, and how long one waits for one of them.
MOST_CONNECTIONS = 20
PATIENCE_SECONDS = 5
# How often a table is tried that others are reading.
TRIES = 3
# What each process that serves calls its connection to the others.
SERVING = "duologue-crossing"
# How long nothing may come over a connection that something is due on, before its other end counts as gone.
SILENCE_MILLISECONDS = 10_000
LIMITS = f"-c lock_timeout={PATIENCE_SECONDS}s -c idle_in_transaction_session_timeout=5min -c timezone=UTC"
# Nobody is to be asked for a password by a program that nobody watches.
NEVER_ASK = "--no-password"


class PostgresqlServer(Base, PooledPostgresqlDatabase):
    """The database at this address. `name` is the address as it may be said."""

    # Places on an agenda are as exact as in a file.
    field_types = {**PooledPostgresqlDatabase.field_types, "FLOAT": "DOUBLE PRECISION"}

    view = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    each_of = "(SELECT jsonb_array_elements_text(", "::jsonb))"
    # What its driver raises.
    problems = (psycopg.Error,)

    def __init__(self, url: str, name: str) -> None:
        super().__init__(
            url,
            prefer_psycopg3=True,
            autoconnect=False,
            max_connections=MOST_CONNECTIONS,
            timeout=PATIENCE_SECONDS,
            connect_timeout=PATIENCE_SECONDS,
            tcp_user_timeout=SILENCE_MILLISECONDS,
            application_name="duologue",
            client_encoding="utf8",
            options=_with_limits(url),
        )
        self.url, self.name = url, name

    def __str__(self) -> str:
        return self.name

    def connect(self, reuse_if_open: bool = False) -> bool:
        """Take a connection. Raises OperationalError where none can be had in time."""
        try:
            return super().connect(reuse_if_open)
        except MaxConnectionsExceeded:
            raise OperationalError("all connections are in use") from None

    def _is_closed(self, connection: Any) -> bool:
        # A server that stopped meanwhile has said so, or hung up: nothing else comes unasked over an idle connection.
        return super()._is_closed(connection) or _has_news(connection)

    def exists(self) -> bool:
        """Whether anything is in it. Raises Misconfigured when it is out of reach."""
        return bool(self._tables())

    def is_within_reach(self) -> bool:
        """Whether its server may be asked: what is asked next tells."""
        return True

    def has_room(self) -> bool:
        """Whether anything more can be written: its server has the disk, and says when it cannot."""
        return True

    def _tables(self) -> list[str]:
        try:
            with self.connection_context():
                return self.get_tables()
        except DatabaseError as problem:
            raise self.unusable(problem) from None

    @contextmanager
    def making(self, tables: Iterable[str] = ()) -> Iterator[Self]:
        """This one, empty, to be filled: whole, or not at all. Raises Misconfigured where something is in it.

        `tables` are those that it may hold already when it fails: what is made in a transaction is gone anyway.
        """
        with self._alone():
            if self.exists():
                self.close_all()
                raise Misconfigured(f"There are tables at {self.name} already: nothing was changed.")
            self._must_suit()
            try:
                yield self
            except BaseException:
                self.close_all()
                self._discard(tables)
                raise
            finally:
                self.close_all()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else makes something here meanwhile: what was empty is so until it is filled."""
        try:
            guard = psycopg.connect(self.url, autocommit=True, connect_timeout=PATIENCE_SECONDS)
        except psycopg.Error as problem:
            raise self.unusable(problem) from None
        with guard:
            guard.execute("SELECT pg_advisory_lock(hashtextextended('making', 0))")
            yield

    def must_not_be_served(self) -> None:
        """Raise Misconfigured while a process serves it."""
        with self.connection_context():
            serving = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
            )
            number = self.execute_sql(serving, (SERVING,)).fetchone()[0]
        self.close_all()
        if number:
            raise Misconfigured(f"What is at {self.name} is being served: stop Duologue first, in all processes.")

    def _discard(self, tables: Iterable[str]) -> None:
        """Take out of it what was begun."""
        with suppress(DatabaseError), self.connection_context():
            for table in tables:
                self.execute_sql(f'DROP TABLE IF EXISTS "{table}" CASCADE')
            if tables:
                self.execute_sql("DROP FUNCTION IF EXISTS audit_is_append_only()")

    def _must_suit(self) -> None:
        """Raise Misconfigured unless it can hold every letter, and knows the small ones of them."""
        with self.connection_context():
            (encoding,) = self.execute_sql("SHOW server_encoding").fetchone()
            knows = encoding == "UTF8" and self.execute_sql("SELECT lower('É') = 'é'").fetchone()[0]
        self.close_all()
        if not knows:
            raise Misconfigured(
                f"The database at {self.name} does not know all letters: make it with "
                "\"CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'\"."
            )

    def must_be_there(self) -> None:
        """Raise Misconfigured unless it answers, and something is in it."""
        tables = self._tables()
        if not tables:
            raise Misconfigured(f"There is nothing at {self.name} yet: begin with 'duologue create'.")
        if "stamp" not in tables:
            raise self.broken()

    def must_be_whole(self, thoroughly: bool) -> None:
        """PostgreSQL sees to that itself."""

    def broken(self) -> Misconfigured:
        """What is said when it is not what it should be."""
        return Misconfigured(f"What is at {self.name} is not a whole Duologue database: restore a backup of it.")

    def unusable(self, problem: Exception) -> Misconfigured:
        """Why it cannot be used: it is out of reach or busy, or that it is not as it should be."""
        cause = problem.__cause__ or problem.__context__ or problem
        if isinstance(cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
            return self.broken()
        return OutOfReach(f"The database at {self.name} cannot be used now: {_in_one_line(problem)}.")

    def hold(self, about: str) -> None:
        """Have no other transaction about the same thing run beside this one, in whichever process."""
        self.execute_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (about,))

    @contextmanager
    def reshaping(self) -> Iterator[None]:
        """The tables change within: all at once, and by one process alone."""
        with self.atomic():
            self.hold("tables")
            yield

    def gave_way(self, problem: Exception) -> bool:
        """Whether a transaction was broken off so that another could go on: done once more it goes through."""
        return isinstance(
            getattr(problem, "orig", None), psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure
        )

    def begin_thorough(self) -> None:
        """Nothing: what is deleted goes when the tables are written anew."""

    def forget(self, tables: Iterable[str]) -> bool:
        """Write these tables anew without what was deleted or changed long ago; False if one is being read for long.

        Whoever wants to read a table waits behind what waits for it, so nothing waits for long.
        """
        kept = set(tables)
        for _ in range(TRIES):
            kept = {table for table in kept if not self._write_anew(table)}
        return not kept

    def _write_anew(self, table: str) -> bool:
        self.execute_sql(f"SET lock_timeout = '{PATIENCE_SECONDS / 5}s'")
        try:
            self.execute_sql(f'VACUUM (FULL) "{table}"')
        except OperationalError:
            return False
        finally:
            self.execute_sql("RESET lock_timeout")
        return True

    def before(self, mark: str, column: str) -> str:
        """SQL for what stands before the first `mark` of a column."""
        return f"split_part({column}, '{mark}', 1)"

    def back_up(self, path: Path, progress: Progress) -> None:
        """Write all of it as it is now to an empty file, with pg_dump, while people write. Raises Misconfigured."""
        progress(0, 1)
        # Who is signed in is nothing that one comes back to.
        kept = ("--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=session")
        self._run("pg_dump", *kept, f"--file={path}")
        progress(1, 1)

    def read_backup(self, path: Path) -> None:
        """Read a whole backup, to see whether it is one. Raises Misconfigured."""
        _run("pg_restore", f"--file={os.devnull}", str(path))

    def fill_from(self, path: Path) -> None:
        """Take in a backup, whole. Raises Misconfigured."""
        everything = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        self._run("pg_restore", *everything, str(path))

    def _run(self, program: str, *arguments: str) -> None:
        address, password = _parted(self.url)
        _run(program, NEVER_ASK, f"--dbname={address}", *arguments, PGPASSWORD=password)


def _with_limits(url: str) -> str:
    """What the address says to the server, and our own limits."""
    return f"{conninfo_to_dict(url).get('options') or ''} {LIMITS}".strip()


def _has_news(connection: Any) -> bool:
    """Whether something came over this connection unasked."""
    found = select.poll()
    found.register(connection.pgconn.socket, select.POLLIN)
    return bool(found.poll(0))


def _in_one_line(problem: Exception) -> str:
    # What follows the first line are details, which may quote rows.
    return str(problem).strip().partition("\n")[0].rstrip(".") or type(problem).__name__


def _parted(url: str) -> tuple[str, str]:
    """An address without its password, and that: what stands in a command line, all of the machine can read."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    password = parts.pop("password", "")
    # There is no other way to hand this one on: whoever has a key with a passphrase is told that it cannot be read.
    parts.pop("sslpassword", None)
    return make_conninfo(**parts), password


def _run(program: str, *arguments: str, **secrets: str) -> None:
    found = shutil.which(program)
    if not found:
        raise Misconfigured(f"There is no {program} on the PATH: install PostgreSQL's client programs.")
    environ = {**os.environ, **{name: value for name, value in secrets.items() if value}}
    done = subprocess.run([found, *arguments], env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error:" in line] or [f"it ended with {done.returncode}"]
        raise Misconfigured(f"{program} could not do it: {said[0].rpartition('error: ')[2].rstrip('.')}.")
