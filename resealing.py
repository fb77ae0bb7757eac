"""Sealing every stored word anew: with another key, or for the first time where an older version stored clear text."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import secrecy
from rows import KEYED, Once, Row, Words, db, keyed
from secrecy import CannotOpen

BATCH = 200

Models = Iterable[type[Row]]


class Stored(NamedTuple):
    """One text as the database has it: the row's id, what stands for its pair, and the sealed words."""

    id: str
    within: str
    sealed: str


def words_of(models: Models) -> list[Words]:
    """Every field that people's words are in."""
    return [field for model in models for field in model._meta.sorted_fields if isinstance(field, Words)]


def count(models: Models) -> int:
    """How many texts there are."""
    return sum(uses(models).values())


def uses(models: Models) -> Counter[str]:
    """How many texts each key has sealed: key id → number."""
    found: Counter[str] = Counter()
    for words in words_of(models):
        table, column = _names(words)
        rows = db.execute_sql(
            f"SELECT {db.before(':', column)}, count(*) FROM {table} "  # noqa: S608
            f"WHERE {column} <> '' GROUP BY 1"
        )
        found.update(dict(rows.fetchall()))
    return found


def reseal(models: Models, tell: Callable[[int], None] = lambda number: None) -> int:
    """Seal with the active key what another key sealed, until nothing is left that opens; how many texts that were.

    People may go on writing: what they changed meanwhile stays as they wrote it. It may break off at any moment.
    `tell` hears of each batch how many it held.
    """
    resealed, fields = 0, words_of(models)
    # What a transaction sealed with the key before, while this went by, is met at the next round.
    while found := sum(_reseal_words(words, tell) for words in fields):
        resealed += found
    return resealed


def verify(models: Models, tell: Callable[[int], None] = lambda number: None) -> list[str]:
    """The places of those texts that the active key does not open."""
    active, broken = secrecy.active_key(), []
    for words in words_of(models):
        for batch in _batches(words, "1 = 1", ()):
            broken += [place for place, text in _opened(words, batch) if text is None]
            broken += [words.place_of(id, within) for id, within, sealed in batch if secrecy.key_of(sealed) != active]
            tell(len(batch))
    return sorted(set(broken))


def seal_clear_text(models: Models) -> None:
    """Seal what the first version stored in clear, and key its repeat keys. What is done already stays."""
    models = list(models)
    for words in words_of(models):
        for batch in _batches(words, "1 = 1", ()):
            _store(words, ((stored, stored.sealed) for stored in batch if not _is_sealed(words, stored)))
    for model in models:
        if issubclass(model, Once):
            _key_repeats(model)


def _reseal_words(words: Words, tell: Callable[[int], None]) -> int:
    resealed, active = 0, f"{secrecy.active_key()}:"
    _, column = _names(words)
    for batch in _batches(words, f"substr({column}, 1, {len(active)}) <> {db.param}", (active,)):
        began = time.monotonic()
        opened = zip(batch, _opened(words, batch), strict=True)
        stored = _store(words, [(stored, text) for stored, (_, text) in opened if text is not None])
        resealed += stored
        tell(stored)
        # A server that waits for the lock waits whole: leave it as much time as was taken.
        time.sleep(time.monotonic() - began)
    return resealed


def _opened(words: Words, batch: list[Stored]) -> list[tuple[str, str | None]]:
    """Each one's place and text; None for what does not open."""
    places = [words.place_of(stored.id, stored.within) for stored in batch]
    return [(place, _text(stored.sealed, place)) for stored, place in zip(batch, places, strict=True)]


def _text(sealed: str, place: str) -> str | None:
    try:
        return secrecy.unseal(sealed, place)
    except CannotOpen:
        return None


def _is_sealed(words: Words, stored: Stored) -> bool:
    return _text(stored.sealed, words.place_of(stored.id, stored.within)) is not None


def _batches(words: Words, condition: str, values: tuple) -> Iterator[list[Stored]]:
    """What this field holds and `condition` is true of, in order of the rows' ids."""
    table, column = _names(words)
    within, last = f'"{words.model._meta.fields[words.within].column_name}"', ""
    sql = (
        f'SELECT "id", {within}, {column} FROM {table} WHERE "id" > {db.param} AND {column} <> \'\' '  # noqa: S608
        f'AND {condition} ORDER BY "id" LIMIT {BATCH}'
    )
    while batch := [Stored(*row) for row in db.execute_sql(sql, (last, *values)).fetchall()]:
        yield batch
        last = batch[-1].id


def _store(words: Words, pairs: Iterable[tuple[Stored, str]]) -> int:
    """Store these texts sealed with the active key; how many of them nobody had changed meanwhile."""
    table, column = _names(words)
    sql = f'UPDATE {table} SET {column} = {db.param} WHERE "id" = {db.param} AND {column} = {db.param}'  # noqa: S608
    rows = [
        (secrecy.seal(text, words.place_of(stored.id, stored.within)), stored.id, stored.sealed)
        for stored, text in pairs
    ]
    with db.atomic():
        return sum(db.execute_sql(sql, row).rowcount for row in rows)


def _key_repeats(model: type[Once]) -> None:
    plain = model.select(model.id, model.key).where(model.key.is_null(False), ~model.key.startswith(KEYED))
    with db.atomic():
        for row in list(plain):
            row.change(key=keyed(str(row.key)))


def _names(words: Words) -> tuple[str, str]:
    return f'"{words.model._meta.table_name}"', f'"{words.column_name}"'
