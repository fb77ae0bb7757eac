"""What Duologue can keep its database in: one SQLite file, or PostgreSQL. Both do the same, each in its own way."""

from config import Config

from .postgresql import PostgresqlServer
from .sqlite import SqliteFile

Engine = SqliteFile | PostgresqlServer


def of(config: Config) -> Engine:
    """The database of these settings, not connected yet."""
    return SqliteFile(config.database) if config.database else PostgresqlServer(config.postgresql, config.database_url)
