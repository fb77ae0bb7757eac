"""The department that the staff directory says somebody belongs to."""

from peewee import CharField


def up(migrator, db):
    migrator.migrate(migrator.add_column('person', 'department', CharField(max_length=200, default='')))


def down(migrator, db):
    migrator.migrate(migrator.drop_column('person', 'department'))
