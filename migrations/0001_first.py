"""Every table of the first version."""

from peewee import BooleanField, CharField, DateField, DateTimeField, FloatField, ForeignKeyField, IntegerField, Model, TextField

def up(migrator, db):
    class Person(Model):
        id = CharField(primary_key=True, max_length=12)
        issuer = CharField(max_length=200)
        subject = CharField(max_length=200)
        name = CharField(max_length=200)
        email = CharField(null=True, max_length=254)
        time_zone = CharField(max_length=64)
        people_lead = BooleanField(default=False)
        created_at = DateTimeField()
        disabled_at = DateTimeField(null=True)
        class Meta:
            database = db
            table_name = 'person'
            indexes = ((('issuer', 'subject'), True),)
    db.create_tables([Person])

    class Pair(Model):
        id = CharField(primary_key=True, max_length=12)
        manager = ForeignKeyField(Person)
        report = ForeignKeyField(Person)
        invited_by = ForeignKeyField(Person, index=False)
        invited_at = DateTimeField()
        accepted_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)
        ended_by = ForeignKeyField(Person, null=True, index=False)
        template = CharField(max_length=64, default='regular')
        rhythm = CharField(max_length=16, default='monthly')
        minutes = IntegerField(default=60)
        place = TextField(default='')
        time_zone = CharField(max_length=64)
        first_starts_at = DateTimeField(null=True)
        version = IntegerField(default=0)
        class Meta:
            database = db
            table_name = 'pair'
    db.create_tables([Pair])

    class Meeting(Model):
        id = CharField(primary_key=True, max_length=12)
        pair = ForeignKeyField(Pair, index=False)
        template = CharField(max_length=64)
        starts_at = DateTimeField()
        minutes = IntegerField()
        place = TextField(default='')
        created_at = DateTimeField()
        created_by = ForeignKeyField(Person, index=False)
        closed_at = DateTimeField(null=True)
        closed_by = ForeignKeyField(Person, null=True, index=False)
        cancelled_at = DateTimeField(null=True)
        cancelled_by = ForeignKeyField(Person, null=True, index=False)
        class Meta:
            database = db
            table_name = 'meeting'
            indexes = ((('pair', 'closed_at'), False),)
    db.create_tables([Meeting])

    class Item(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(unique=True, null=True, max_length=32)
        pair = ForeignKeyField(Pair)
        meeting = ForeignKeyField(Meeting, index=False)
        section = CharField(max_length=64)
        author = ForeignKeyField(Person, index=False)
        text = TextField()
        notes = TextField(default='')
        position = FloatField()
        created_at = DateTimeField()
        shared_at = DateTimeField(null=True)
        discussed_at = DateTimeField(null=True)
        discussed_by = ForeignKeyField(Person, null=True, index=False)
        kept_at = DateTimeField(null=True)
        kept_by = ForeignKeyField(Person, null=True, index=False)
        standing_at = DateTimeField(null=True)
        standing_by = ForeignKeyField(Person, null=True, index=False)
        deleted_at = DateTimeField(null=True)
        deleted_by = ForeignKeyField(Person, null=True, index=False)
        class Meta:
            database = db
            table_name = 'item'
            indexes = ((('meeting', 'section', 'position'), False),)
    db.create_tables([Item])

    class Action(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(unique=True, null=True, max_length=32)
        pair = ForeignKeyField(Pair, index=False)
        meeting = ForeignKeyField(Meeting, null=True)
        item = ForeignKeyField(Item, null=True)
        text = TextField()
        owner = ForeignKeyField(Person, index=False)
        due_on = DateField(null=True)
        likelihood = IntegerField(null=True)
        proposed_by = ForeignKeyField(Person, index=False)
        proposed_at = DateTimeField()
        agreed_at = DateTimeField(null=True)
        withdrawn_at = DateTimeField(null=True)
        withdrawn_by = ForeignKeyField(Person, null=True, index=False)
        done_at = DateTimeField(null=True)
        done_by = ForeignKeyField(Person, null=True, index=False)
        put_off_until = DateField(null=True)
        dropped_at = DateTimeField(null=True)
        dropped_by = ForeignKeyField(Person, null=True, index=False)
        drop_reason = TextField(default='')
        class Meta:
            database = db
            table_name = 'action'
            indexes = ((('pair', 'done_at'), False),)
    db.create_tables([Action])

    class ActionUpdate(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(unique=True, null=True, max_length=32)
        action = ForeignKeyField(Action, index=False)
        author = ForeignKeyField(Person, index=False)
        written_at = DateTimeField()
        text = TextField(default='')
        due_before = DateField(null=True)
        due_after = DateField(null=True)
        put_off_until = DateField(null=True)
        class Meta:
            database = db
            table_name = 'action_update'
            indexes = ((('action', 'written_at'), False),)
    db.create_tables([ActionUpdate])

    class Agreement(Model):
        id = CharField(primary_key=True, max_length=12)
        action = ForeignKeyField(Action, index=False)
        person = ForeignKeyField(Person, index=False)
        noted_by = ForeignKeyField(Person, index=False)
        agreed_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'agreement'
            indexes = ((('action', 'person'), True),)
    db.create_tables([Agreement])

    class Carry(Model):
        id = CharField(primary_key=True, max_length=12)
        item = ForeignKeyField(Item)
        from_meeting = ForeignKeyField(Meeting)
        to_meeting = ForeignKeyField(Meeting, index=False)
        by = ForeignKeyField(Person, index=False)
        carried_at = DateTimeField()
        section = CharField(max_length=64)
        position = FloatField()
        discussed_at = DateTimeField(null=True)
        discussed_by = ForeignKeyField(Person, null=True, index=False)
        kept_at = DateTimeField(null=True)
        kept_by = ForeignKeyField(Person, null=True, index=False)
        notes = TextField(default='')
        class Meta:
            database = db
            table_name = 'carry'
    db.create_tables([Carry])

    class Record(Model):
        id = CharField(primary_key=True, max_length=12)
        meeting = ForeignKeyField(Meeting, index=False)
        content = TextField()
        closed_at = DateTimeField()
        closed_by = ForeignKeyField(Person, index=False)
        withdrawn_at = DateTimeField(null=True)
        withdrawn_by = ForeignKeyField(Person, null=True, index=False)
        class Meta:
            database = db
            table_name = 'record'
            indexes = ((('meeting', 'closed_at'), False),)
    db.create_tables([Record])

    class Confirmation(Model):
        id = CharField(primary_key=True, max_length=12)
        record = ForeignKeyField(Record, index=False)
        person = ForeignKeyField(Person, index=False)
        confirmed_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'confirmation'
            indexes = ((('record', 'person'), True),)
    db.create_tables([Confirmation])

    class Objective(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(unique=True, null=True, max_length=32)
        pair = ForeignKeyField(Pair)
        text = TextField()
        due_on = DateField(null=True)
        set_by = ForeignKeyField(Person, index=False)
        set_at = DateTimeField()
        achieved_at = DateTimeField(null=True)
        achieved_by = ForeignKeyField(Person, null=True, index=False)
        class Meta:
            database = db
            table_name = 'objective'
    db.create_tables([Objective])

    class PrivateNote(Model):
        id = CharField(primary_key=True, max_length=12)
        pair = ForeignKeyField(Pair, index=False)
        author = ForeignKeyField(Person, index=False)
        text = TextField(default='')
        written_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'private_note'
            indexes = ((('pair', 'author'), True),)
    db.create_tables([PrivateNote])

    class Remark(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(unique=True, null=True, max_length=32)
        record = ForeignKeyField(Record)
        author = ForeignKeyField(Person, index=False)
        text = TextField()
        written_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'remark'
    db.create_tables([Remark])

    class Stamp(Model):
        id = CharField(primary_key=True, max_length=12)
        kind = CharField(max_length=16)
        class Meta:
            database = db
            table_name = 'stamp'
    db.create_tables([Stamp])


def down(migrator, db):
    migrator.migrate(migrator.drop_table('stamp'))
    migrator.migrate(migrator.drop_table('remark'))
    migrator.migrate(migrator.drop_table('private_note'))
    migrator.migrate(migrator.drop_table('objective'))
    migrator.migrate(migrator.drop_table('confirmation'))
    migrator.migrate(migrator.drop_table('record'))
    migrator.migrate(migrator.drop_table('carry'))
    migrator.migrate(migrator.drop_table('agreement'))
    migrator.migrate(migrator.drop_table('action_update'))
    migrator.migrate(migrator.drop_table('action'))
    migrator.migrate(migrator.drop_table('item'))
    migrator.migrate(migrator.drop_table('meeting'))
    migrator.migrate(migrator.drop_table('pair'))
    migrator.migrate(migrator.drop_table('person'))
