"""The library of templates, signposts; what a meeting began with, its closing checks; two rhythms; languages."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField

ADDED = {
    'person': {
        'language': CharField(max_length=35, default=''),
        'hidden_prompts': CharField(max_length=1000, default=''),
    },
    'pair': {
        'between_template': CharField(max_length=64, default='catch_up'),
        'between_rhythm': CharField(max_length=16, default='none'),
        'between_minutes': IntegerField(default=20),
        'between_place': TextField(default=''),
    },
    'meeting': {
        'versions': CharField(max_length=255, default=''),
        'is_between': BooleanField(default=False),
        'horizon': IntegerField(null=True),
        'next_starts_at': DateTimeField(null=True),
    },
    'item': {'asked_as': CharField(max_length=16, default='')},
    'action': {'likelier': TextField(default='')},
}


def up(migrator, db):
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.add_column(table, name, field) for name, field in columns.items()))

    class Person(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'person'

    class Meeting(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'meeting'

    class TemplateVersion(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(max_length=64)
        number = IntegerField()
        content = TextField()
        by = CharField(max_length=12, null=True)
        written_at = DateTimeField()
        published_at = DateTimeField(null=True)
        retired_at = DateTimeField(null=True)
        class Meta:
            database = db
            table_name = 'template_version'
            indexes = ((('key', 'number'), True),)

    class Signpost(Model):
        id = CharField(primary_key=True, max_length=12)
        topic = CharField(max_length=32)
        title = CharField(max_length=200)
        address = CharField(max_length=2000, default='')
        text = TextField(default='')
        by = CharField(max_length=12)
        written_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'signpost'

    class ClosingCheck(Model):
        id = CharField(primary_key=True, max_length=12)
        meeting = ForeignKeyField(Meeting, index=False)
        person = ForeignKeyField(Person, index=False)
        matter = CharField(max_length=16)
        checked_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'closing_check'
            indexes = ((('meeting', 'person', 'matter'), True),)

    db.create_tables([TemplateVersion, Signpost, ClosingCheck])


def down(migrator, db):
    for table in ('closing_check', 'signpost', 'template_version'):
        migrator.migrate(migrator.drop_table(table))
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.drop_column(table, name) for name in columns))
