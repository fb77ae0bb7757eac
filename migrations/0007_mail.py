"""What people are mailed, and which mail they do without; indexes for what is asked of all people's."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model

CHOICES = {'mail_off': CharField(max_length=200, default=''), 'mail_content': BooleanField(default=False)}
ASKED_BY = {'meeting': ('closed_at', 'starts_at'), 'action': ('owner_id', 'done_at')}


def up(migrator, db):
    migrator.migrate(*(migrator.add_column('person', name, field) for name, field in CHOICES.items()))

    class Person(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'person'

    class OutgoingMail(Model):
        id = CharField(primary_key=True, max_length=12)
        person = ForeignKeyField(Person, index=False)
        kind = CharField(max_length=16)
        about = CharField(max_length=32)
        token_hash = CharField(max_length=64, unique=True)
        decided_at = DateTimeField(index=True)
        next_try_at = DateTimeField(null=True, index=True)
        tries = IntegerField(default=0)
        code = IntegerField(null=True)
        sent_at = DateTimeField(null=True)
        dropped_at = DateTimeField(null=True)
        failed_at = DateTimeField(null=True)
        class Meta:
            database = db
            table_name = 'outgoing_mail'
            indexes = [(('person', 'kind', 'about'), True)]

    db.create_tables([OutgoingMail])
    for table, columns in ASKED_BY.items():
        migrator.migrate(migrator.add_index(table, columns))


def down(migrator, db):
    for table, columns in ASKED_BY.items():
        migrator.migrate(migrator.drop_index(table, f'{table}_{"_".join(columns)}'))
    db.execute_sql('DROP TABLE "outgoing_mail"')
    migrator.migrate(*(migrator.drop_column('person', name) for name in CHOICES))
