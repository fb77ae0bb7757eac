"""Queries of the hot paths: Peewee builds their SQL once, not at every call."""

from collections.abc import Callable
from typing import Any

from peewee import SQL, CharField, Expression, Field, FieldAlias, ForeignKeyField, IntegerField, NodeList, Query, Value

import clock
from rows import db

# Fields whose values need no conversion on their way from the database.
AS_STORED = {CharField, IntegerField, ForeignKeyField}

# A column's index in the row, the name of what it becomes, and what converts it.
_Column = tuple[int, str, Callable | None]
Reader = Callable[[tuple], Any]


class _Slot:
    """Stands in a query's parameters where a value comes at the call."""

    def __init__(self, name: str) -> None:
        self.name = name


# All that were ever built: constants of their rooms.
_all: list["Prepared"] = []


# How the SQL of all of them marks a parameter.
written_with = ""


def forget(param: str) -> None:
    """Prepare all of them anew when they are next called, with `param` as the mark: another kind of database."""
    global written_with  # noqa: PLW0603 - one process, one database
    written_with = param
    for query in _all:
        query._query = query._read = None


def among(field: Field, slot: Any) -> Expression:
    """The condition that a field is one of several texts, however many: the slot takes all of them, as a JSON list."""
    before, after = db.each_of
    return field.in_(NodeList((SQL(before), slot, SQL(after)), glue=""))


class Prepared:
    """A query with named slots, called with their values; gives the rows that the query would give.

    `build` takes one Peewee expression per slot, by name. Building SQL is about two thirds of what such a query
    costs, and telling columns apart most of the rest, so both happen at the first call alone. A slot of the name
    `now` holds the present moment unless it is given.
    """

    def __init__(self, build: Callable[..., Query]) -> None:
        self._build = build
        self._names = build.__code__.co_varnames[: build.__code__.co_argcount]
        self._query: Any = None
        self._read: Reader | None = None
        _all.append(self)

    def __call__(self, **values: Any) -> list:
        """The rows, as a list. `values` go to the database as they are."""
        if self._query is None:
            self._prepare()
        if "now" in self._names:
            values.setdefault("now", clock.now().replace(tzinfo=None))
        params = [values[part.name] if isinstance(part, _Slot) else part for part in self._params]
        cursor = self._query._database.execute_sql(self._sql, params)
        if self._read is None:
            self._read = _reader(self._query._get_cursor_wrapper(cursor))
        return [self._read(row) for row in cursor.fetchall()]

    def first(self, **values: Any) -> Any:
        """The first row, or None."""
        rows = self(**values)
        return rows[0] if rows else None

    def _prepare(self) -> None:
        query: Any = self._build(**{name: Value(_Slot(name), converter=False) for name in self._names})
        self._sql, self._params = query.sql()
        self._query = query


def _reader(wrapper: Any) -> Reader:
    # Peewee has no public way from a row to the instances that a query means. Its own wrapper of the first cursor
    # tells which column belongs to which model, and which model hangs on which (here by inner joins alone).
    wrapper.initialize()
    if not hasattr(wrapper, "src_to_dest"):
        plain = zip(range(wrapper.ncols), wrapper.unique_columns, wrapper.converters, strict=True)
        return _instances(wrapper.model, list(plain))
    columns: dict[Any, list[_Column]] = {key: [] for key, *_ in wrapper._constructor_list}
    for index, key, column, converter in wrapper._row_spec:
        columns[key if key in columns else wrapper.model].append((index, column, converter))
    readers = [_instances(model, columns[key]) for key, model, _ in wrapper._constructor_list]
    place = {key: number for number, (key, *_) in enumerate(wrapper._constructor_list)}
    joins = [(place[source], name, place[target]) for source, name, target, *_ in wrapper.src_to_dest]
    main = place[wrapper.model]
    return lambda row: _joined(row, readers, joins)[main]


def _joined(row: tuple, readers: list[Reader], joins: list[tuple[int, str, int]]) -> list[Any]:
    """Each model's instance, and on each those that hang on it."""
    found = [read(row) for read in readers]
    for source, name, target in joins:
        found[source].__data__[name] = found[target].__data__["id"]
        found[source].__rel__[name] = found[target]
    return found


def _instances(model: Any, columns: list[_Column]) -> Reader:
    """What makes an instance of these columns of a row: its fields, and whatever else was selected beside them."""
    fields = [column for column in columns if column[1] in model._meta.fields]
    others = [
        (index, name, converter or _as_stored) for index, name, converter in columns if name not in model._meta.fields
    ]
    places = [(index, name) for index, name, _ in fields]
    converted = [(name, needed) for _, name, converter in fields if (needed := _needed(converter))]

    def read(row: tuple) -> Any:
        instance = model.__new__(model)
        facts = instance.__data__ = {name: row[index] for index, name in places}
        instance.__rel__, instance._dirty = {}, set()
        for name, converter in converted:
            if facts[name] is not None:
                facts[name] = converter(facts[name])
        for index, name, converter in others:
            setattr(instance, name, converter(row[index]))
        return instance

    return read


def _as_stored(value: Any) -> Any:
    return value


def _needed(converter: Callable | None) -> Callable | None:
    """What a column still has to go through, without an alias's detour; None for what comes as it is in Python."""
    field = getattr(converter, "__self__", None)
    if isinstance(field, FieldAlias):
        field = field.field
        converter = field.python_value
    return None if type(field) in AS_STORED else converter
