"""The cast: Ada manages Sam, Lee manages Noor, Robin is the people lead; each test has a fresh database.

TEST_DATABASE=postgresql has all of it run on a PostgreSQL server, which is brought along.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gevent
import pytest
from flask import Flask

import access
import clock
import database
import languages
import live
import meetings
import notices
import pairing
import scheduling
import settings
from app import create_app
from auth import DEMO_ISSUER
from bench import databases
from bench.postgresql import QUICKLY, PostgreSQL
from bench.server import Server
from config import Config
from engines import sqlite
from meetings import Item, Meeting
from models import Pair, Person
from rows import db

from . import pseudo
from .refilling import Refilled
from .signed_in import SignedInClient

# A Tuesday. Clocks in London change on 29 March.
NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
ZONE = "Europe/London"
# Who has which page open.
OPEN = (live._listeners, live._at, live._here, live._elsewhere, live._writing)
# What has to do with a database: fixtures, and what the file of a test imports.
DATABASES = {
    "first_copy",
    "demo_folder",
    "db",
    "database",
    "databases",
    "server",
    "Server",
    "Gunicorn",
    "run",
    "PROGRAM",
}
TWO = {"ada", "sam", "browser"}
PEOPLE = ("Ada Marsh", "Sam Okoro", "Lee Park", "Noor Haddad", "Robin Vale")


def config_in(folder: Path) -> Config:
    """The settings of a demo that keeps its things in `folder`."""
    where = {"DATA_DIR": str(folder), **databases.settings(folder)}
    return settings.read({"SIGN_IN": "demo", "TIME_ZONE": ZONE, "CALENDAR_FEEDS": "yes", **where})


def copy_database(config: Config, folder: Path) -> Config:
    """A copy of a demo's database and keyring in `folder`; the settings for it."""
    if databases.server:
        databases.server.make(databases.name_of(folder), template=databases.name_of(config.data_dir))
    copied = config_in(folder)
    if copied.database:
        shutil.copy(config.database, copied.database)
    shutil.copy(config.keyring_file, copied.keyring_file)
    return copied


