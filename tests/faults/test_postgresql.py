"""PostgreSQL goes away and comes back, and connections break, while two people write to two processes."""

import pytest

from .at_work import at_work

ALL_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'duologue%'"


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_database_is_stopped_and_started_while_both_write(postgres, two, pair, mode):
    with at_work(two, pair) as work:
        postgres.stop(mode)
        work.is_told_that_nothing_is_saved()
        postgres.start()
        work.is_right_again()
        work.ends()
    assert "Traceback" not in two.log()


def test_all_connections_are_cut_by_the_server_again_and_again_while_both_write(postgres, two, pair):
    with at_work(two, pair) as work:
        for _ in range(5):
            assert postgres.ask(ALL_CONNECTIONS)
            work.is_right_again()
        work.ends()
    assert "Traceback" not in two.log()
