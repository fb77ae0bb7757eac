"""What is PostgreSQL's own: what it takes to begin, connections that die, transactions that meet, backups."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

import psycopg
import pytest
from peewee import OperationalError
from playhouse.migrations import Runner
from psycopg.conninfo import conninfo_to_dict

import audit
import backups
import clock
import database
import demo_data
import engines
import keyring_file
import records
import scheduling
import settings
from app import Duologue
from bench.postgresql import PROGRAMS, PostgreSQL
from bench.server import PROGRAM
from config import Config, Misconfigured
from engines import postgresql as room
from meetings import Item, Meeting, MeetingOver
from models import Pair
from rows import db, one_at_a_time
from sessions import Session

from .conftest import ZONE

T = TypeVar("T")


@pytest.fixture
def empty(postgresql: PostgreSQL, tmp_path, monkeypatch) -> Iterator[Config]:
    """The settings of a demo with an empty database on a server."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}:/usr/bin:/bin")
    postgresql.make("of_a_test")
    before = db.obj
    where = {"DATA_DIR": str(tmp_path), "DATABASE_URL": postgresql.url("of_a_test")}
    yield settings.read({"SIGN_IN": "demo", "TIME_ZONE": ZONE, **where})
    db.close_all()
    if before is not None:
        db.initialize(before)


@pytest.fixture
def made(empty) -> Config:
    """The same with the demo's people in it, open."""
    database.create(empty, fill=lambda: demo_data.fill(ZONE))
    database.open_checked(empty)
    return empty


def at_once(*jobs: Callable[[], T]) -> list[T]:
    """What each of these gives, done all at the same time."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [found.result() for found in [pool.submit(job) for job in jobs]]


def refusal(work, config: Config) -> str:
    """The sentence with which `work` refuses."""
    with pytest.raises(Misconfigured) as problem:
        work(config)
    sentence = str(problem.value)
    assert "\n" not in sentence
    return sentence


def tables(server: PostgreSQL) -> list[tuple]:
    """The names of the tables in the test's database."""
    return server.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", "of_a_test")


# Its beginning


def test_an_empty_one_is_said_to_be_empty(empty):
    for work in (database.open_checked, database.migrate, database.inspect):
        assert "begin with 'duologue create'" in refusal(work, empty)


def test_it_is_made_once(made):
    assert "already" in refusal(database.create, made)


def test_one_that_fails_leaves_nothing(empty, postgresql):
    def fail() -> None:
        raise Misconfigured("No.")

    with pytest.raises(Misconfigured, match=r"^No\.$"):
        database.create(empty, fill=fail)
    assert tables(postgresql) == []


@pytest.mark.parametrize("how", ["ENCODING 'SQL_ASCII' LOCALE 'C'", "ENCODING 'UTF8' LOCALE 'C'"])
def test_one_that_does_not_know_all_letters_is_refused(empty, postgresql, how):
    postgresql.ask("DROP DATABASE of_a_test")
    postgresql.ask(f"CREATE DATABASE of_a_test TEMPLATE template0 {how}")
    assert "C.UTF-8" in refusal(database.create, empty)
    assert tables(postgresql) == []


def test_a_newer_version_is_refused_by_name(made, postgresql):
    postgresql.ask("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', now())", "of_a_test")
    for work in (database.open_checked, database.migrate):
        assert "newer version" in refusal(work, made)


def test_one_that_is_not_whole_is_sent_to_a_backup(made, postgresql):
    db.close_all()
    postgresql.ask("DROP TABLE stamp", "of_a_test")
    assert "restore a backup" in refusal(database.open_checked, made)


def test_an_older_version_is_brought_forward_all_at_once(empty, postgresql):
    database._use(engines.of(empty))
    with db.connection_context():
        Runner(db, str(database.MIGRATIONS)).up("0001_first")
        db.execute_sql("INSERT INTO stamp (id, kind) VALUES ('aaaaaaaaaaaa', 'demo')")
    assert "duologue migrate" in refusal(database.open_checked, empty)
    applied = database.migrate(empty)
    assert applied[0] == "0002_safe"
    assert len(applied) == len(list(database.MIGRATIONS.glob("0*.py"))) - 1
    database.open_checked(empty)


def test_it_commits_to_the_disk_before_it_answers(made, postgresql):
    # The tests do not wait for the disk; the program must not ask the server for that.
    with db.connection_context():
        (asked,) = db.execute_sql("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'").fetchone()
    assert asked == "command line"


