"""The tables that the migrations make are the tables that the models mean."""

import shutil

import pytest
from peewee import sort_models
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

import audit
import database
import engines
import resealing
from models import Person
from rows import db

from . import behind
from .conftest import config_in
from .everything import write_everything


def test_the_schema_made_by_the_migrations_is_that_of_the_models(here):
    difference = diff_models(db, list(database.MODELS))
    assert not difference, str(difference)


def test_every_model_is_among_those_of_the_database():
    from rows import Once, Row

    def below(kind) -> set:
        return {found for child in kind.__subclasses__() for found in {child, *below(child)}}

    made = {model for model in below(Row) if model is not Once}
    assert made == set(database.MODELS)


def test_a_database_of_this_version_has_nothing_to_be_done_to_it(here):
    before = Person.select().count()
    assert Runner(db, str(database.MIGRATIONS)).up() == []
    assert Person.select().count() == before


def test_every_table_that_a_model_does_not_know_is_the_migrations_own(here):
    known = {model._meta.table_name for model in database.MODELS}
    others = set(db.get_tables()) - known
    assert len(others) == 1
    assert "migration" in next(iter(others))


NAMES = sorted(path.stem for path in database.MIGRATIONS.glob("[0-9]*.py"))


def raw(table: str, columns: list[str]) -> list[tuple]:
    """What a table of the open database holds in these columns, sealed words as they are."""
    names = ", ".join(f'"{name}"' for name in columns)
    return sorted(behind.execute(f'SELECT {names} FROM "{table}"').fetchall(), key=str)


def columns_of(table: str) -> list[str]:
    """The names of a table's columns."""
    return [column.name for column in db.get_columns(table)]


@pytest.fixture
def everything(here, meeting, ada, sam) -> dict[str, list[dict]]:
    """Table → its rows, of a database with something in every field. Those that others lead to come first."""
    write_everything(meeting, ada, sam, "Quetzal")
    audit.note("open", by=ada, pair=meeting.pair)
    tables = [model._meta.table_name for model in sort_models(database.MODELS)]
    named = {table: columns_of(table) for table in tables}
    return {table: [dict(zip(names, row, strict=True)) for row in raw(table, names)] for table, names in named.items()}


@pytest.mark.parametrize("number", range(1, len(NAMES)))
def test_a_filled_database_of_the_version_before_is_brought_forward_without_loss(here, everything, tmp_path, number):
    db.close()
    before, config = NAMES[number - 1], config_in(tmp_path / "older")
    config.data_dir.mkdir()
    shutil.copy(here.keyring_file, config.keyring_file)
    database._use(engines.of(config))
    with db.connection_context():
        Runner(db, str(database.MIGRATIONS)).up(before)
        then = filled(everything)
    db.close_all()
    assert database.migrate(config)[: len(NAMES) - number] == NAMES[number:]
    database.open_checked(config)
    with db.connection_context():
        assert {table: raw(table, names) for table, (names, _) in then.items()} == {
            table: rows for table, (_, rows) in then.items()
        }
        assert resealing.verify(database.MODELS) == []
        assert behind.dangling() == []
        assert len(list(audit.verify())) == len(then.get("audit_entry", ((), ()))[1])
    db.close_all()


def filled(everything: dict[str, list[dict]]) -> dict[str, tuple[list[str], list[tuple]]]:
    """Fill the tables that an older version had; table → its columns then, and its rows."""
    then = {}
    for table in [table for table in everything if db.table_exists(table)]:
        names = columns_of(table)
        slots, said = ", ".join("?" for _ in names), ", ".join(f'"{name}"' for name in names)
        for row in everything[table]:
            behind.execute(f'INSERT INTO "{table}" ({said}) VALUES ({slots})', *(row[name] for name in names))
        then[table] = names, raw(table, names)
    return then
