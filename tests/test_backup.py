"""Backups: made while people write, whole or not there, and restored elsewhere with all that was acknowledged."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

import backups
import calendar_feeds
import database
import engines
from bench.server import PROGRAM, Server
from bench.wire import Connection, Reception
from config import Misconfigured
from meetings import Item
from rows import db
from sessions import Session

from .command_line import refused, run, said
from .conftest import config_in

pytestmark = pytest.mark.sqlite


@pytest.fixture
def closed(here, item):
    """The settings of a whole database with an item in it, closed."""
    db.close()
    db.close_all()
    yield here
    if db.obj:
        db.close_all()


def item_ids(path: Path) -> list[str]:
    """The ids of the items in a database file."""
    with closing(sqlite3.connect(path)) as connection:
        return [id for (id,) in connection.execute("SELECT id FROM item")]


def files(folder: Path) -> set[str]:
    """The names of the files of a folder."""
    return {path.name for path in folder.iterdir()}


def test_a_backup_is_one_whole_file_for_its_owner_alone(closed, item, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    backups.back_up(closed, folder / "today.db")
    assert files(folder) == {"today.db"}
    assert (folder / "today.db").stat().st_mode & 0o777 == 0o600
    assert item_ids(folder / "today.db") == [item.id]
    # Not in the mode that wants a write-ahead log beside it: a backup may lie where nothing can be written.
    assert (folder / "today.db").read_bytes()[18:20] == b"\x01\x01"


def test_the_command_says_where_it_is_and_that_the_keys_are_not_in_it(closed, tmp_path):
    words = said(run(tmp_path, "backup", "today.db"))
    assert str(tmp_path / "today.db") in words
    assert "KEYRING_FILE" in words
    assert str(closed.keyring_file) in words


def test_nothing_is_overwritten(closed, tmp_path):
    (tmp_path / "today.db").write_text("precious")
    assert "already" in refused(run(tmp_path, "backup", "today.db"))
    assert (tmp_path / "today.db").read_text() == "precious"
    assert files(tmp_path) == {"today.db", "duologue.db", "keyring"}


@pytest.mark.parametrize("where", ["nowhere/today.db", "duologue.db/today.db"])
def test_a_place_that_cannot_be_written_is_one_sentence(closed, tmp_path, where):
    assert "No backup can be made" in refused(run(tmp_path, "backup", where))


def test_a_disk_that_is_full_is_one_sentence_and_leaves_nothing(closed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")

    def fail(done: int, of: int) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(Misconfigured, match="database or disk is full"):
        backups.back_up(closed, folder / "today.db", fail)
    assert files(folder) == set()


def test_a_copy_that_is_not_whole_is_not_kept(closed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")

    def spoil(done: int, of: int) -> None:
        with (folder / "today.db.making").open("r+b") as copy:
            copy.seek(30 * 4096)
            copy.write(b"\xff" * 40 * 4096)

    with pytest.raises(Misconfigured, match="not a whole"):
        backups.back_up(closed, folder / "today.db", spoil)
    assert files(folder) == set()


def test_writers_neither_wait_nor_make_it_begin_anew(closed, tmp_path_factory, monkeypatch):
    path = tmp_path_factory.mktemp("kept") / "today.db"
    monkeypatch.setattr(engines.sqlite, "PAGES_AT_A_TIME", 1)
    steps = []
    with closing(sqlite3.connect(closed.database, timeout=0, isolation_level=None)) as writer:

        def write(done: int, of: int) -> None:
            steps.append(done)
            writer.execute("UPDATE pair SET version = version + 1")

        backups.back_up(closed, path, write)
        (now,) = writer.execute("SELECT max(version) FROM pair").fetchone()
    assert steps == list(range(1, len(steps) + 1))
    with closing(sqlite3.connect(path)) as copy:
        (then,) = copy.execute("SELECT max(version) FROM pair").fetchone()
    assert now == then + len(steps)


def test_the_backup_of_another_kind_of_database_is_refused(closed, tmp_path):
    with closing(sqlite3.connect(closed.database)) as connection:
        connection.execute("UPDATE stamp SET kind = 'production'")
        connection.commit()
    assert "production" in refused(run(tmp_path, "backup", "today.db"))
    assert "today.db" not in files(tmp_path)


# Restoring


@pytest.fixture
def backup(closed, tmp_path_factory) -> Path:
    """A backup, in a folder of its own."""
    path = tmp_path_factory.mktemp("kept") / "today.db"
    backups.back_up(closed, path)
    return path


def test_a_backup_is_restored_where_the_settings_want_it(closed, backup, item, tmp_path_factory):
    elsewhere = config_in(tmp_path_factory.mktemp("elsewhere") / "data")
    elsewhere.data_dir.mkdir()
    shutil.copy(closed.keyring_file, elsewhere.keyring_file)
    assert backups.restore(elsewhere, backup) == []
    database.open_checked(elsewhere)
    with db.connection_context():
        assert [found.id for found in Item.select()] == [item.id]
    assert elsewhere.database.stat().st_mode & 0o777 == 0o600


def test_nobody_is_signed_in_and_no_calendar_is_read_after_a_backup_was_restored(closed, sam, tmp_path_factory):
    path, elsewhere = tmp_path_factory.mktemp("kept") / "today.db", config_in(tmp_path_factory.mktemp("elsewhere"))
    database.open_checked(closed)
    with db.connection_context():
        Session.create(person=sam, token_digest="0" * 64, way="demo", epoch=0)
        calendar_feeds.begin(sam)
    backups.back_up(closed, path)
    shutil.copy(closed.keyring_file, elsewhere.keyring_file)
    backups.restore(elsewhere, path)
    database.open_checked(elsewhere)
    with db.connection_context():
        assert Session.select().count() == 0
        assert calendar_feeds.CalendarFeed.select().count() == 0


def test_a_restored_database_tells_in_its_trail_and_a_backup_writes_nothing(closed, backup, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(closed.keyring_file, folder)
    words = said(run(folder, "restore", str(backup)))
    assert "The database that you moved away says what it was" in words
    assert "the legal holds are as they were then" in words
    assert said(run(folder, "audit", "list")).split("\t")[2:] == ["restore", "-", "-", "today.db\n"]
    assert said(run(folder, "audit", "verify")).startswith("The trail holds: 1 entry")
    assert said(run(closed.data_dir, "audit", "list")) == ""


def test_a_copy_is_read_whole_once(closed, tmp_path_factory, monkeypatch):
    read, must_be_whole = [], engines.SqliteFile.must_be_whole

    def look(engine: engines.SqliteFile, thoroughly: bool) -> None:
        read.append((engine.path.name, thoroughly))
        must_be_whole(engine, thoroughly)

    monkeypatch.setattr(engines.SqliteFile, "must_be_whole", look)
    path, elsewhere = tmp_path_factory.mktemp("kept") / "today.db", config_in(tmp_path_factory.mktemp("elsewhere"))
    shutil.copy(closed.keyring_file, elsewhere.keyring_file)
    backups.back_up(closed, path)
    assert [found for found in read if found[0] != "duologue.db"] == [("today.db.making", True)]
    read.clear()
    backups.restore(elsewhere, path)
    assert read == [("duologue.db.making", True)]


@pytest.mark.parametrize("name", ["duologue.db", "duologue.db-wal"])
def test_a_database_or_its_log_that_is_there_is_not_replaced(closed, backup, tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / name).write_bytes(b"precious")
    assert "already" in refused(run(folder, "restore", str(backup)))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {name: b"precious"}


@pytest.mark.parametrize("damage", ["missing", "cut", "rubbish", "holed"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(closed, backup, tmp_path_factory, damage):
    folder, whole = tmp_path_factory.mktemp("elsewhere"), backup.read_bytes()
    backup.unlink()
    damaged = {
        "cut": whole[: len(whole) // 2],
        "rubbish": b"rubbish" * 5000,
        "holed": whole[: 30 * 4096] + b"\xff" * 40 * 4096 + whole[70 * 4096 :],
    }
    if damage in damaged:
        backup.write_bytes(damaged[damage])
    assert str(backup) in refused(run(folder, "restore", str(backup)))
    assert files(folder) == set()


def test_a_backup_of_an_older_version_is_brought_forward(closed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    old, elsewhere = folder / "old.db", config_in(tmp_path_factory.mktemp("elsewhere"))
    migrations = folder / "migrations"
    migrations.mkdir()
    shutil.copy(database.MIGRATIONS / "0001_first.py", migrations)
    _make_old(old, migrations)
    before = old.read_bytes()
    assert backups.restore(elsewhere, old) == [
        *("0002_safe", "0003_conversations", "0004_year", "0005_many"),
        *("0006_calendars", "0007_mail", "0008_shortcuts", "0009_figures", "0010_moments"),
    ]
    database.open_checked(elsewhere)
    assert old.read_bytes() == before


def _make_old(path: Path, migrations: Path) -> None:
    from playhouse.migrations import Runner

    database._use(engines.SqliteFile(path))
    with db.connection_context():
        Runner(db, str(migrations)).up()
        db.execute_sql("INSERT INTO stamp (id, kind) VALUES ('aaaaaaaaaaaa', 'demo')")
    db.close_all()


# With a real server, and with real kills


@pytest.fixture
def server(tmp_path):
    """A server with the demo's people."""
    server = Server(tmp_path)
    server.make_demo()
    with server:
        yield server


