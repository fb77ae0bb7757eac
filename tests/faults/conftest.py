"""Servers to break: gunicorn with two processes on a PostgreSQL server that nobody else uses."""

from collections.abc import Iterator

import pytest

from bench.postgresql import QUICKLY, PostgreSQL
from bench.server import Gunicorn

from .at_work import eventually, pairs_of


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL server that may be stopped. What it has committed is there after a crash of its own."""
    with PostgreSQL(**QUICKLY | {"synchronous_commit": "on"}) as server:
        yield server


# Each test has one of its own.
PAIRS = 10
THERE = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'duologue-crossing'"


@pytest.fixture(scope="session")
def two(postgres, tmp_path_factory) -> Iterator[Gunicorn]:
    """Two processes of the demo; whatever a test does to them, they are there again afterwards."""
    postgres.make("two")
    server = Gunicorn(tmp_path_factory.mktemp("two"), DATABASE_URL=postgres.url("two"), PROCESSES="2")
    server.make_demo()
    with server:
        yield server
        server.stop()


@pytest.fixture(scope="session")
def _pairs(two) -> Iterator[dict]:
    return iter(pairs_of(two, PAIRS))


@pytest.fixture
def pair(_pairs, postgres) -> dict:
    """Two people and the meeting ahead of them, for one test, which begins with both processes there."""
    both_are_there(postgres)
    return next(_pairs)


def both_are_there(postgres: PostgreSQL) -> None:
    """Wait until both processes serve: each has one connection to the other."""
    eventually(lambda: postgres.ask(THERE) == [(2,)])
