"""The real command line: what it says, how it ends, and that what it refuses changes nothing."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.sqlite


@pytest.fixture
def run(tmp_path):
    """A function: run a command in an empty folder with these settings and no others."""

    def run_command(*arguments: str, **settings) -> subprocess.CompletedProcess:
        environ = {"PATH": os.environ["PATH"], "SIGN_IN": "demo", "DATA_DIR": str(tmp_path / "data"), **settings}
        return subprocess.run(
            [sys.executable, "-m", "commands", *arguments],
            cwd=tmp_path,
            env={name: str(value) for name, value in environ.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_command


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory) -> Path:
    """A folder with an empty database, as `create` makes it, and its keyring."""
    folder = tmp_path_factory.mktemp("made")
    environ = {"PATH": os.environ["PATH"], "SIGN_IN": "demo", "DATA_DIR": str(folder)}
    subprocess.run(
        [sys.executable, "-m", "commands", "create"], cwd=folder, env=environ, check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="session")
def made_once(made_folder) -> bytes:
    """The file of an empty database."""
    return (made_folder / "duologue.db").read_bytes()


@pytest.fixture
def made(tmp_path, made_folder) -> Path:
    """A database of this test's own."""
    shutil.copytree(made_folder, tmp_path / "data")
    return tmp_path / "data" / "duologue.db"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_one_sentence(done, *words: str) -> None:
    """It failed, and said why in one sentence."""
    assert done.returncode not in (0, -9), done
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stderr.startswith("duologue: ")
    assert done.stderr.strip().endswith(".")
    for word in words:
        assert word in done.stderr


def test_create_check_and_migrate_go_well(run, tmp_path):
    made = run("create")
    assert (made.returncode, made.stderr) == (0, "")
    assert "duologue.db" in made.stdout
    checked = run("check")
    assert checked.returncode == 0
    assert "Nothing would be refused." in checked.stdout
    assert "EUROPE/LONDON" in checked.stdout.upper()
    migrated = run("migrate")
    assert (migrated.returncode, migrated.stdout) == (0, "The database is of this version already.\n")


def test_the_demo_is_made_once(run, tmp_path):
    assert run("demo").returncode == 0
    before = contents(tmp_path)
    again = run("demo")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert contents(tmp_path)["data/duologue.db"] == before["data/duologue.db"]


def test_a_demo_that_broke_off_is_begun_anew(run, tmp_path, made_once):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "duologue.db.making").write_bytes(made_once[:9000])
    assert run("demo").returncode == 0
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"duologue.db", "keyring"}
    with sqlite3.connect(tmp_path / "data" / "duologue.db") as connection:
        assert connection.execute("SELECT count(*) FROM person WHERE issuer = 'demo'").fetchone() == (6,)
    connection.close()


def test_a_second_create_changes_nothing(run, tmp_path, made):
    before = contents(tmp_path)
    assert_one_sentence(run("create"), "already")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("command", ["serve", "check", "migrate"])
def test_a_missing_database_is_one_sentence(run, tmp_path, command):
    assert_one_sentence(run(command, PORT=0), "There is no database at", "duologue create")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("command", ["serve", "check", "migrate"])
@pytest.mark.parametrize("damage", ["corrupt", "truncated", "empty"])
def test_a_broken_database_is_one_sentence(run, tmp_path, made, made_once, command, damage):
    made.write_bytes(
        {"corrupt": b"\x00rubbish" * 4000, "truncated": made_once[: len(made_once) // 2], "empty": b""}[damage]
    )
    before = contents(tmp_path)
    assert_one_sentence(run(command, PORT=0), "restore a backup")
    assert contents(tmp_path)["data/duologue.db"] == before["data/duologue.db"]


@pytest.mark.parametrize("command", ["serve", "check", "migrate"])
def test_a_database_of_a_newer_version_is_one_sentence(run, tmp_path, made, command):
    with sqlite3.connect(made) as connection:
        (table,) = connection.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migration%'").fetchone()
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
        picked = ", ".join("'9999_later'" if name == "name" else name for name in columns)
        connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {picked} FROM {table} LIMIT 1")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = made.read_bytes()
    assert_one_sentence(run(command, PORT=0), "newer version")
    assert made.read_bytes() == before


def test_a_demo_database_is_not_opened_as_another_kind_nor_the_other_way_round(run, made):
    with sqlite3.connect(made) as connection:
        connection.execute("UPDATE stamp SET kind = 'production'")
    connection.close()
    for command in ("serve", "check"):
        assert_one_sentence(run(command, PORT=0), "production database")


@pytest.mark.parametrize("command", ["create", "demo"])
def test_a_folder_that_cannot_be_written_is_one_sentence(run, tmp_path, command):
    # Below a regular file not even root can make a folder.
    (tmp_path / "file").write_text("x")
    assert_one_sentence(run(command, DATA_DIR=tmp_path / "file" / "data"), "No database can be made")
    assert contents(tmp_path) == {"file": b"x"}


def test_a_folder_that_became_unwritable_is_one_sentence(run, tmp_path, made):
    done = run("check", SECRET_KEY_FILE="/proc/nowhere/key", DATABASE_URL="sqlite:////proc/version")
    assert_one_sentence(done)
    done = run("serve", PORT=0, SECRET_KEY_FILE="/proc/nowhere/key")
    assert_one_sentence(done, "SECRET_KEY_FILE")


def test_a_short_secret_key_is_one_sentence(run, tmp_path, made):
    (tmp_path / "data" / "secret_key").write_bytes(b"short")
    assert_one_sentence(run("serve", PORT=0), "too short")


def test_a_taken_port_is_one_sentence(run, tmp_path, made):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_sentence(run("serve", PORT=port), f"Port {port} cannot be used")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SIGN_IN": None}, "SIGN_IN is not set"),
        ({"SIGN_IN": "proxy"}, "SIGN_IN=proxy"),
        ({"HOST": "0.0.0.0"}, "HOST=0.0.0.0"),
        ({"PORT": "eighty"}, "PORT=eighty"),
        ({"TIME_ZONE": "London"}, "TIME_ZONE=London"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
    ],
)
def test_a_setting_that_is_refused_is_one_sentence(run, tmp_path, settings, words):
    for command in ("serve", "create"):
        assert_one_sentence(run(command, **settings), words)
    assert contents(tmp_path) == {}


def test_an_unknown_command_is_said_without_a_traceback(run, tmp_path):
    done = run("dance")
    assert done.returncode != 0
    assert "No such command 'dance'" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_serves_says_where_and_stops_when_told(tmp_path, made):
    environ = {"PATH": os.environ["PATH"], "SIGN_IN": "demo", "DATA_DIR": str(made.parent), "PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "commands"], cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            said = iter(server.stdout.readline, "")
            address = next(line for line in said if "http://" in line).split()[-1]
            with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
                assert answer.read() == b"ok\n"
        finally:
            server.terminate()
        assert server.wait(timeout=15) == 0
