"""One database on a server for test after test, filled as it was at first: far less work than a new one for each."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
from psycopg.sql import SQL, Identifier, Literal

import database
import secrecy
from bench import databases
from config import Config
from engines import Engine
from rows import db

SHAPE = """SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped),
(SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O'), (SELECT count(*) FROM pg_proc)"""
# Neither what leads nowhere nor what may not be deleted holds this up.
ALL_AT_ONCE = "SET LOCAL session_replication_role = replica"


class Refilled:
    """A copy of a database that nobody is connected to, and of its keyring."""

    def __init__(self, first: Config, folder: Path) -> None:
        self._first, self.name = first, databases.name_of(folder)
        self._engine: Engine | None = None

    @contextmanager
    def lent(self, config: Config) -> Iterator[None]:
        """Within it is open and as it was at first, for the data folder of these settings."""
        shutil.copy(self._first.keyring_file, config.keyring_file)
        if self._engine and self._is_refilled():
            secrecy.use(config)
        else:
            self._make_anew(config)
        db.connect()
        yield
        gevent.idle()
        db.close()
        if db.obj is not self._engine or db.obj.connections_in_use:
            db.close_all()

    def _make_anew(self, config: Config) -> None:
        databases.server.make(self.name, template=databases.name_of(self._first.data_dir))
        database.open_checked(config)
        self._engine = db.obj
        with db.connection_context():
            self._shape, self._filling = _shape(), _filling()

    def _is_refilled(self) -> bool:
        """Fill it, unless a test has changed the tables themselves."""
        if db.obj is not self._engine:
            database._use(self._engine)
        with db.connection_context():
            is_as_it_was = _shape() == self._shape
            if is_as_it_was:
                db.execute_sql(self._filling)
        if not is_as_it_was:
            db.close_all()
        return is_as_it_was


def _shape() -> tuple:
    return db.execute_sql(SHAPE).fetchone()


def _filling() -> str:
    """SQL that has every table hold what it holds now."""
    with db.atomic():
        tables = db.get_tables()
        rows = {table: db.execute_sql(f'SELECT * FROM "{table}"').fetchall() for table in tables}
    empty = [SQL("DELETE FROM {}").format(Identifier(table)) for table in tables]
    fill = [
        SQL("INSERT INTO {} VALUES {}").format(Identifier(table), _values(found))
        for table, found in rows.items()
        if found
    ]
    return SQL("; ").join([SQL("BEGIN"), SQL(ALL_AT_ONCE), *empty, *fill, SQL("COMMIT")]).as_string(db.connection())


def _values(rows: list[tuple]) -> SQL:
    return SQL(", ").join(SQL("({})").format(SQL(", ").join(map(Literal, row))) for row in rows)
