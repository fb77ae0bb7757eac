"""The database's life: made, checked and opened; what is refused is one sentence and changes nothing."""

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from peewee import OperationalError

import database
import engines
import secrecy
import template_files
from config import Misconfigured
from rows import db

from .conftest import config_in

pytestmark = pytest.mark.sqlite


def refused(work, config) -> str:
    """The sentence with which `work` refuses."""
    with pytest.raises(Misconfigured) as problem:
        work(config)
    sentence = str(problem.value)
    assert "\n" not in sentence
    assert sentence.endswith((".", "'."))
    return sentence


def execute(config, *statements: str) -> None:
    """Change the file behind the program's back."""
    with sqlite3.connect(config.database) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_whole_database_is_opened(made):
    database.open_checked(made)
    with db.connection_context():
        assert set(db.get_tables()) >= {model._meta.table_name for model in database.MODELS}


def test_it_is_opened_for_writing_to_disk_before_an_answer():
    # The tests themselves do not wait for the disk: what counts is the file as it is written.
    import subprocess
    import sys
    from pathlib import Path

    found = subprocess.run(
        [sys.executable, "-c", "import engines.sqlite; print(engines.sqlite.PRAGMAS)"],
        cwd=Path(database.__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'journal_mode': 'wal'" in found.stdout
    assert "'synchronous': 'full'" in found.stdout
    assert "'foreign_keys': 1" in found.stdout


def test_foreign_keys_and_the_write_ahead_log_hold(here):
    assert db.execute_sql("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute_sql("PRAGMA foreign_keys").fetchone() == (1,)


def test_of_a_busy_moments_connections_few_are_kept(here):
    together = threading.Barrier(20, timeout=10)

    def ask(number: int) -> None:
        with db.connection_context():
            db.execute_sql("SELECT 1")
            together.wait()

    with ThreadPoolExecutor(20) as people:
        list(people.map(ask, range(20)))
    assert db.obj.connections_idle == engines.sqlite.MOST_IDLE


def test_a_transaction_that_was_left_open_ends_with_its_turn(made):
    database.open_checked(made)
    with db.connection_context():
        db.execute_sql("BEGIN IMMEDIATE")
    with db.connection_context():
        assert not db.connection().in_transaction


def test_a_second_one_is_not_made_over_the_first(made):
    before = made.database.read_bytes()
    assert "already" in refused(database.create, made)
    assert made.database.read_bytes() == before


def test_a_missing_one_is_said_and_not_made(tmp_path):
    config = config_in(tmp_path / "nowhere")
    for work in (database.open_checked, database.migrate):
        assert "duologue create" in refused(work, config)
    assert not config.data_dir.exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, content):
    config = config_in(tmp_path)
    config.database.write_bytes(content)
    for work in (database.open_checked, database.migrate):
        assert "restore a backup" in refused(work, config)
    assert config.database.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["duologue.db"]


def test_a_truncated_file_is_refused(made):
    whole = made.database.read_bytes()
    for length in (100, len(whole) // 2, len(whole) - 4096):
        made.database.write_bytes(whole[:length])
        assert "restore a backup" in refused(database.open_checked, made)
        db.close_all()


def test_a_page_overwritten_where_opening_does_not_look_is_found_by_inspecting(made):
    with sqlite3.connect(made.database) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'remark'"
        (page,) = connection.execute(query).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    whole = bytearray(made.database.read_bytes())
    whole[(page - 1) * size : page * size] = b"\xa5" * size
    made.database.write_bytes(whole)
    assert "restore a backup" in refused(database.inspect, made)


def test_a_page_that_an_index_does_not_tell_of_is_found_by_inspecting(made):
    execute(
        made,
        "PRAGMA writable_schema = on",
        "UPDATE sqlite_master SET sql = replace(sql, '\"report_id\"', '\"manager_id\"') WHERE name = 'pair_report_id'",
    )
    assert "restore a backup" in refused(database.inspect, made)


def test_a_locked_database_is_said_to_be_locked(made, monkeypatch):
    monkeypatch.setitem(engines.sqlite.PRAGMAS, "busy_timeout", 10)
    with closing(sqlite3.connect(made.database, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = exclusive")
        other.execute("UPDATE pair SET version = version + 1")
        for work in (database.open_checked, database.inspect, database.migrate):
            sentence = refused(work, made)
            assert "database is locked" in sentence
            assert "backup" not in sentence
    database.open_checked(made)


@pytest.mark.parametrize("name", ["SQLITE_FULL", "SQLITE_IOERR_FSYNC", "SQLITE_READONLY", "SQLITE_CANTOPEN"])
def test_what_is_wrong_around_the_file_is_not_blamed_on_it(made, monkeypatch, name):
    def fail(*_: object, **more: object) -> None:
        problem = sqlite3.OperationalError("the disk is full")
        problem.sqlite_errorcode = getattr(sqlite3, name)
        raise OperationalError(str(problem)) from problem

    monkeypatch.setattr(engines.SqliteFile, "must_be_whole", fail)
    for work in (database.open_checked, database.inspect, database.migrate):
        assert "cannot be used now: the disk is full." in refused(work, made)


def test_all_files_are_their_owners_alone_whatever_others_may_do_elsewhere(tmp_path):
    config, before = config_in(tmp_path), os.umask(0)
    try:
        database.create(config)
        secrecy.secret_key(config)
        database.open_checked(config)
        with db.connection_context():
            db.execute_sql("UPDATE stamp SET kind = kind")
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
        db.close_all()
    assert {"duologue.db", "duologue.db-wal", "keyring", "secret_key"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_somebody_elses_database_is_refused(tmp_path):
    config = config_in(tmp_path)
    execute(config, "CREATE TABLE recipe (name TEXT)")
    assert "not a whole Duologue database" in refused(database.open_checked, config)


def history(config) -> str:
    """The table in which the migrations are noted."""
    with sqlite3.connect(config.database) as connection:
        (name,) = connection.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migration%'").fetchone()
    connection.close()
    return name


def test_a_newer_version_is_refused_by_name(made):
    execute(made, f"UPDATE {history(made)} SET name = '9999_from_the_future' WHERE name LIKE '0001%'")
    before = made.database.read_bytes()
    assert "newer version" in refused(database.open_checked, made)
    db.close_all()
    assert made.database.read_bytes() == before


def test_a_newer_version_is_not_migrated_either(made):
    table = history(made)
    with sqlite3.connect(made.database) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
    connection.close()
    picked = ", ".join("'9999_from_the_future'" if name == "name" else name for name in columns)
    execute(made, f"INSERT INTO {table} ({', '.join(columns)}) SELECT {picked} FROM {table} LIMIT 1")
    assert "newer version" in refused(database.migrate, made)


def test_an_older_version_is_sent_to_migrate(made):
    execute(made, f"DELETE FROM {history(made)}")
    assert "restore a backup" in refused(database.open_checked, made)


def test_a_database_of_another_kind_is_refused(made):
    execute(made, "UPDATE stamp SET kind = 'production'")
    assert "production database" in refused(database.open_checked, made)


def test_a_database_without_its_stamp_is_refused(made):
    execute(made, "DELETE FROM stamp")
    assert "restore a backup" in refused(database.open_checked, made)


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    config = config_in(tmp_path / "file" / "data")
    assert "No database can be made" in refused(database.create, config)
    assert (tmp_path / "file").read_text() == "x"


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    config = config_in(tmp_path)
    config.database.mkdir()
    refused(database.open_checked, config)
    refused(database.create, config)


def test_a_creation_that_fails_leaves_no_half_made_database(tmp_path, monkeypatch):
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_first.py").write_text("def up(migrator, db):\n    db.execute_sql('nonsense')\n")
    monkeypatch.setattr(database, "MIGRATIONS", tmp_path / "migrations")
    config = config_in(tmp_path / "data")
    refused(database.create, config)
    db.close_all()
    assert not config.database.exists()


def test_migrating_a_database_of_this_version_does_nothing(made):
    assert database.migrate(made) == []


@pytest.fixture
def mistaken(tmp_path, monkeypatch):
    """A template that comes with Duologue has a mistake in its third line."""
    (tmp_path / "regular.toml").write_text('name = "Regular"\nminutes = 60\nsections = []\n')
    monkeypatch.setattr(template_files, "FOLDER", tmp_path)


@pytest.mark.parametrize("work", [database.open_checked, database.inspect, database.migrate])
def test_a_mistake_in_a_template_stops_the_start_with_file_line_and_what_is_wrong(made, mistaken, work):
    sentence = refused(work, made)
    assert sentence == (
        "A template cannot be used: regular.toml, line 3: “sections” is not something that can be said here."
    )


def test_a_mistake_in_a_template_leaves_no_half_made_database(tmp_path_factory, mistaken):
    config = config_in(tmp_path_factory.mktemp("new"))
    assert "regular.toml, line 3" in refused(database.create, config)
    assert not config.database.exists()
