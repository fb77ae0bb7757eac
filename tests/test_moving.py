"""Moving between a file and a server: every row, compared; whole or not at all; safe to repeat."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import database
import engines
import moving
import settings
from bench.server import PROGRAM, Server
from config import Config, Misconfigured
from meetings import Item
from models import Pair
from rows import db

from . import behind
from .command_line import refused, run, said
from .everything import write_everything

OTHER = "Somebody else’s"


@pytest.fixture
def filled(here, meeting, ada, sam) -> Config:
    """The settings of a database with something in every field, closed."""
    write_everything(meeting, ada, sam, "Quetzal")
    Pair.update(covers=meeting.pair_id).where(Pair.id == meeting.pair_id).execute()
    db.close()
    db.close_all()
    yield here
    if db.obj is not None:
        db.close_all()


@pytest.fixture
def empty(postgresql) -> str:
    """The address of an empty database on a server."""
    postgresql.make("empty")
    return postgresql.url("empty")


def contents(config: Config) -> list[str]:
    """All that is in a database, as its models tell it."""
    database.open_checked(config)
    with db.connection_context():
        found = [str(sorted(row.__data__.items())) for model in database.MODELS for row in model.select()]
    db.close_all()
    return sorted(found)


@contextmanager
def engine(config: Config) -> Iterator[engines.Engine]:
    """The database of these settings, closed afterwards."""
    found = engines.of(config)
    yield found
    found.close_all()


def back_to(filled: Config) -> str:
    """The address of a file beside the database that does not exist yet."""
    return f"sqlite:///{filled.data_dir}/back.db"


def test_there_and_back_again_nothing_is_another(filled, empty):
    before = contents(filled)
    words = said(run(filled.data_dir, "data", "copy", empty))
    with engine(filled) as source:
        assert f"Copied {moving.count(source)} rows" in words
    assert contents(settings.elsewhere(filled, empty)) == before
    words = said(run(filled.data_dir, "data", "copy", back_to(filled), DATABASE_URL=empty))
    assert "compared each of them" in words
    assert contents(settings.elsewhere(filled, back_to(filled))) == before
    assert len(before) > 40


def test_what_was_moved_is_worked_with_like_any_other(filled, empty):
    said(run(filled.data_dir, "data", "copy", empty))
    moved = {"DATABASE_URL": empty}
    assert said(run(filled.data_dir, "audit", "verify", **moved)).startswith("The trail holds")
    assert "Disabled sam" in said(run(filled.data_dir, "people", "disable", "sam", **moved))


def test_what_is_being_served_is_not_copied(filled, empty):
    with Server(filled.data_dir):
        assert "served" in refused(run(filled.data_dir, "data", "copy", empty))
    said(run(filled.data_dir, "data", "copy", empty))


def test_doing_it_again_does_nothing_more(filled, empty):
    said(run(filled.data_dir, "data", "copy", empty))
    assert "All of it is at" in said(run(filled.data_dir, "data", "copy", empty))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE item SET position = position + 1",
        "DELETE FROM remark",
        "UPDATE person SET people_lead = NOT people_lead WHERE subject = 'robin'",
    ],
)
def test_another_one_there_is_not_touched(filled, empty, postgresql, change):
    said(run(filled.data_dir, "data", "copy", empty))
    postgresql.ask(change, "empty")
    before = contents(settings.elsewhere(filled, empty))
    assert "There is another database" in refused(run(filled.data_dir, "data", "copy", empty))
    assert contents(settings.elsewhere(filled, empty)) == before


def test_tables_of_something_else_are_not_touched(filled, empty, postgresql):
    postgresql.ask("CREATE TABLE recipe (name text)", "empty")
    assert "not a whole Duologue database" in refused(run(filled.data_dir, "data", "copy", empty))
    assert postgresql.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", "empty") == [("recipe",)]


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://", "postgresql:///?host=/nowhere"])
def test_an_address_that_is_none_is_one_sentence(filled, url):
    assert "DATABASE_URL" in refused(run(filled.data_dir, "data", "copy", url))


def test_a_server_out_of_reach_is_one_sentence_without_a_password(filled):
    problem = refused(run(filled.data_dir, "data", "copy", "postgresql://me:hush@127.0.0.1:1/duologue"))
    assert "cannot be used now" in problem
    assert "hush" not in problem


def test_a_copy_that_is_not_the_same_is_not_kept(filled, empty, postgresql, monkeypatch):
    spoilt = []

    def spoil(model, source, target, tell):
        copy(model, source, target, tell)
        if model is Item:
            spoilt.append(target.execute_sql("UPDATE item SET section = 'forged'").rowcount)

    copy = moving._copy
    monkeypatch.setattr(moving, "_copy", spoil)
    differ = pytest.raises(Misconfigured, match="They differ: see item")
    with engine(filled) as source, engine(settings.elsewhere(filled, empty)) as target, differ:
        moving.move(source, target)
    assert spoilt
    assert postgresql.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", "empty") == []


def test_one_that_is_killed_leaves_nothing_and_the_next_one_goes_through(filled, empty, postgresql):
    where = {"DATA_DIR": str(filled.data_dir), "DATABASE_URL": url_of(filled)}
    environ, command = {"PATH": "", "SIGN_IN": "demo", **where}, [PROGRAM, "data", "copy", empty]
    with subprocess.Popen(command, env=environ, cwd=filled.data_dir) as copying:
        while not postgresql.ask("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"):
            assert copying.poll() is None
        copying.send_signal(signal.SIGKILL)
    assert postgresql.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", "empty") == []
    said(run(filled.data_dir, "data", "copy", empty))


def url_of(config: Config) -> str:
    """The address of a database as the settings want it."""
    return config.postgresql or f"sqlite:///{config.database}"


def test_rows_that_lead_to_others_of_their_own_table_come_along(filled, empty):
    said(run(filled.data_dir, "data", "copy", empty))
    database.open_checked(settings.elsewhere(filled, empty))
    with db.connection_context():
        assert behind.execute("SELECT count(*) FROM pair WHERE covers_id IS NOT NULL").fetchone() == (1,)
