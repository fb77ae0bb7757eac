"""What both kinds of database have: a pool, and a view of everything as it is at one moment."""

from collections.abc import Callable, Iterator, Sized
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

# Told how much of a copy is done, and how much there is.
Progress = Callable[[int, int], None]


class Base:
    """Goes before Peewee's own pool in each engine's ancestry."""

    # How a transaction begins in which nothing changes that others write.
    view: ClassVar[str]
    # What stands before and after a list in JSON, to have each of its texts.
    each_of: ClassVar[tuple[str, str]]
    _in_use: Sized
    _connections: Sized
    connection_context: Callable[[], AbstractContextManager]
    execute_sql: Callable[..., Any]
    close_all: Callable[[], None]

    @property
    def connections_in_use(self) -> int:
        """How many somebody has."""
        return len(self._in_use)

    @property
    def connections_idle(self) -> int:
        """How many are kept ready."""
        return len(self._connections)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whatever is read within is as it was at the beginning, while people write."""
        try:
            with self.connection_context():
                self.execute_sql(self.view)
                yield
                self.execute_sql("ROLLBACK")
        finally:
            self.close_all()
