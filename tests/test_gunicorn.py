"""Duologue under gunicorn, by deploy/gunicorn.conf.py: what it refuses, and how one process takes over from another."""

import json
import os
import secrets
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bench.postgresql import QUICKLY, PostgreSQL
from bench.server import CONFIGURATION, GUNICORN, PROGRAM, Gunicorn, Server
from bench.wire import Connection, Reception, Visitor

from .attacks.at_the_door.guarded import SECRET, Guarded
from .conftest import copy_folder

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 30
# So many lines saved show that it goes on.
ENOUGH = 10
NOT_LOADED = 4
LINE = '<li id="item-'
SERVED_BY_TWO = {"SIGN_IN": "demo", "DATABASE_URL": "postgresql://nobody@127.0.0.1/none"}


@pytest.fixture
def server(request, demo_folder, tmp_path) -> Iterator[Gunicorn]:
    """Gunicorn with one process, or as many as are asked for, on a database with the demo in it."""
    processes = str(getattr(request, "param", 1))
    with Gunicorn(copy_folder(demo_folder, tmp_path), PROCESSES=processes) as server:
        yield server
        server.stop()


class Client:
    """A person at the meeting's page, who adds one line after the other while the page's stream is read.

    Both go on with a new connection when the server has closed the old one in good order: after a whole answer that
    says so, or at the end of a stream.
    """

    def __init__(self, server: Gunicorn, meeting: str, person: str) -> None:
        self.server, self.path = server, f"/meetings/{meeting}"
        with Connection(server.address) as connection:
            self.visitor: Visitor = Reception(connection).sign_in(connection, person)
            page = self.visitor.open(connection, self.path)
        self.lines = page.count(LINE)
        self.saved: list[str] = []
        # The other one may have begun to write before this page was opened: then that is in it.
        self.heard = [page.encode()]
        self.streams, self.problem, self.has_written = 0, "", False
        self.threads = [threading.Thread(target=self._noting, args=(work,)) for work in (self._write, self._listen)]
        for thread in self.threads:
            thread.start()

    def _noting(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as problem:
            self.problem = f"{work.__name__}: {problem!r}"

    def _write(self) -> None:
        while not self.has_written:
            with Connection(self.server.address) as connection:
                while not self.has_written and self._add(connection):
                    pass

    def _add(self, connection: Connection) -> bool:
        """Add one line; whether the connection may be used again."""
        text = f"Line {secrets.token_hex(8)}"
        fields = {"section": "goals", "text": text, "key": secrets.token_hex(16)}
        answer = connection.post(f"{self.path}/items", self.visitor.headers, fields)
        assert answer.status == 200, answer
        self.saved.append(text)
        return answer.headers.get("connection") != "close"

    def _listen(self) -> None:
        headers = dict(self.visitor.headers)
        while not self.has_written:
            with Connection(self.server.address) as connection:
                assert connection.open_stream(self.visitor.stream, headers).status == 200
                self.streams += 1
                for event in connection.chunks():
                    self.heard.append(event)
                    if event.startswith(b"id: "):
                        headers["Last-Event-ID"] = event[4 : event.index(b"\n")].decode()

    def end(self) -> None:
        """Write no more, and let go of the stream when the server does."""
        self.has_written = True
        self.threads[0].join(PATIENCE_SECONDS)


def eventually(is_so) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.01)


@pytest.fixture
def clients(server) -> Iterator[list[Client]]:
    """Ada and Sam, writing and listening until the server stops."""
    demo = json.loads(server.run(sys.executable, "-m", "bench.people"))
    clients = [Client(server, demo["meeting"], person) for person in demo["people"]]
    yield clients
    for client in clients:
        client.end()
    assert server.stop() == 0
    for client in clients:
        client.threads[1].join(PATIENCE_SECONDS)
        assert client.problem == ""


