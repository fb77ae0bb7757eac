"""Indexes for what is asked of all tables by pair, and of sessions by age: without them, all rows were read."""

BY_PAIR = ('action_update', 'activity', 'gathering', 'progress', 'record', 'remark', 'upload')
BY_AGE = ('started_at', 'seen_at')


def up(migrator, db):
    for table in BY_PAIR:
        migrator.migrate(migrator.add_index(table, ('pair_id',)))
    for column in BY_AGE:
        migrator.migrate(migrator.add_index('session', (column,)))


def down(migrator, db):
    for table in BY_PAIR:
        migrator.migrate(migrator.drop_index(table, f'{table}_pair_id'))
    for column in BY_AGE:
        migrator.migrate(migrator.drop_index('session', f'session_{column}'))
