"""The disk is full while two people write: nothing is half written, and all goes on when there is room again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from bench.wire import Connection

from .at_work import at_work, demo_of
from .small_disk import OnSmallDisk, why_not

pytestmark = pytest.mark.sqlite


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


def test_the_disk_is_full_while_both_write(server, demo_folder):
    with at_work(server, demo_of(demo_folder)) as work:
        with server.full():
            work.is_told_that_nothing_is_saved()
            assert ready(server) == (503, b"The disk is full.\n")
        assert ready(server)[0] == 200
        work.is_right_again()
        work.ends()
    with closing(sqlite3.connect(server.disk / "duologue.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert "Traceback" not in server.log()