def go_on(clients: list[Client], streams: int) -> None:
    """Wait until both write and have so many streams behind them; nothing may have gone wrong meanwhile."""
    counts = [len(client.saved) for client in clients]
    for client, count in zip(clients, counts, strict=True):
        eventually(lambda client=client, count=count: client.problem or len(client.saved) > count + ENOUGH)
        eventually(lambda client=client: client.problem or client.streams >= streams)
    assert [client.problem for client in clients] == ["", ""]


def test_a_reload_refuses_no_request_loses_no_edit_and_tells_every_page_all_of_it(server, clients):
    for streams in (1, 2):
        go_on(clients, streams)
        before = server.workers()
        server.reload()
        eventually(lambda before=before: not set(before) & set(server.workers()))
    go_on(clients, 3)
    ada, sam = clients
    for one, other in ((ada, sam), (sam, ada)):
        one.end()
        eventually(lambda one=one, other=other: one.saved[-1].encode() in b"".join(other.heard))
        assert [text for text in one.saved if text.encode() not in b"".join(other.heard)] == []
    with Connection(server.address) as connection:
        assert ada.visitor.open(connection, ada.path).count(LINE) == ada.lines + len(ada.saved) + len(sam.saved)


@pytest.mark.server
@pytest.mark.parametrize("server", [2], indirect=True)
def test_a_reload_of_several_processes_refuses_no_request_and_loses_no_edit(server, clients):
    go_on(clients, 1)
    before = server.workers()
    server.reload()
    eventually(lambda: len(server.workers()) == 2 and not set(before) & set(server.workers()))
    go_on(clients, 2)
    ada, sam = clients
    ada.end(), sam.end()
    with Connection(server.address) as connection:
        assert ada.visitor.open(connection, ada.path).count(LINE) == ada.lines + len(ada.saved) + len(sam.saved)


def test_a_process_that_has_only_just_begun_can_be_told_to_stop(server):
    eventually(lambda: "Booting worker with pid" in server.log())
    (begun,) = [psutil.Process(pid) for pid in server.workers()]
    begun.terminate()
    eventually(lambda: begun.pid not in server.workers())


def test_when_a_process_is_killed_the_next_one_takes_its_place(server):
    with Connection(server.address) as connection:
        assert connection.get("/healthz", {}).status == 200
        (killed,) = server.workers()
        psutil.Process(killed).kill()
    with Connection(server.address) as connection:
        assert connection.get("/healthz", {}).status == 200
    assert killed not in server.workers()


def test_without_gunicorns_first_process_the_other_one_stops_in_good_order(server):
    with Connection(server.address) as connection:
        assert connection.get("/healthz", {}).status == 200
    (worker,) = [psutil.Process(pid) for pid in server.workers()]
    server.kill()
    worker.wait(PATIENCE_SECONDS)
    assert "Traceback" not in server.log()


@pytest.mark.sqlite
def test_a_stop_while_the_next_process_waits_for_the_file_is_a_stop(server):
    other = Gunicorn(server.folder)
    other.start()
    try:
        eventually(lambda: "Booting worker" in other.log()[other._begins :] and is_waiting(other))
        assert other.stop() == 0
    finally:
        if other.process.poll() is None:
            other.kill()


def is_waiting(server: Gunicorn) -> bool:
    """Whether a process of it has the lock's file open, which another one holds."""
    files = [file.path for pid in server.workers() for file in psutil.Process(pid).open_files()]
    return any(path.endswith(".serving") for path in files)


def test_a_reload_that_would_be_refused_does_nothing(server):
    with Connection(server.address) as connection:
        assert connection.get("/healthz", {}).status == 200
        before = server.workers()
        (server.folder / "keyring").chmod(0o644)
        server.reload()
        eventually(lambda: "There is no reload" in server.log())
        assert "duologue: " in server.log()
        assert connection.get("/healthz", {}).status == 200
        assert server.workers() == before