def test_the_trail_cannot_be_changed(made, postgresql):
    with db.connection_context():
        audit.note("sign-in")
    for change in ("UPDATE audit_entry SET about = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
        with pytest.raises(Exception, match="append-only"):
            postgresql.ask(change, "of_a_test")


def test_of_two_that_make_one_at_once_one_is_refused_and_nothing_is_lost(empty, postgresql):
    """As two processes that are started with the same command: the second must not undo the first."""
    environ = {"PATH": os.environ["PATH"], "SIGN_IN": "demo", "DATA_DIR": str(empty.data_dir)}
    where = {"DATABASE_URL": empty.postgresql, "KEYRING_FILE": str(empty.keyring_file)}
    keyring_file.make(empty.keyring_file)
    two = [
        subprocess.Popen([PROGRAM, "create"], env={**environ, **where}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in two]
    assert sorted(process.returncode for process in two) == [0, 1]
    assert b"already" in b"".join(problem for _, problem in said)
    database.open_checked(empty)
    assert postgresql.ask("SELECT count(*) FROM stamp", "of_a_test") == [(1,)]


@pytest.mark.parametrize("options", ["", "&options=-csearch_path%3Dtwo"])
def test_what_the_address_says_to_the_server_holds_beside_our_limits(made, options):
    engine = engines.of(settings.elsewhere(made, f"{made.postgresql}{options}"))
    with engine.connection_context():
        assert engine.execute_sql("SHOW lock_timeout").fetchone() == ("5s",)
        assert engine.execute_sql("SHOW search_path").fetchone() == ("two" if options else '"$user", public',)
    engine.close_all()


# Connections


WHILE_WAITING = """
from gevent import monkey
monkey.patch_all()
import gevent, psycopg, sys
went_on = 0
with psycopg.connect(sys.argv[1]) as connection:
    waiting = gevent.spawn(connection.execute, "SELECT pg_sleep(0.5)")
    while not waiting.ready():
        gevent.sleep(0.01)
        went_on += 1
print(went_on)
"""


def test_waiting_for_the_server_lets_others_go_on(made):
    command = [sys.executable, "-c", WHILE_WAITING, made.postgresql]
    assert int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) > 10


def test_connections_that_the_server_has_dropped_are_not_used_again(made, postgresql):
    with db.connection_context():
        assert Pair.select().count()
    postgresql.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'of_a_test'")
    with db.connection_context():
        assert Pair.select().count()


def test_one_waits_for_a_connection_and_not_for_ever(made, monkeypatch):
    monkeypatch.setattr(db.obj, "_max_connections", 1)
    taken, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with db.connection_context():
            taken.set()
            let_go.wait(30)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert taken.wait(30)
        monkeypatch.setattr(db.obj, "_wait_timeout", 0.05)
        with pytest.raises(OperationalError, match="in use"):
            db.connect()
        monkeypatch.setattr(db.obj, "_wait_timeout", 30)
        let_go.set()
        with db.connection_context():
            assert Pair.select().count()
        holding.result()


# Transactions that meet


def test_of_two_about_the_same_thing_one_waits_for_the_other(made):
    order = []

    def first() -> None:
        with db.connection_context(), one_at_a_time("people"):
            order.append("first")
            begun.set()
            db.execute_sql("SELECT pg_sleep(0.2)")
            order.append("first is done")

    def second() -> None:
        begun.wait()
        with db.connection_context(), one_at_a_time("people"):
            order.append("second")

    begun = threading.Event()
    at_once(first, second)
    assert order == ["first", "first is done", "second"]


def test_entries_of_the_trail_are_chained_though_many_write_at_once(made):
    def write() -> None:
        with db.connection_context():
            for _ in range(5):
                audit.note("open")

    at_once(*[write] * 8)
    with db.connection_context():
        numbers = [entry.number for entry in audit.verify()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 40


def test_adding_to_a_meeting_that_is_being_closed_waits_and_is_told(made):
    """What a person sees when the other one closes at that very moment is that it was closed, not a lost item."""
    with db.connection_context():
        pair = next(pair for pair in Pair.select() if scheduling.next_meeting(pair))
        meeting, person = scheduling.next_meeting(pair), pair.report
    at_once(lambda: _close(meeting, person), *(partial(_add_draft, meeting, person, number) for number in range(6)))
    with db.connection_context():
        closed_at = Meeting.get_by_id(meeting.id).closed_at
        strays = Item.select().where(Item.meeting == meeting.id, Item.shared_at.is_null())
        assert not [item for item in strays if item.created_at > closed_at]


def _close(meeting, person):
    with db.connection_context():
        records.close(meeting, person, next_starts_at=None)


def _add_draft(meeting, person, number: int) -> None:
    with db.connection_context(), suppress(MeetingOver):
        meeting.add_item(person, "goals", f"Draft {number}", private=True)


def test_a_request_that_had_to_give_way_is_done_once_more(made):
    """Two who want the same two rows in another order: the server breaks one off."""
    with db.connection_context():
        one, other = Pair.select().limit(2)
    app, taken, both_have_one = Duologue("app"), [], threading.Barrier(2)

    def touch(*pairs: Pair) -> str:
        with db.connection_context(), db.atomic():
            for pair in pairs:
                pair.lock()
                taken.append(pair.id)
                if len(taken) < 3:
                    both_have_one.wait(10)
        return "done"

    app.add_url_rule("/here", view_func=lambda: touch(one, other), endpoint="here")
    app.add_url_rule("/there", view_func=lambda: touch(other, one), endpoint="there")
    both = at_once(*(partial(app.test_client().get, path) for path in ("/here", "/there")))
    assert [answer.text for answer in both] == ["done", "done"]
    assert len(taken) > 4


def test_traces_that_somebody_reads_all_the_time_are_left_and_said(made, postgresql, monkeypatch):
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 0.5)
    with psycopg.connect(made.postgresql) as reader, db.connection_context():
        reader.execute("SELECT count(*) FROM item")
        assert not db.forget(["item", "notice"])
    with db.connection_context():
        assert db.forget(["item", "notice"])


# Backups


def test_a_backup_is_restored_into_an_empty_database(made, postgresql, tmp_path):
    with db.connection_context():
        person = Pair.select().first().report
        Session.create(person=person, token_digest="0" * 64, way="demo", epoch=0, started_at=clock.now())
        before = sorted(item.text for item in Item.select())
    path = tmp_path / "today.dump"
    backups.back_up(made, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "already" in refusal(lambda config: backups.restore(config, path), made)
    postgresql.make("of_a_test")
    assert backups.restore(made, path) == []
    database.open_checked(made)
    with db.connection_context():
        assert sorted(item.text for item in Item.select()) == before
        assert Session.select().count() == 0
        assert [entry.event for entry in audit.verify()][-1] == "restore"


@pytest.mark.parametrize("damage", ["missing", "cut", "rubbish"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(made, postgresql, tmp_path, damage):
    path = tmp_path / "today.dump"
    backups.back_up(made, path)
    whole = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"rubbish" * 100)
    postgresql.make("of_a_test")
    assert "pg_restore" in refusal(lambda config: backups.restore(config, path), made)
    assert tables(postgresql) == []


def test_a_backup_of_an_older_version_is_brought_forward(empty, postgresql, tmp_path):
    database._use(engines.of(empty))
    with db.connection_context():
        Runner(db, str(database.MIGRATIONS)).up("0001_first")
        db.execute_sql("INSERT INTO stamp (id, kind) VALUES ('aaaaaaaaaaaa', 'demo')")
    db.close_all()
    path = tmp_path / "old.dump"
    engines.of(empty).back_up(path, lambda done, of: None)
    postgresql.make("of_a_test")
    assert backups.restore(empty, path)[0] == "0002_safe"
    database.open_checked(empty)


def test_the_programs_that_it_takes_are_named_where_they_are_missing(made, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "There is no pg_dump on the PATH" in refusal(lambda config: backups.back_up(config, tmp_path / "x"), made)
    assert not (tmp_path / "x").exists()


def test_no_password_is_in_a_command_line_or_a_message():
    url = "postgresql://me:%s@db.example.org:5433/x?sslmode=require&options=-c%%20a%%3Db%s"
    for given, real in (("hush%20hush", "hush hush"), ("hush", "other")):
        more = "&password=other" if real == "other" else ""
        address, password = room._parted(url % (given, f"{more}&sslpassword=secret"))
        assert password == real
        assert conninfo_to_dict(address) == {
            **{"user": "me", "host": "db.example.org", "port": "5433", "dbname": "x"},
            **{"sslmode": "require", "options": "-c a=b"},
        }
        for secret in ("hush", "other", "secret"):
            assert secret not in address
