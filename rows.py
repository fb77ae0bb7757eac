"""What every table is made of: ids that tell nothing, moments, words, and rows that are made only once."""

import hashlib
import secrets
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self

from peewee import CharField, DatabaseProxy, DateTimeField, Field, Model, TextField

db = DatabaseProxy()

ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
ID_LENGTH = 12


def new_id() -> str:
    """An id for a row: 60 random bits, so that nobody guesses one and no order shows."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


class Moment(DateTimeField):
    """A point in time: aware and in UTC in Python, naive UTC in the database."""

    def db_value(self, value: datetime | None) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def python_value(self, value: Any) -> datetime | None:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        return found and found.replace(tzinfo=UTC)


class Words(TextField):
    """What a person wrote. Everything confidential is in fields of this type, so that one place can guard it."""


class Row(Model):
    """What every table has: an id that tells nothing."""

    id = CharField(max_length=ID_LENGTH, primary_key=True, default=new_id)

    class Meta:
        database = db
        legacy_table_names = False

    @classmethod
    def create(cls, **facts: Any) -> Self:
        """Store a new row and give it."""
        row = cls(**facts)
        db.execute_sql(_insertion(cls), row._values(cls._meta.sorted_fields))
        return row

    def change(self, **facts: Any) -> None:
        """Store new values of these columns. What the values may be is for the verbs to say."""
        for name, value in facts.items():
            setattr(self, name, value)
        fields = [self._meta.fields[name] for name in facts]
        db.execute_sql(_update(type(self), tuple(facts)), [*self._values(fields), self.id])

    def remove(self) -> None:
        """Take the row out of its table."""
        db.execute_sql(f'DELETE FROM "{self._meta.table_name}" WHERE "id" = {db.param}', [self.id])  # noqa: S608

    def _values(self, fields: list[Field]) -> list:
        return [field.db_value(self.__data__.get(field.name)) for field in fields]


@cache
def _insertion(model: type[Row]) -> str:
    """The SQL that stores a row; written once, since Peewee's writing of it costs more than the storing."""
    columns = [field.column_name for field in model._meta.sorted_fields]
    names, slots = ", ".join(f'"{name}"' for name in columns), ", ".join(db.param for _ in columns)
    return f'INSERT INTO "{model._meta.table_name}" ({names}) VALUES ({slots})'  # noqa: S608 - our own names alone


@cache
def _update(model: type[Row], names: tuple[str, ...]) -> str:
    """The SQL that changes these fields of a row."""
    changes = ", ".join(f'"{model._meta.fields[name].column_name}" = {db.param}' for name in names)
    return f'UPDATE "{model._meta.table_name}" SET {changes} WHERE "id" = {db.param}'  # noqa: S608 - the same


class Once(Row):
    """A row whose making is safe to repeat: a second one with the same key is the first one again."""

    key = CharField(max_length=32, null=True, unique=True)

    @classmethod
    def create_once(cls, key: str | None, **facts: Any) -> tuple[Self, bool]:
        """The row that `key` stands for, and whether it was made just now. Without a key it always is."""
        row = cls(key=key, **facts)
        sql = _insertion(cls) + ' ON CONFLICT ("key") DO NOTHING'
        if db.execute_sql(sql, row._values(cls._meta.sorted_fields)).rowcount:
            return row, True
        return cls.get(cls.key == key), False


def repeat_key(*parts: str | None) -> str | None:
    """One key for one intention, from what the form sent, or None when it sent no key (its first part)."""
    if not parts[0]:
        return None
    return hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:32]
