"""The database of either kind as somebody sees and changes it behind the program's back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench import databases
from rows import db

# What makes everybody wait who changes people, until it is committed.
ALONE = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('people', 0))"


def execute(sql: str, *values: Any) -> Any:
    """Execute a statement with `?` in it in the open database; its cursor."""
    return db.execute_sql(sql.replace("?", db.param), values)


def everything() -> list[str]:
    """All that the open database holds, as text, table by table."""
    found = {table: execute(f'SELECT * FROM "{table}"').fetchall() for table in sorted(db.get_tables())}
    return [f"{table} {row}" for table, rows in found.items() for row in sorted(map(str, rows))]


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """The open database of a data folder is out of reach: it has another name, and a file has a folder in its place."""
    db.close()
    db.close_all()
    if databases.server:
        name = databases.name_of(folder)
        databases.server.ask(f"ALTER DATABASE {name} RENAME TO {name}_away")
        yield
        databases.server.ask(f"ALTER DATABASE {name}_away RENAME TO {name}")
        return
    file, elsewhere = folder / "duologue.db", folder / "duologue.away"
    file.rename(elsewhere)
    file.mkdir()
    yield
    file.rmdir()
    elsewhere.rename(file)


def dangling() -> list[tuple]:
    """The rows that lead to rows that are not there. A server has none of them: it sees to that itself."""
    return [] if databases.server else execute("PRAGMA foreign_key_check").fetchall()


def files(folder: Path) -> list[Path]:
    """Every file that holds a data folder's database. A server's log of changes is besides: it is like a backup."""
    if databases.server is None:
        return list(folder.glob("duologue.db*"))
    databases.server.ask("CHECKPOINT")
    ((number,),) = databases.server.ask(f"SELECT oid FROM pg_database WHERE datname = '{databases.name_of(folder)}'")
    return list((databases.server.folder / "data" / "base" / str(number)).iterdir())


class Connection:
    """A connection past the program, each statement with `?` in it done for good at once."""

    def __init__(self, folder: Path, patience: float = 0) -> None:
        if databases.server:
            self._connection: Any = psycopg.connect(databases.settings(folder)["DATABASE_URL"], autocommit=True)
        else:
            self._connection = sqlite3.connect(folder / "duologue.db", timeout=patience, isolation_level=None)

    def execute(self, sql: str, *values: Any) -> list[tuple]:
        """Its rows, if it has any."""
        if databases.server and values:
            sql = sql.replace("%", "%%").replace("?", "%s")
        cursor = self._connection.execute(sql, *([values] if values else []))
        return cursor.fetchall() if cursor.description else []

    def begin_alone(self) -> None:
        """Have whoever wants to change people wait for COMMIT."""
        for statement in ALONE.split("; ") if databases.server else ["BEGIN IMMEDIATE"]:
            self.execute(statement)

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()


@contextmanager
def connection(folder: Path, patience: float = 0) -> Iterator[Connection]:
    """A connection to the database of a data folder, which waits so many seconds for a file that is locked."""
    with closing(Connection(folder, patience)) as found:
        yield found
