"""Objectives that both agree, progress, evidence; plan, feedback; wordings; the annual review; handover and cover."""

import secrets

from peewee import BooleanField, CharField, DateField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField

ADDED = {
    'pair': ('covers_id', 'covers_until'),
    'objective': (
        *('measures', 'competencies', 'agreed_at', 'withdrawn_at', 'withdrawn_by_id'),
        *('dropped_at', 'dropped_by_id', 'drop_reason', 'replaces_id'),
    ),
}
LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'


def added(person, pair, objective):
    """The columns that older tables get: table → name → field."""
    return {
        'pair': {
            'covers_id': ForeignKeyField(pair, field=pair.id, null=True),
            'covers_until': DateTimeField(null=True),
        },
        'objective': {
            'measures': TextField(default=''),
            'competencies': TextField(default=''),
            'agreed_at': DateTimeField(null=True),
            'withdrawn_at': DateTimeField(null=True),
            'withdrawn_by_id': ForeignKeyField(person, field=person.id, null=True, index=False),
            'dropped_at': DateTimeField(null=True),
            'dropped_by_id': ForeignKeyField(person, field=person.id, null=True, index=False),
            'drop_reason': TextField(default=''),
            'replaces_id': ForeignKeyField(objective, field=objective.id, null=True),
        },
    }


