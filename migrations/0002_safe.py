"""Sessions, notices and the audit trail; whose words each row holds; what the directory and the law ask for."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField

# Rows with words in them, and the way from each to its pair.
PAIRS = {
    'carry': 'SELECT pair_id FROM item WHERE item.id = carry.item_id',
    'action_update': 'SELECT pair_id FROM action WHERE action.id = action_update.action_id',
    'record': 'SELECT pair_id FROM meeting WHERE meeting.id = record.meeting_id',
    'remark': 'SELECT pair_id FROM record WHERE record.id = remark.record_id',
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

    migrator.migrate(
        migrator.add_column('person', 'retired_at', DateTimeField(null=True)),
        migrator.add_column('person', 'epoch', IntegerField(default=0)),
        migrator.add_column('pair', 'from_directory', BooleanField(default=False)),
        migrator.add_column('pair', 'manager_until', DateTimeField(null=True)),
        migrator.add_column('pair', 'held_at', DateTimeField(null=True)),
        migrator.add_column('pair', 'erased_at', DateTimeField(null=True)),
        migrator.add_column('stamp', 'canary', TextField(default='')),
    )
    # What a manager could read of an ended pair ends here as well.
    for table, pair in PAIRS.items():
        migrator.migrate(
            migrator.add_column(table, 'pair_id', ForeignKeyField(Pair, field=Pair.id, null=True, index=False)))
        db.execute_sql(f'UPDATE "{table}" SET pair_id = ({pair})')
        migrator.migrate(migrator.add_not_null(table, 'pair_id'))

    # Deleting a meeting asks for what was carried into it.
    migrator.migrate(migrator.add_index('carry', ('to_meeting_id',)))

    class Session(Model):
        id = CharField(primary_key=True, max_length=12)
        person = ForeignKeyField(Person)
        token_digest = CharField(unique=True, max_length=64)
        way = CharField(max_length=16)
        epoch = IntegerField()
        started_at = DateTimeField()
        seen_at = DateTimeField()
        class Meta:
            database = db
            table_name = 'session'

    class Notice(Model):
        id = CharField(primary_key=True, max_length=12)
        person = ForeignKeyField(Person)
        kind = CharField(max_length=16)
        pair = ForeignKeyField(Pair, index=False)
        side = CharField(max_length=16)
        other_name = CharField(max_length=200, default='')
        told_at = DateTimeField()
        read_at = DateTimeField(null=True)
        class Meta:
            database = db
            table_name = 'notice'

    class AuditEntry(Model):
        id = CharField(primary_key=True, max_length=12)
        number = IntegerField(unique=True)
        at = DateTimeField()
        event = CharField(max_length=32)
        by = ForeignKeyField(Person, null=True, index=False)
        pair = ForeignKeyField(Pair, null=True)
        about = CharField(max_length=200, default='')
        chain = CharField(max_length=64)
        class Meta:
            database = db
            table_name = 'audit_entry'

    db.create_tables([Session, Notice, AuditEntry])
    (_guard_postgresql if db.param == '%s' else _guard_sqlite)(db)


def _guard_sqlite(db):
    db.execute_sql(
        'CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit_entry WHEN EXISTS '
        '(SELECT 1 FROM audit_entry WHERE number = NEW.number OR id = NEW.id) '
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END")
    for verb in ('UPDATE', 'DELETE'):
        db.execute_sql(
            f'CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit_entry '
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END")


def _guard_postgresql(db):
    db.execute_sql(
        'CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS '
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$")
    for verb in ('UPDATE', 'DELETE', 'TRUNCATE'):
        db.execute_sql(
            f'CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit_entry '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()')


def down(migrator, db):
    for table in ('audit_entry', 'notice', 'session'):
        migrator.migrate(migrator.drop_table(table))
    migrator.migrate(migrator.drop_index('carry', 'carry_to_meeting_id'))
    for table in PAIRS:
        migrator.migrate(migrator.drop_column(table, 'pair_id'))
    migrator.migrate(
        migrator.drop_column('stamp', 'canary'),
        *(migrator.drop_column('pair', name) for name in ('from_directory', 'manager_until', 'held_at', 'erased_at')),
        *(migrator.drop_column('person', name) for name in ('retired_at', 'epoch')),
    )
