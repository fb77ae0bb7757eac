"""Calendars: how often a meeting was arranged anew, and when; and the private address of a person's calendar."""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, Model


def up(migrator, db):
    class Person(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'person'

    class CalendarFeed(Model):
        id = CharField(primary_key=True, max_length=12)
        person = ForeignKeyField(Person, unique=True)
        secret_digest = CharField(max_length=64)
        epoch = IntegerField()
        made_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'calendar_feed'

    migrator.migrate(
        migrator.add_column('meeting', 'sequence', IntegerField(default=0)),
        migrator.add_column('meeting', 'arranged_at', DateTimeField(null=True)),
    )
    db.create_tables([CalendarFeed])


def down(migrator, db):
    migrator.migrate(migrator.drop_table('calendar_feed'))
    migrator.migrate(*(migrator.drop_column('meeting', name) for name in ('sequence', 'arranged_at')))
