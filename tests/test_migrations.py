"""The tables that the migrations make are the tables that the models mean."""

from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

import database
from models import Person
from rows import db


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
