"""Whether single keys do something for a person."""

from peewee import BooleanField


def up(migrator, db):
    migrator.migrate(migrator.add_column('person', 'shortcuts', BooleanField(default=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column('person', 'shortcuts'))
