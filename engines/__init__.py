"""What Duologue can keep its database in: one SQLite file, or PostgreSQL. Both do the same, each in its own way."""

from typing import TYPE_CHECKING, Union

from config import Config, Misconfigured

from .sqlite import SqliteFile

if TYPE_CHECKING:
    from .postgresql import PostgresqlServer

Engine = Union[SqliteFile, "PostgresqlServer"]


def of(config: Config) -> Engine:
    """The database of these settings, not connected yet. Raises Misconfigured where its client is not installed."""
    if config.database:
        return SqliteFile(config.database)
    try:
        # Whoever has one file need not have PostgreSQL's client, nor hold it in memory.
        from .postgresql import PostgresqlServer
    except ImportError:
        raise Misconfigured(
            "PostgreSQL's client is not installed: run 'bin/install requirements-postgresql.lock'."
        ) from None
    return PostgresqlServer(config.postgresql, config.database_url)
