"""Moving an installation from one database to another, of either kind: every row copied, and compared afterwards."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from peewee import BooleanField, DateField, Field, ForeignKeyField, sort_models  # type: ignore[attr-defined]

import database
from config import Misconfigured
from engines import Engine
from rows import Moment, Row

AT_A_TIME = 1_000

Tell = Callable[[int], None]


def count(engine: Engine) -> int:
    """How many rows there are to move."""
    with engine.reading():
        return sum(engine.execute_sql(f"SELECT count(*) FROM {_table(model)}").fetchone()[0] for model in _models())  # noqa: S608


def move(source: Engine, target: Engine, tell: Tell = lambda number: None) -> None:
    """Copy all of `source` to `target`, which must be empty: whole and compared, or not at all. Raises Misconfigured.

    `tell` hears of each batch how many rows it held; each row is met twice.
    """
    with source.reading(), target.making() as made, made.connection_context(), made.reshaping():
        database.lay_out(made)
        for model in _models():
            _copy(model, source, made, tell)
        must_be_alike(source, made, tell)


def must_be_alike(source: Engine, target: Engine, tell: Tell = lambda number: None) -> None:
    """Compare two databases that are open, row by row. Raises Misconfigured at the first difference."""
    for model in _models():
        number = 0
        for batch in _batches(model, source):
            there = {row[0]: row for row in _rows_of(model, target, [row[0] for row in batch])}
            if odd := next((row[0] for row in batch if there.get(row[0]) != row), None):
                raise Misconfigured(f"They differ: see {model._meta.table_name} {odd}.")
            number += len(batch)
            tell(len(batch))
        if target.execute_sql(f"SELECT count(*) FROM {_table(model)}").fetchone()[0] != number:  # noqa: S608
            raise Misconfigured(f"They differ: {model._meta.table_name} has other rows in the second.")


def _models() -> list[type[Row]]:
    """Every table, those before others that these lead to."""
    return sort_models(database.MODELS)


def _copy(model: type[Row], source: Engine, target: Engine, tell: Tell) -> None:
    fields = model._meta.sorted_fields
    own = [place for place, field in enumerate(fields) if _leads_to(field, model)]
    slots = ", ".join(target.param for _ in fields)
    sql = f"INSERT INTO {_table(model)} ({_columns(model)}) VALUES ({slots})"  # noqa: S608
    later: list[tuple] = []
    for batch in _batches(model, source):
        _execute_many(target, sql, [_without(row, own) for row in batch])
        later += [row for row in batch if any(row[place] is not None for place in own)]
        tell(len(batch))
    # What leads to another row of the same table can do so once all of them are there.
    for place in own:
        column = fields[place].column_name
        update = f'UPDATE {_table(model)} SET "{column}" = {target.param} WHERE "id" = {target.param}'  # noqa: S608
        _execute_many(target, update, [(row[place], row[0]) for row in later if row[place] is not None])


def _leads_to(field: Field, model: type[Row]) -> bool:
    return isinstance(field, ForeignKeyField) and field.rel_model is model


def _without(row: tuple, places: list[int]) -> tuple:
    return tuple(None if place in places else value for place, value in enumerate(row))


def _execute_many(engine: Engine, sql: str, rows: list[tuple]) -> None:
    if not rows:
        return
    try:
        engine.cursor().executemany(sql, rows)
    except engine.problems as problem:
        cause = str(problem).partition("\n")[0]
        raise Misconfigured(f"The database at {engine} does not take what is to be copied: {cause}.") from None


def _batches(model: type[Row], engine: Engine) -> Iterator[list[tuple]]:
    """All rows in order of their ids, the id first."""
    sql = (
        f'SELECT {_columns(model)} FROM {_table(model)} WHERE "id" > {engine.param} ORDER BY "id" '  # noqa: S608
        f"LIMIT {AT_A_TIME}"
    )
    last = ""
    while batch := [_told(model, row) for row in engine.execute_sql(sql, (last,)).fetchall()]:
        yield batch
        last = batch[-1][0]


def _rows_of(model: type[Row], engine: Engine, ids: list[str]) -> list[tuple]:
    slots = ", ".join(engine.param for _ in ids)
    sql = f'SELECT {_columns(model)} FROM {_table(model)} WHERE "id" IN ({slots})'  # noqa: S608
    return [_told(model, row) for row in engine.execute_sql(sql, ids).fetchall()]


def _told(model: type[Row], row: tuple) -> tuple:
    """The row in Python's own values, the same from whichever database. Sealed words stay sealed."""
    return tuple(_value(field, value) for field, value in zip(model._meta.sorted_fields, row, strict=True))


def _value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, BooleanField):
        return bool(value)
    if isinstance(value, str) and isinstance(field, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(value, str) and isinstance(field, DateField) else value


def _table(model: type[Row]) -> str:
    return f'"{model._meta.table_name}"'


def _columns(model: type[Row]) -> str:
    return ", ".join(f'"{field.column_name}"' for field in model._meta.sorted_fields)
