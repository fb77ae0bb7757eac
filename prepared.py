"""Queries of the hot paths: Peewee builds their SQL once, not at every call."""

from collections.abc import Callable
from typing import Any

from peewee import Query, Value


class _Slot:
    """Stands in a query's parameters where a value comes at the call."""

    def __init__(self, name: str) -> None:
        self.name = name


class Prepared:
    """A query with named slots, called with their values; gives the rows that the query would give.

    `build` takes one Peewee expression per slot, by name. Building SQL is about two thirds of what such a query
    costs, so it happens at the first call alone.
    """

    def __init__(self, build: Callable[..., Query]) -> None:
        self._build = build
        self._names = build.__code__.co_varnames[: build.__code__.co_argcount]
        self._query: Any = None
        self._made_of: Any = None

    def __call__(self, **values: Any) -> list:
        """The rows, as a list. `values` go to the database as they are."""
        if self._query is None:
            self._prepare()
        params = [values[part.name] if isinstance(part, _Slot) else part for part in self._params]
        cursor = self._query._database.execute_sql(self._sql, params)
        if self._made_of is None:
            # Peewee has no public way from a row to the instances that a query means; finding it is costly, so once.
            wrapper = self._query._get_cursor_wrapper(cursor)
            wrapper.initialize()
            self._made_of = wrapper.process_row
        return [self._made_of(row) for row in cursor.fetchall()]

    def first(self, **values: Any) -> Any:
        """The first row, or None."""
        rows = self(**values)
        return rows[0] if rows else None

    def _prepare(self) -> None:
        query: Any = self._build(**{name: Value(_Slot(name), converter=False) for name in self._names})
        self._sql, self._params = query.sql()
        self._query = query
