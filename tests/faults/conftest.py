"""Servers to break: gunicorn with two processes on a PostgreSQL server that nobody else uses."""

from collections.abc import Iterator

import pytest

from bench.postgresql import QUICKLY, PostgreSQL
from bench.server import Gunicorn

from .at_work import pairs_of


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL server that may be stopped. What it has committed is there after a crash of its own."""
    with PostgreSQL(**QUICKLY | {"synchronous_commit": "on"}) as server:
        yield server


# Each test has one of its own.
PAIRS = 8


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
def pair(_pairs) -> dict:
    """Two people and the meeting ahead of them, at the two processes, for one test."""
    return next(_pairs)
