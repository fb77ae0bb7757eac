"""The disk is full while two people write: nothing is half written, and all goes on when there is room again."""

import os
from collections.abc import Callable, Iterator

import pytest

from bench.postgresql import QUICKLY
from bench.server import Gunicorn, Server
from bench.wire import Connection, Reception

from .at_work import at_work, demo_of, pairs_of
from .small_disk import OnSmallDisk, PostgreSQLOnSmallDisk, full, why_not


@pytest.fixture
def server(demo_folder, tmp_path) -> Iterator[OnSmallDisk]:
    """A server on a disk that can be filled."""
    if reason := why_not(tmp_path):
        pytest.skip(reason)
    with OnSmallDisk(demo_folder, tmp_path) as server:
        yield server


def ready(server: OnSmallDisk) -> tuple[int, bytes]:
    """Whether the server says that it is ready, and if not, why."""
    with Connection(server.address) as connection:
        answer = connection.get("/readyz", {})
        return answer.status, answer.body


def reader(server: Server, pair: dict) -> Callable[[], str]:
    """A function: load the meeting's page as one of its two does who has another one open, and does nothing there."""
    path = f"/meetings/{pair['meeting']}"
    with Connection(server.address) as connection:
        visitor = Reception(connection).sign_in(connection, pair["people"][0])
        visitor.open(connection, path)

    def read() -> str:
        with Connection(server.address) as connection:
            return visitor.open(connection, path)

    return read


@pytest.mark.sqlite
def test_the_disk_is_full_while_both_write(server, demo_folder):
    demo = demo_of(demo_folder)
    with at_work(server, demo) as work:
        reads = reader(server, demo)
        server.ask("UPDATE session SET seen_at = datetime(seen_at, '-2 minutes')")
        with full(server.disk):
            work.is_told_that_nothing_is_saved()
            assert reads()
            assert ready(server) == (503, b"The disk is full.\n")
        assert ready(server)[0] == 200
        work.is_right_again()
        work.ends()
    assert server.ask("PRAGMA integrity_check") == [("ok",)]
    assert "Traceback" not in server.log()


@pytest.fixture
def postgres(tmp_path) -> Iterator[PostgreSQLOnSmallDisk]:
    """A PostgreSQL server on a disk that can be filled."""
    if reason := why_not(tmp_path) or (os.geteuid() and "only root can start it as somebody else"):
        pytest.skip(reason)
    with PostgreSQLOnSmallDisk(**QUICKLY | {"synchronous_commit": "on"}) as server:
        yield server


def test_the_disk_of_postgresql_is_full_while_both_write(postgres, tmp_path):
    postgres.make("two")
    two = Gunicorn(tmp_path, DATABASE_URL=postgres.url("two"), PROCESSES="2")
    two.make_demo()
    [pair] = pairs_of(two, 1)
    with two, at_work(two, pair) as work:
        reads = reader(two, pair)
        postgres.ask("UPDATE session SET seen_at = seen_at - interval '2 minutes'", "two")
        with full(postgres.disk):
            work.is_told_that_nothing_is_saved()
            assert reads()
        work.is_right_again()
        work.ends()
        two.stop()
    assert "Traceback" not in two.log()