def up(migrator, db):
    class Person(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'person'

    class Pair(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'pair'

    class Meeting(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'meeting'

    class Item(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'item'

    class Action(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'action'

    class Record(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'record'

    class Objective(Model):
        id = CharField(primary_key=True, max_length=12)
        class Meta:
            database = db
            table_name = 'objective'

    class ObjectiveAgreement(Model):
        id = CharField(primary_key=True, max_length=12)
        objective = ForeignKeyField(Objective, index=False)
        person = ForeignKeyField(Person, index=False)
        noted_by = ForeignKeyField(Person, index=False)
        agreed_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'objective_agreement'
            indexes = [(('objective', 'person'), True)]

    class Progress(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(null=True, max_length=32, unique=True)
        pair = ForeignKeyField(Pair, index=False)
        objective = ForeignKeyField(Objective, index=False)
        author = ForeignKeyField(Person, index=False)
        meeting = ForeignKeyField(Meeting, null=True)
        outlook = CharField(max_length=16, default='')
        text = TextField(default='')
        written_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'progress'
            indexes = [(('objective', 'written_at'), False)]

    class Evidence(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(null=True, max_length=32, unique=True)
        pair = ForeignKeyField(Pair)
        author = ForeignKeyField(Person, null=True, index=False)
        source = CharField(max_length=32, default='')
        objective = ForeignKeyField(Objective, null=True)
        happened_on = DateField()
        text = TextField()
        link = TextField(default='')
        reference = TextField(default='')
        reflection = TextField(default='')
        kept_by = ForeignKeyField(Person, index=False)
        kept_at = DateTimeField()
        consented_at = DateTimeField(null=True)
        removed_at = DateTimeField(null=True)
        removed_by = ForeignKeyField(Person, null=True, index=False)
        class Meta:
            database = db
            table_name = 'evidence'

    class DevelopmentGoal(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(null=True, max_length=32, unique=True)
        pair = ForeignKeyField(Pair)
        text = TextField()
        support = TextField(default='')
        barriers = TextField(default='')
        help = TextField(default='')
        due_on = DateField(null=True)
        came_from = CharField(max_length=32, default='')
        set_by = ForeignKeyField(Person, index=False)
        set_at = DateTimeField()
        met_at = DateTimeField(null=True)
        met_by = ForeignKeyField(Person, null=True, index=False)
        dropped_at = DateTimeField(null=True)
        dropped_by = ForeignKeyField(Person, null=True, index=False)
        class Meta:
            database = db
            table_name = 'development_goal'

    class Activity(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(null=True, max_length=32, unique=True)
        pair = ForeignKeyField(Pair, index=False)
        goal = ForeignKeyField(DevelopmentGoal)
        text = TextField()
        mode = CharField(max_length=16)
        due_on = DateField(null=True)
        came_from = CharField(max_length=32, default='')
        added_by = ForeignKeyField(Person, index=False)
        added_at = DateTimeField()
        done_at = DateTimeField(null=True)
        done_by = ForeignKeyField(Person, null=True, index=False)
        reflection = TextField(default='')
        reflected_at = DateTimeField(null=True)
        removed_at = DateTimeField(null=True)
        removed_by = ForeignKeyField(Person, null=True, index=False)
        class Meta:
            database = db
            table_name = 'activity'

    class Feedback(Model):
        id = CharField(primary_key=True, max_length=12)
        key = CharField(null=True, max_length=32, unique=True)
        pair = ForeignKeyField(Pair)
        giver = ForeignKeyField(Person, index=False)
        receiver = ForeignKeyField(Person, index=False)
        question = TextField(default='')
        asked_at = DateTimeField(null=True)
        meeting = ForeignKeyField(Meeting, null=True)
        tone = CharField(max_length=16, default='')
        is_reported = BooleanField(default=False)
        reported_from = TextField(default='')
        text = TextField(default='')
        made_at = DateTimeField()
        given_at = DateTimeField(null=True)
        acknowledged_at = DateTimeField(null=True)
        reply = TextField(default='')
        withdrawn_at = DateTimeField(null=True)
        withdrawn_by = ForeignKeyField(Person, null=True, index=False)
        giver_records_at = DateTimeField(null=True)
        receiver_records_at = DateTimeField(null=True)
        class Meta:
            database = db
            table_name = 'feedback'

    class Wording(Model):
        id = CharField(primary_key=True, max_length=12)
        pair = ForeignKeyField(Pair, index=False)
        subject = CharField(max_length=32)
        part = CharField(max_length=16)
        by = ForeignKeyField(Person, index=False)
        began_at = DateTimeField()
        changed_at = DateTimeField()
        before = TextField(default='')
        after = TextField(default='')
        class Meta:
            database = db
            table_name = 'wording'
            indexes = [(('subject', 'part', 'changed_at'), False), (('pair',), False)]

    class Gathering(Model):
        id = CharField(primary_key=True, max_length=12)
        pair = ForeignKeyField(Pair, index=False)
        meeting = ForeignKeyField(Meeting, unique=True)
        starts_on = DateField()
        ends_on = DateField()
        by = ForeignKeyField(Person, index=False)
        gathered_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'gathering'

    class Gathered(Model):
        id = CharField(primary_key=True, max_length=12)
        pair = ForeignKeyField(Pair, index=False)
        meeting = ForeignKeyField(Meeting, index=False)
        item = ForeignKeyField(Item)
        source = CharField(max_length=32)
        text = TextField()
        notes = TextField(default='')
        class Meta:
            database = db
            table_name = 'gathered'
            indexes = [(('meeting', 'source'), True)]

    class Upload(Model):
        id = CharField(primary_key=True, max_length=12)
        pair = ForeignKeyField(Pair, index=False)
        record = ForeignKeyField(Record)
        address = TextField()
        uploaded_on = DateField()
        by = ForeignKeyField(Person, index=False)
        noted_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'upload'

    class HandingOn(Model):
        id = CharField(primary_key=True, max_length=12)
        action = ForeignKeyField(Action, index=False)
        person = ForeignKeyField(Person, index=False)
        agreed_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'handing_on'
            indexes = [(('action', 'person'), True)]

    class Handover(Model):
        id = CharField(primary_key=True, max_length=12)
        pair = ForeignKeyField(Pair)
        from_pair = ForeignKeyField(Pair)
        by = ForeignKeyField(Person, index=False)
        passed_at = DateTimeField()
        content = TextField()
        class Meta:
            database = db
            table_name = 'handover'

    class PassedRecord(Model):
        id = CharField(primary_key=True, max_length=12)
        pair = ForeignKeyField(Pair, index=False)
        handover = ForeignKeyField(Handover)
        source = CharField(max_length=12)
        closed_at = DateTimeField()
        content = TextField()
        class Meta:
            database = db
            table_name = 'passed_record'
            indexes = [(('pair', 'source'), True)]

    for table, columns in added(Person, Pair, Objective).items():
        migrator.migrate(*(migrator.add_column(table, name, field) for name, field in columns.items()))
    db.create_tables([ObjectiveAgreement, Progress, Evidence, DevelopmentGoal, Activity, Feedback, Wording, Gathering, Gathered, Upload, HandingOn, Handover, PassedRecord])
    _adopt_objectives(db)


def _adopt_objectives(db):
    """Whoever set an objective has agreed to it; the other one is asked now."""
    for objective, person, moment in db.execute_sql('SELECT id, set_by_id, set_at FROM objective').fetchall():
        id = ''.join(secrets.choice(LETTERS) for _ in range(12))
        insertion = 'INSERT INTO objective_agreement (id, objective_id, person_id, noted_by_id, agreed_at) VALUES ({0}, {0}, {0}, {0}, {0})'.format(db.param)
        db.execute_sql(insertion, (id, objective, person, person, moment))


def down(migrator, db):
    for table in ('passed_record', 'handover', 'handing_on', 'upload', 'gathered', 'gathering', 'wording', 'feedback', 'activity', 'development_goal', 'evidence', 'progress', 'objective_agreement'):
        migrator.migrate(migrator.drop_table(table))
    for table, columns in ADDED.items():
        migrator.migrate(*(migrator.drop_column(table, name) for name in columns))