def test_a_process_that_is_refused_in_the_place_of_one_that_served_is_tried_again(server):
    with Connection(server.address) as connection:
        assert connection.get("/healthz", {}).status == 200
    (server.folder / "keyring").chmod(0o644)
    psutil.Process(*server.workers()).kill()
    eventually(lambda: "duologue: " in server.log())
    (server.folder / "keyring").chmod(0o600)
    with Connection(server.address) as connection:
        assert connection.get("/healthz", {}).status == 200
    assert server.log().count("duologue: ") <= 2


# Refused


def refusal(folder: Path, settings: dict[str, str], *more: str) -> str:
    """The sentence with which gunicorn ends, after one try."""
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "PORT": "0", **settings}
    command = [*GUNICORN, CONFIGURATION, *more]
    done = subprocess.run(
        command, env=environ, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    (said,) = {line for line in done.stderr.splitlines() if not line.startswith("[")}
    assert done.returncode == (NOT_LOADED if "Booting worker" in done.stderr else 1)
    assert done.stderr.count("Booting worker") <= 2
    return said


@pytest.mark.parametrize(
    ("settings", "more", "words"),
    [
        ({}, (), "SIGN_IN is not set"),
        ({"SIGN_IN": "demo"}, (), "There is no database"),
        ({"SIGN_IN": "demo", "PROCESSES": "2"}, ("--workers", "1"), "PROCESSES=2 needs a PostgreSQL server"),
        ({"SIGN_IN": "demo"}, ("--workers", "2"), "2 processes need a PostgreSQL server"),
        ({"SIGN_IN": "demo"}, ("--bind", "0.0.0.0:0"), "gunicorn listens at 0.0.0.0, but HOST=127.0.0.1"),
        ({"SIGN_IN": "demo", "PORT": "8000"}, ("--bind", "127.0.0.1:0"), "gunicorn listens at port"),
        ({**SERVED_BY_TWO, "PROCESSES": "2"}, ("--workers", "1"), "gunicorn runs 1 processes, but PROCESSES=2"),
        ({"SIGN_IN": "demo", "PROCESSES": "0"}, (), "PROCESSES=0 is refused"),
        ({"SIGN_IN": "demo", "PROCESSES": "abc"}, (), "PROCESSES=abc is refused"),
        ({"SIGN_IN": "demo", "PORT": "70000"}, (), "PORT=70000 is refused"),
        ({"SIGN_IN": "demo"}, ("--certfile", __file__), "gunicorn's own certificate has no effect"),
    ],
)
def test_what_cannot_be_served_is_one_sentence_and_no_second_try(tmp_path, settings, more, words):
    said = refusal(tmp_path, settings, *more)
    assert said.startswith(f"duologue: {words}")


def test_what_is_set_in_a_file_is_what_gunicorn_goes_by(tmp_path):
    (tmp_path / ".env").write_text("SIGN_IN=demo\nPROCESSES=65\n")
    assert refusal(tmp_path, {}).startswith("duologue: PROCESSES=65 is refused")


def test_a_socket_that_is_answered_is_not_taken_and_one_that_was_left_behind_is(tmp_path):
    path = tmp_path / "duologue.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        assert refusal(tmp_path, {"HOST": f"unix:{path}"}) == f"duologue: There is a server at {path} (HOST) already."
        assert path.is_socket()
    assert refusal(tmp_path, {"HOST": f"unix:{path}"}).startswith("duologue: SIGN_IN is not set")


def test_a_service_that_begins_while_the_database_is_away_goes_on_trying(tmp_path):
    with PostgreSQL(**QUICKLY) as postgresql:
        postgresql.make("away")
        config = {"DATABASE_URL": postgresql.url("away")}
        Server(tmp_path, **config).make_demo()
        postgresql.stop()
        with Gunicorn(tmp_path, **config) as server:
            eventually(lambda: server.log().count("cannot be used now") > 1)
            postgresql.start()
            with Connection(server.address) as connection:
                assert connection.get("/readyz", {}).status == 200
            server.stop()


def test_the_command_that_is_one_process_does_not_pretend_to_be_several(tmp_path):
    settings = {"SIGN_IN": "demo", "DATABASE_URL": "postgresql://nobody@127.0.0.1/none", "PROCESSES": "2"}
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **settings}
    asked = {"env": environ, "capture_output": True, "text": True, "timeout": PATIENCE_SECONDS}
    done = subprocess.run([PROGRAM, "serve"], check=False, **asked)
    assert done.returncode == 1
    assert done.stderr.startswith("duologue: PROCESSES=2 is for gunicorn")


