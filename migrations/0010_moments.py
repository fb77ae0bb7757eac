"""Meetings are found by a moment where everybody's are asked for; SQLite walked through all open ones for one person's."""

TOGETHER = ('closed_at', 'starts_at')


def up(migrator, db):
    migrator.migrate(migrator.drop_index('meeting', 'meeting_closed_at_starts_at'))
    migrator.migrate(migrator.add_index('meeting', ('starts_at',)))
    db.execute_sql('CREATE INDEX "meeting_closed_at" ON "meeting" ("closed_at") WHERE ("closed_at" IS NOT NULL)')


def down(migrator, db):
    for column in TOGETHER:
        migrator.migrate(migrator.drop_index('meeting', f'meeting_{column}'))
    migrator.migrate(migrator.add_index('meeting', TOGETHER))