class Writer(threading.Thread):
    """Ada, who adds one item after the other, and keeps which of them were acknowledged."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        demo = json.loads(server.run(sys.executable, "-m", "bench.people"))
        self.server, self.meeting, self.person = server, demo["meeting"], demo["people"][0]
        self.acknowledged: list[str] = []
        self.changed = threading.Condition()
        self.is_over = False

    def run(self) -> None:
        with Connection(self.server.address) as connection:
            visitor = Reception(connection).sign_in(connection, self.person)
            visitor.open(connection, f"/meetings/{self.meeting}")
            while not self.is_over:
                text = f"Line {len(self.acknowledged)}."
                fields = {"section": "goals", "text": text, "key": text}
                answer = connection.post(f"/meetings/{self.meeting}/items", visitor.headers, fields)
                assert answer.status == 200
                with self.changed:
                    self.acknowledged.append(text)
                    self.changed.notify_all()

    def reach(self, number: int) -> None:
        """Wait until so many were acknowledged."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.acknowledged) >= number, 30)


def test_what_was_acknowledged_before_the_backup_began_is_there_when_it_is_served_elsewhere(server, tmp_path_factory):
    writer = Writer(server)
    writer.start()
    writer.reach(20)
    promised = list(writer.acknowledged)
    path = tmp_path_factory.mktemp("kept") / "today.db"
    server.run(PROGRAM, "backup", str(path))
    begun_after = len(writer.acknowledged)
    writer.reach(begun_after + 5)
    writer.is_over = True
    writer.join(30)
    elsewhere = Server(tmp_path_factory.mktemp("elsewhere"))
    for name in ("secret_key", "keyring"):
        if (server.folder / name).exists():
            shutil.copy(server.folder / name, elsewhere.folder)
    elsewhere.run(PROGRAM, "restore", str(path))
    with elsewhere, Connection(elsewhere.address) as connection:
        visitor = Reception(connection).sign_in(connection, writer.person)
        page = visitor.open(connection, f"/meetings/{writer.meeting}")
    assert not [text for text in promised if text not in page]


def test_a_backup_that_is_killed_leaves_nothing_under_its_name_and_the_next_one_goes_through(closed, tmp_path_factory):
    with closing(sqlite3.connect(closed.database)) as connection:
        connection.execute("CREATE TABLE filler (bytes)")
        connection.execute(
            "INSERT INTO filler WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 200) SELECT zeroblob(500000) FROM n"
        )
        connection.commit()
    path = tmp_path_factory.mktemp("kept") / "today.db"
    making = path.with_name("today.db.making")
    environ = {"PATH": "", "SIGN_IN": "demo", "DATA_DIR": str(closed.data_dir)}
    with subprocess.Popen([PROGRAM, "backup", path], env=environ, cwd=path.parent) as backup:
        while not (making.exists() and making.stat().st_size):
            assert backup.poll() is None
            time.sleep(0.001)
        backup.send_signal(signal.SIGKILL)
    assert backup.returncode == -signal.SIGKILL
    assert making.exists()
    assert not path.exists()
    subprocess.run([PROGRAM, "backup", path], env=environ, cwd=path.parent, check=True, capture_output=True)
    assert files(path.parent) == {"today.db"}