# At the door


class GuardedByGunicorn(Guarded):
    """The same server behind a sign-on proxy, run by gunicorn."""

    command = (*GUNICORN, CONFIGURATION)


@contextmanager
def guarded(folder: Path, **settings: str) -> Iterator[Guarded]:
    """One with these settings, while it serves."""
    server = GuardedByGunicorn(folder, SIGN_IN="proxy-header", **settings).make().start()
    try:
        yield server
    finally:
        server.stop()


PROVEN = (f"X-Proxy-Secret: {SECRET}", "X-Remote-User: ada")


def test_over_a_unix_socket_the_proxy_is_believed_and_the_socket_is_its_groups(tmp_path):
    path = tmp_path / "duologue.sock"
    with guarded(tmp_path, HOST=f"unix:{path}", PROXY_PEERS="unix") as server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert "Hello, Ada" in server.ask("/", "X-Remote-User: ada").body


def test_over_tcp_the_address_is_that_of_whoever_speaks_and_headers_are_as_strict_as_ever(tmp_path):
    secret = str(tmp_path / "proxy_secret")
    with guarded(tmp_path, PROXY_PEERS="127.0.0.9", PROXY_SECRET_FILE=secret) as server:
        assert "Hello, Ada" in server.ask("/", *PROVEN, source="127.0.0.9").body
        forged = (*PROVEN, "X-Forwarded-For: 127.0.0.9", "X-Real-IP: 127.0.0.9")
        assert server.ask("/", *forged, source="127.0.0.8").status == 401
        assert "reason=peer address=127.0.0.8" in server.log
        assert server.ask("/", *PROVEN, "X-Folded: a\r\n b", source="127.0.0.9").status == 400
        assert "event=unreadable" in server.log


# Other servers


def loaded(folder: Path, script: str, **settings: str) -> subprocess.CompletedProcess:
    """What comes of a server that is not ours: a script."""
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


@pytest.mark.parametrize("way", ["demo", "proxy-header"])
def test_another_server_may_not_stand_between_us_and_what_a_request_says(tmp_path, way):
    more = {
        "PROXY_PEERS": "unix",
        "HOST": "unix:/x",
        "PUBLIC_URL": "https://meetings.example.org",
        "KEYRING_FILE": "/x",
    }
    done = loaded(tmp_path, "import wsgi", SIGN_IN=way, **(more if way != "demo" else {}))
    assert done.returncode == 1
    assert done.stderr.startswith(f"duologue: SIGN_IN={way} needs a server of ours")
    assert len(done.stderr.splitlines()) == 1


COPIED = """
import os, wsgi
from wsgiref.util import setup_testing_defaults
def status():
    environ, found = {"HTTP_HOST": "meetings.example.org", "PATH_INFO": "/healthz"}, []
    setup_testing_defaults(environ)
    list(wsgi.application(environ, lambda status, headers, problem=None: found.append(status)))
    return found[0]
print(status(), flush=True)
if not os.fork():
    print(status(), flush=True)
    os._exit(0)
os.wait()
"""


def test_a_copy_of_the_process_that_loaded_it_answers_nobody(tmp_path):
    server = Guarded(tmp_path, SIGN_IN="proxy-env").make()
    done = loaded(tmp_path, COPIED, **server.environ)
    assert done.stdout.splitlines() == ["200 OK", "503 Service Unavailable"]
    assert "event=copied" in done.stderr
