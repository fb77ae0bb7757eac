"""What the server has said yes to is there after kill -9 at any moment, once: a storm of writes over real HTTP."""

import json
import random
import secrets
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

import database
from bench import databases
from bench.people import SECTIONS
from bench.server import Server
from bench.wire import Connection, Reception, Visitor
from meetings import Item
from rows import db

from .conftest import config_in

KILLS = 50
PAIRS = 4
PATIENCE_SECONDS = 30
# Everything is imported while the one before still serves; the database is opened after that one's death.
STANDBY = "import commands, app, sys; sys.stdin.readline(); sys.argv[1:] = ['serve']; sys.exit(commands.main())"


class Storm:
    """Servers, one after the other on one database, and what the clients know of them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.changed = threading.Condition()
        self.number, self.acknowledged, self.interrupted, self.is_over = 0, [], 0, False
        self._standby = self._prepared()

    def _prepared(self) -> subprocess.Popen:
        return self.server.spawn(sys.executable, "-c", STANDBY)

    def begin(self) -> None:
        """Let the next server open the database and serve."""
        self.server.process, self._standby = self._standby, self._prepared()
        self.server.process.stdin.write("\n")
        self.server.process.stdin.flush()
        self.server.wait()
        with self.changed:
            self.number += 1
            self.changed.notify_all()

    def strike(self, after: int) -> None:
        """Kill the server at some moment after so many more acknowledged writes."""
        with self.changed:
            enough = len(self.acknowledged) + after
            assert self.changed.wait_for(lambda: len(self.acknowledged) >= enough, PATIENCE_SECONDS), "nothing is saved"
        time.sleep(random.uniform(0, 0.01))
        self.server.kill()

    def address_after(self, number: int) -> tuple[int, tuple[str, int]]:
        """Which server comes after that one, and where."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.number > number, PATIENCE_SECONDS), "no server any more"
            return self.number, self.server.address

    def note(self, text: str) -> None:
        """The server has said that this is saved."""
        with self.changed:
            self.acknowledged.append(text)
            self.changed.notify_all()

    def end(self) -> None:
        """No more servers."""
        self._standby.kill()
        self._standby.communicate()


class Writer(threading.Thread):
    """A person who adds items, one after the other. What was not acknowledged is sent again with the same key."""

    def __init__(self, storm: Storm, visitor: Visitor, meeting: str, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.storm, self.visitor, self.path = storm, visitor, f"/meetings/{meeting}/items"
        self.problem: str | None = None
        self._server, self._connection = 0, None

    def run(self) -> None:
        count = 0
        while not self.storm.is_over and not self.problem:
            count += 1
            self._add(f"{self.name}, line {count}")
        self._hang_up()

    def _add(self, text: str) -> None:
        fields = {"section": random.choice(SECTIONS), "text": text, "key": secrets.token_hex(16)}
        while not self.problem:
            try:
                answer = self._connected().post(self.path, self.visitor.headers, fields)
            except OSError:
                self._hang_up()
                with self.storm.changed:
                    self.storm.interrupted += 1
                continue
            if answer.status == 200:
                return self.storm.note(text)
            self.problem = f"{answer.status} for {text}: {answer.body[:500]!r}"

    def _connected(self) -> Connection:
        if self._connection is None:
            self._server, address = self.storm.address_after(self._server)
            self._connection = Connection(address)
        return self._connection

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    """A server with some pairs in its database; not started yet."""
    server = Server(tmp_path)
    server.make_demo()
    yield server
    if hasattr(server, "process") and server.process.poll() is None:
        server.kill()


@pytest.fixture
def storm(server) -> Iterator[Storm]:
    """The first of many servers is up."""
    storm = Storm(server)
    storm.begin()
    yield storm
    storm.end()


def writers(storm: Storm) -> list[Writer]:
    """Both people of every pair, signed in."""
    pairs = json.loads(storm.server.run(sys.executable, "-m", "bench.people", str(PAIRS)))
    found = []
    with Connection(storm.server.address) as connection:
        reception = Reception(connection)
        for number, pair in enumerate(pairs):
            for side, person in zip(("manager", "report"), pair["people"], strict=True):
                visitor = reception.sign_in(connection, person)
                visitor.open(connection, f"/meetings/{pair['meeting']}")
                found.append(Writer(storm, visitor, pair["meeting"], f"The {side} of pair {number}"))
    return found


def stored(server: Server) -> Counter:
    """How often each line of the storm is in the database, which is whole."""
    database.open_checked(config_in(server.folder))
    with db.connection_context():
        if not databases.server:
            assert db.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = Counter(item.text for item in Item.select() if ", line " in item.text)
    db.close_all()
    return found


def test_every_acknowledged_write_survives_any_kill_and_none_is_doubled(storm):
    crew = writers(storm)
    for writer in crew:
        writer.start()
    for _ in range(KILLS):
        storm.strike(after=random.randint(1, 30))
        promised = set(storm.acknowledged)
        storm.begin()
        found = stored(storm.server)
        assert not promised - set(found), "acknowledged and lost"
        assert not [text for text, times in found.items() if times > 1]
    storm.is_over = True
    for writer in crew:
        writer.join(PATIENCE_SECONDS)
    assert [writer.problem for writer in crew] == [None] * len(crew)
    # Everybody came through in the end, so all that was ever sent is there, once.
    assert stored(storm.server) == Counter(storm.acknowledged)
    assert storm.interrupted >= KILLS


@pytest.mark.sqlite
def test_every_commit_goes_to_the_disk_through_the_write_ahead_log(server):
    look = "import database, settings; database.open_checked(settings.read()); database.db.connect(); print(%s)"
    asked = [f'*database.db.execute_sql("PRAGMA {name}").fetchone()' for name in ("journal_mode", "synchronous")]
    assert server.run(sys.executable, "-c", look % ", ".join(asked)).split() == ["wal", "2"]


@pytest.mark.sqlite
def test_what_was_just_saved_is_in_the_log_on_the_disk(server):
    with server, Connection(server.address) as connection:
        demo = json.loads(server.run(sys.executable, "-m", "bench.people"))
        ada = Reception(connection).sign_in(connection, demo["people"][0])
        ada.open(connection, f"/meetings/{demo['meeting']}")
        fields = {"section": "goals", "text": "Written ahead", "key": "k"}
        assert connection.post(f"/meetings/{demo['meeting']}/items", ada.headers, fields).status == 200
        with closing(sqlite3.connect(server.folder / "duologue.db")) as reading:
            (sealed,) = reading.execute("SELECT text FROM item ORDER BY created_at DESC LIMIT 1").fetchone()
            assert sealed.encode() in (server.folder / "duologue.db-wal").read_bytes()