def copy_folder(first: Path, folder: Path) -> Path:
    """A copy of a data folder that nobody uses, its database on the server too; the folder."""
    shutil.copytree(first, folder, dirs_exist_ok=True)
    if databases.server:
        databases.server.make(databases.name_of(folder), template=databases.name_of(first))
    return folder


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the server, if the tests are to run on one."""
    if os.environ.get("TEST_DATABASE") == "postgresql" and not _leads_others(session):
        databases.use(PostgreSQL(**QUICKLY).start())


def _leads_others(session: pytest.Session) -> bool:
    return bool(getattr(session.config.option, "numprocesses", None)) and not hasattr(session.config, "workerinput")


def pytest_sessionfinish() -> None:
    """Stop the server."""
    if databases.server:
        databases.server.__exit__()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the other kind of database; on a server also what says the same on both."""
    on_server = os.environ.get("TEST_DATABASE") == "postgresql"
    other = "sqlite" if on_server else "server"
    left_out = [item for item in items if item.get_closest_marker(other) or (on_server and not _depends(item))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _depends(item: pytest.Item) -> bool:
    """Whether it might go differently on the other kind of database.

    It does if it, or its file, has to do with one at all. Of those in a browser, it does if two look at the same page.
    """
    if item.get_closest_marker("browser"):
        return set(item.fixturenames) >= TWO
    if "postgresql" in item.fixturenames:
        return "opened" in item.fixturenames
    return bool(DATABASES.intersection(item.fixturenames) or DATABASES.intersection(vars(item.module)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server, also where the tests themselves run on SQLite."""
    if databases.server:
        yield databases.server
    else:
        with PostgreSQL(**QUICKLY) as server:
            yield server


@pytest.fixture(scope="session")
def quick_disk() -> Iterator[None]:
    """Nothing here survives a power cut, so nobody waits for the disk. test_database.py looks at the real pragmas."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sqlite.PRAGMAS, "synchronous", "off")
        yield


@pytest.fixture(scope="session")
def first_copy(tmp_path_factory, quick_disk) -> Config:
    """A demo database with the cast in it, made once and copied for every test."""
    config = config_in(tmp_path_factory.mktemp("first"))
    database.create(config)
    database.open_checked(config)
    with clock.at(NOW - timedelta(days=1)), db.connection_context():
        ada, sam, lee, noor, _ = (_person(name) for name in PEOPLE)
        for manager, report in ((ada, sam), (lee, noor)):
            starts_at = NOW + timedelta(days=1)
            pair = pairing.invite(manager, manager=manager, report=report, first_starts_at=starts_at)
            pairing.accept(pair, report)
            for person in pair.people:
                for notice in notices.unread_of(person):
                    notice.read()
    db.close_all()
    return config


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    """The demo as `duologue demo` makes it, to be copied for a server process."""
    server = Server(tmp_path_factory.mktemp("demo"))
    server.make_demo()
    return server.folder


def _person(name: str) -> Person:
    subject = name.split(maxsplit=1)[0].lower()
    return Person.create(
        issuer=DEMO_ISSUER,
        subject=subject,
        name=name,
        email=f"{subject}@example.org",
        time_zone=ZONE,
        people_lead=name == "Robin Vale",
    )


@pytest.fixture(scope="session")
def app(first_copy) -> Flask:
    """The application. It asks for the database at each request, so one serves every test."""
    app = create_app(first_copy)
    app.test_client_class = SignedInClient
    db.close_all()
    return app


@pytest.fixture
def stopped_clock() -> Iterator[datetime]:
    """It is ten in the morning of Tuesday, 3 March 2026, and stays so."""
    with clock.at(NOW):
        yield NOW


@pytest.fixture(scope="session")
def refilled(first_copy, tmp_path_factory) -> Refilled | None:
    """The database that test after test is lent, where they run on a server."""
    return Refilled(first_copy, tmp_path_factory.mktemp("refilled")) if databases.server else None


@pytest.fixture
def apart() -> None:
    """What is done to the test's database leaves no trace in another's: on a server it has one of its own, too."""


@contextmanager
def opening(first: Config, refilled: Refilled | None, folder: Path) -> Iterator[Config]:
    """A database with the cast in it, open, for this folder: the one that is lent, or else a copy."""
    if refilled:
        databases.call(folder, refilled.name)
        config = config_in(folder)
        with refilled.lent(config):
            yield config
        return
    config = copy_database(first, folder)
    database.open_checked(config)
    db.connect()
    yield config
    gevent.idle()
    db.close_all()


@pytest.fixture
def opened(request, first_copy, refilled, tmp_path) -> Iterator[Config]:
    """A database with the cast in it, open, that knows of no other test."""
    lent = None if {"apart", "made"}.intersection(request.fixturenames) else refilled
    with opening(first_copy, lent, tmp_path) as config:
        yield config


@pytest.fixture
def here(app, stopped_clock, opened, monkeypatch) -> Config:
    """A database of this test's own, open, and a server that remembers nothing from the test before."""
    # The copies share their ids, so a page that was left in one test must not be missed in the next.
    monkeypatch.setattr(live, "LEAVING_SECONDS", 0)
    for memory in (*OPEN, live._changes, access._lately):
        memory.clear()
    app.extensions["rates"].clear()
    return opened


@pytest.fixture
def made(here) -> Iterator[Config]:
    """The settings of a database that is whole, closed."""
    db.close_all()
    yield here
    db.close_all()


def _called(subject: str) -> Person:
    return Person.get(Person.subject == subject)


@pytest.fixture
def ada(here) -> Person:
    """Manages Sam."""
    return _called("ada")


@pytest.fixture
def sam(here) -> Person:
    """Reports to Ada."""
    return _called("sam")


@pytest.fixture
def lee(here) -> Person:
    """Outside: manages Noor, and has nothing to do with Ada and Sam."""
    return _called("lee")


@pytest.fixture
def noor(here) -> Person:
    """Reports to Lee."""
    return _called("noor")


@pytest.fixture
def robin(here) -> Person:
    """The people lead, who reads nobody's conversations."""
    return _called("robin")


@pytest.fixture
def meeting(ada) -> Meeting:
    """The open meeting of Ada and Sam, tomorrow at ten."""
    return meetings.find(ada, scheduling.next_meeting(ada.pairs()[0]).id)


@pytest.fixture
def pair(meeting) -> Pair:
    """Ada and Sam, who meet every month."""
    return meeting.pair


@pytest.fixture
def theirs(lee) -> Meeting:
    """The open meeting of Lee and Noor."""
    return meetings.find(lee, scheduling.next_meeting(lee.pairs()[0]).id)


@pytest.fixture
def item(meeting, sam) -> Item:
    """Something that Sam has put on the agenda."""
    return meeting.add_item(sam, "goals", "The pilot found two gaps")


@pytest.fixture
def draft(meeting, sam) -> Item:
    """Something that Sam alone can see."""
    return meeting.add_item(sam, "wellbeing", "Ask about Fridays at home", private=True)


@pytest.fixture
def client_of(app, here) -> Callable[[Person], SignedInClient]:
    """A function: person → a browser without JavaScript in which that person is signed in."""

    def sign_in(person: Person) -> SignedInClient:
        client = app.test_client()
        client.sign_in(person)
        return client

    return sign_in


@pytest.fixture
def as_ada(client_of, ada) -> SignedInClient:
    """Ada's browser."""
    return client_of(ada)


@pytest.fixture
def as_sam(client_of, sam) -> SignedInClient:
    """Sam's browser."""
    return client_of(sam)


@pytest.fixture
def as_lee(client_of, lee) -> SignedInClient:
    """Lee's browser."""
    return client_of(lee)


@pytest.fixture
def nobody(app, here) -> SignedInClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def foreign(tmp_path):
    """Two languages more, one of them written from the right."""
    pseudo.write(tmp_path / "own", pseudo.LEFT, pseudo.RIGHT)
    languages.learn(tmp_path / "own")
    yield
    languages.learn()
