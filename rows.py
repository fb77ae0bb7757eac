"""What every table is made of: ids that tell nothing, moments, words, and rows that are made only once."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Self

from peewee import SCOPE_VALUES, CharField, DatabaseProxy, DateTimeField, Field, FieldAccessor, Model, TextField

import secrecy

db = DatabaseProxy()

ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
ID_LENGTH = 12
# Byte → letter. There are 32 letters, and 256 is a multiple of that: each is as likely as any other.
_AS_LETTERS = bytes(ord(ID_LETTERS[number % len(ID_LETTERS)]) for number in range(256))
# No hexadecimal digit: so one sees which repeat keys are keyed. The first version stored plain digests.
KEYED = "k"


def new_id(length: int = ID_LENGTH) -> str:
    """A random id that nobody guesses and that shows no order: five bits a letter."""
    return secrets.token_bytes(length).translate(_AS_LETTERS).decode("ascii")


@contextmanager
def one_at_a_time(about: str) -> Iterator[None]:
    """One transaction, beside which no other about the same thing runs, in whichever process."""
    with db.atomic():
        db.hold(about)
        yield


class Moment(DateTimeField):
    """A point in time: aware and in UTC in Python, naive UTC in the database."""

    def db_value(self, value: datetime | None) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def python_value(self, value: Any) -> datetime | None:
        if isinstance(value, str):
            # Read as UTC at once: replace() takes ten times as long.
            return datetime.fromisoformat(f"{value}+00:00")
        return value and value.replace(tzinfo=UTC)


class Sealed(str):
    """Words as the database has them: not opened yet."""

    __slots__ = ()


class _Opening(FieldAccessor):
    """Opens words when they are first read; what nobody reads is never opened."""

    def __get__(self, row: Any, kind: Any = None) -> Any:
        if row is None:
            return self.field
        value = row.__data__.get(self.name)
        if type(value) is Sealed:
            value = row.__data__[self.name] = secrecy.unseal(value, self.field.place(row))
        return value


class Words(TextField):
    """What a person wrote: encrypted in the database, and bound to its table, column, row and pair.

    Everything confidential is in fields of this type. Rows open and seal it, so those who read and write attributes
    need not know; SQL can neither compare nor sort it. `within` names the field that stands for the pair.
    """

    accessor_class = _Opening

    def __init__(self, *args: Any, within: str = "pair", **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.within = within

    def place(self, row: Model) -> str:
        """Where these words of `row` are and may be opened. Raises LookupError for a row selected without knowing."""
        try:
            return self.place_of(row.__data__["id"], row.__data__[self.within])
        except KeyError as missing:
            raise LookupError(f"{self!r} opens only beside {missing}: select that as well.") from None

    def place_of(self, id: str, within: str) -> str:
        """The same for a row with this id in this pair."""
        return f"{self._column}/{id}/{within}"

    @cached_property
    def _column(self) -> str:
        return f"{self.model._meta.table_name}/{self.column_name}"

    def sealed(self, row: Model) -> str | None:
        """The words of `row` as they go to the database."""
        text = getattr(row, self.name)
        return secrecy.seal(text, self.place(row)) if text else text

    def python_value(self, value: str | None) -> str | None:
        return value if value is None or value == "" else Sealed(value)

    def db_value(self, value: Any) -> Any:
        """Refuse to send words to the database in clear. Raises TypeError."""
        if value:
            raise TypeError(f"{self!r} is sealed: write it with Row.create, Row.change or Once.create_once.")
        return value

    def __sql__(self, ctx: Any) -> Any:
        """Refuse to be anything in SQL but a column that is read. Raises TypeError."""
        is_read = ctx.state.in_projection and not ctx.state.in_expr and not ctx.state.in_function
        if not is_read and ctx.scope != SCOPE_VALUES:
            raise TypeError(f"{self!r} is sealed: the database can neither compare nor sort it.")
        return super().__sql__(ctx)


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

    def lock(self) -> None:
        """Have nobody else change this row until the transaction ends."""
        if db.for_update:
            db.execute_sql(f'SELECT 1 FROM "{self._meta.table_name}" WHERE "id" = {db.param} FOR UPDATE', [self.id])  # noqa: S608

    def remove(self) -> None:
        """Take the row out of its table."""
        db.execute_sql(f'DELETE FROM "{self._meta.table_name}" WHERE "id" = {db.param}', [self.id])  # noqa: S608

    def _values(self, fields: list[Field]) -> list:
        return [
            field.sealed(self) if isinstance(field, Words) else field.db_value(self.__data__.get(field.name))
            for field in fields
        ]


def forget_statements() -> None:
    """Write the SQL of rows anew when it is next needed: another kind of database wants another."""
    _insertion.cache_clear()
    _update.cache_clear()


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
    return keyed(hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:32])


def keyed(plain: str) -> str:
    """What is stored of a repeat key: whoever has the database alone cannot try words out on it."""
    return (KEYED + secrecy.digest("repeat", plain))[:32]
