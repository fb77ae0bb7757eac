"""What monitoring is told, with real servers behind it: counts and times, of all processes together, and of nobody."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

import metrics
import settings
from bench import databases
from bench.server import PROGRAM, Gunicorn, Server
from bench.wire import Connection, Reception
from config import Misconfigured
from metrics import Rising
from rows import ID_LETTERS

from .command_line import refused, run
from .conftest import copy_folder

ROOT = Path(__file__).parents[1]
SAMPLE = re.compile(r"^(?P<name>duologue_\w+)(\{(?P<labels>.*)\})? (?P<value>[-+0-9.e]+)$", re.MULTILINE)
AN_ID = re.compile(rf"\b[{ID_LETTERS}]{{12}}\b")
# A process that answers so many requests, says so, and then waits to be killed.
PROCESS = """
import sys, time, metrics, settings
metrics.level("open_streams", "Open pages.", lambda: float(sys.argv[1]))
metrics.rising("pairs_mended", "Pairs mended.", lambda: float(sys.argv[1]))
metrics.LOOK_SECONDS = 0.1
metrics.begin(settings.read())
for _ in range(int(sys.argv[1])):
    metrics.answered("today.show", 200, 0.001)
print("ready", flush=True)
time.sleep(600)
"""
# Whatever begins the others, as a server of several processes does.
PARENT = """
import os, subprocess, sys, tempfile, metrics
os.environ[metrics.SHARED] = tempfile.mkdtemp()
children = [subprocess.Popen([sys.executable, "-c", sys.argv[1], count], stdout=subprocess.PIPE) for count in "34"]
for child in children:
    child.stdout.readline()
print(*(child.pid for child in children), flush=True)
sys.stdin.read()
for child in children:
    child.kill()
    child.wait()
    child.stdout.close()
"""
# What has a Unix socket already, until it may end.
OTHER = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
sys.stdin.read()
"""


def ask(path: Path, asked: str = "/metrics") -> str:
    """Everything that comes back from the Unix socket at `path`."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(path))
        connection.sendall(f"GET {asked} HTTP/1.0\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


def samples(text: str) -> dict[str, float]:
    """Each figure by its name and labels, as they are written."""
    return {found["name"] + (found[2] or ""): float(found["value"]) for found in SAMPLE.finditer(text)}


def kill(number: int) -> None:
    """End a process at once, and wait until it is gone; its parent has yet to look."""
    process = psutil.Process(number)
    process.kill()
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)


def soon(ask: Callable[[], dict]) -> dict:
    """What it says as soon as somebody answers."""
    until = time.monotonic() + 10
    while True:
        try:
            return ask()
        except ConnectionError:
            assert time.monotonic() < until, "nobody answers any more"
            time.sleep(0.02)


@pytest.fixture(scope="module")
def serving(tmp_path_factory) -> Iterator[Server]:
    """A server of the demo that monitoring may ask."""
    folder = tmp_path_factory.mktemp("measured")
    server = Server(folder, METRICS_ADDRESS=f"unix:{folder}/metrics.sock")
    server.make_demo()
    with server:
        yield server


@pytest.fixture(scope="module")
def told(serving) -> str:
    """What monitoring reads after a while of people at work."""
    demo = json.loads(serving.run(sys.executable, "-m", "bench.people"))
    meeting = f"/meetings/{demo['meeting']}"
    with Connection(serving.address) as asking, Connection(serving.address) as listening:
        visitor = Reception(asking).sign_in(asking, demo["people"][0])
        visitor.open(asking, meeting)
        asking.get(f"/search?q=secret&of={demo['people'][0]}", visitor.headers)
        asking.get(f"/nothing/{demo['meeting']}", visitor.headers)
        listening.open_stream(visitor.stream, visitor.headers)
        events = listening.chunks()
        next(events)
        elsewhere = {**visitor.headers, "X-Page": "elsewhere"}
        for number in range(2):
            fields = {"section": "goals", "text": "Something secret", "key": f"key-{number}"}
            assert asking.post(f"{meeting}/items", elsewhere, fields).status == 200
            next(event for event in events if b"id: " in event)
        return ask(serving.folder / "metrics.sock")


def test_requests_are_counted_by_view_and_by_how_they_ended(told):
    found = samples(told)
    assert found['duologue_requests_total{endpoint="items.add",status="2xx"}'] == 2
    assert found['duologue_requests_total{endpoint="none",status="4xx"}'] == 1
    assert found['duologue_request_seconds_count{endpoint="items.add"}'] == 2


def test_what_the_open_pages_cost_is_told(told):
    found = samples(told)
    assert found["duologue_open_streams"] == 1
    assert found["duologue_waiting_regions"] >= 0
    assert found["duologue_announcements_total"] >= 2
    assert found["duologue_event_seconds_count"] >= 2
    assert found["duologue_processes"] == 1
    assert found["duologue_pairs_mended_total"] == 0
    # There may be others to tell only where they could be.
    assert (found["duologue_crossing_said_total"] > 0) == bool(databases.server)
    assert found["duologue_database_wait_seconds_count"] >= 4
    assert found["duologue_memory_bytes"] > 10_000_000
    assert found["duologue_open_files"] > 5
    assert found["duologue_database_connections_in_use"] + found["duologue_database_connections_idle"] >= 1


def test_nobody_and_nothing_of_theirs_is_named(told):
    labels = {label for found in SAMPLE.finditer(told) for label in re.findall(r'="([^"]*)"', found["labels"] or "")}
    assert len(labels) > 8
    for label in labels:
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?|[1-5]xx|\+Inf|[0-9.]+", label), label
        assert not AN_ID.search(label), label
    assert not re.search(r"(?i)ada|sam okoro|marsh|secret|/meetings|localhost", told)


def test_the_guide_for_operators_names_what_there_is_and_nothing_else(told):
    guide = (ROOT / "docs" / "operate.md").read_text("utf-8").split("\n## Monitoring\n")[1].split("\n## ")[0]
    named = {re.sub("_bucket$", "", name) for name in re.findall(r"\bduologue_\w+", guide)}
    there = set(re.findall(r"^# TYPE (duologue_\w+)", told, re.MULTILINE))
    assert named == {name for name in there if not name.endswith("_created")}


def test_nothing_else_is_answered_there(serving):
    for path in ("/", "/healthz", "/metrics/x", "/metrics?x"):
        assert ask(serving.folder / "metrics.sock", path).startswith("HTTP/1.0 404")


def test_people_cannot_ask_for_it(serving):
    with Connection(serving.address) as asking:
        assert asking.get("/metrics", {}).status != 200


@pytest.mark.parametrize(
    "address", ["9464", "everywhere:9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "::1:9464", "unix:here"]
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(Misconfigured, match=r"^METRICS_ADDRESS=.* is refused: use one such as .*\.$"):
        settings.read({"SIGN_IN": "demo", "METRICS_ADDRESS": address})


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1:8000"),
        ("::1", "[::1]:8000"),
        ("unix:/run/duologue.sock", "unix:/run/./duologue.sock"),
    ],
)
def test_people_and_monitoring_are_not_answered_in_one_place(host, address):
    given = {"SIGN_IN": "proxy-env", "PUBLIC_URL": "https://meetings.example.org", "KEYRING_FILE": "/x"}
    with pytest.raises(Misconfigured, match="is where people are answered"):
        settings.read({**given, "HOST": host, "METRICS_ADDRESS": address})


@pytest.mark.parametrize("address", ["", "127.0.0.1:9464", "[::1]:9464", "unix:/run/duologue/metrics.sock"])
def test_an_address_that_is_one_is_taken(address):
    assert settings.read({"SIGN_IN": "demo", "METRICS_ADDRESS": address}).metrics_address == address


def test_an_address_in_use_is_one_sentence(made):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        said = refused(run(made.data_dir, "serve", METRICS_ADDRESS=address, PORT="0"))
    assert f"METRICS_ADDRESS={address} cannot be used" in said


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_socket_that_is_another_services_is_left_to_it(made, tmp_path, is_shared):
    shared = {metrics.SHARED: str(tmp_path)} if is_shared else {}
    path = tmp_path / "metrics.sock"
    command = [sys.executable, "-c", OTHER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        other.stdout.readline()
        # What asks for the command is this process, and so it is the other one's parent as well.
        under_another = ("sh", "-c", '"$0" serve; exit $?', PROGRAM) if is_shared else (PROGRAM, "serve")
        where = {"DATA_DIR": str(made.data_dir), **databases.settings(made.data_dir)}
        environ = {"SIGN_IN": "demo", "METRICS_ADDRESS": f"unix:{path}", "PORT": "0", **where}
        done = subprocess.run(
            under_another, env=environ | shared, capture_output=True, text=True, timeout=20, check=False
        )
        other.communicate("")
    assert done.returncode == 1
    assert done.stderr.startswith("duologue: METRICS_ADDRESS=")
    assert "another server answers there" in done.stderr


def test_a_file_in_the_place_of_a_socket_is_left_alone(made):
    here = made.data_dir / "precious"
    here.write_text("kept")
    assert "METRICS_ADDRESS" in refused(run(made.data_dir, "serve", METRICS_ADDRESS=f"unix:{here}", PORT="0"))
    assert here.read_text() == "kept"


def test_a_service_that_is_not_measured_does_not_load_what_measures(made):
    code = (
        "import sys, app, process, settings; process.begin(settings.read()); print('prometheus_client' in sys.modules)"
    )
    environ = {"SIGN_IN": "demo", "DATA_DIR": str(made.data_dir), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=made.data_dir, capture_output=True, text=True, check=False
    )
    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_whichever_process_is_asked_tells_of_all_and_the_dead_only_count(tmp_path, kind):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"unix:{tmp_path}/metrics.sock" if kind == "unix" else f"127.0.0.1:{port}"
    environ = {"SIGN_IN": "demo", "METRICS_ADDRESS": address, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", PARENT, PROCESS]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        first, _ = map(int, parent.stdout.readline().split())

        def found() -> dict[str, float]:
            if kind == "unix":
                return samples(ask(tmp_path / "metrics.sock"))
            with Connection(("127.0.0.1", port)) as asking:
                return samples(asking.get("/metrics", {}).body.decode())

        before = found()
        kill(first)
        after = soon(found)
        parent.communicate("")
    assert before["duologue_pairs_mended_total"] == after["duologue_pairs_mended_total"] == 7
    counted, levels = 'duologue_requests_total{endpoint="today.show",status="2xx"}', "duologue_open_streams"
    assert (before[counted], before[levels]) == (7, 7)
    assert (after[counted], after[levels]) == (7, 4)


def test_under_gunicorn_what_a_killed_process_counted_still_counts(demo_folder, tmp_path):
    copy_folder(demo_folder, tmp_path)
    path = tmp_path / "metrics.sock"
    with Gunicorn(tmp_path, METRICS_ADDRESS=f"unix:{path}", TMPDIR=str(tmp_path)) as server:
        for killed in (True, False):
            with Connection(server.address) as asking:
                assert asking.get("/healthz", {}).status == 200
            if killed:
                kill(*server.workers())
        found = soon(lambda: samples(ask(path)))
        server.stop()
    assert found['duologue_requests_total{endpoint="health.show",status="2xx"}'] == 2
    assert found["duologue_processes"] == 1
    assert not list(tmp_path.glob("duologue-metrics-*"))


def test_what_a_killed_gunicorn_left_behind_goes_with_the_next_and_nothing_is_made_unmeasured(demo_folder, tmp_path):
    copy_folder(demo_folder, tmp_path)
    shared = {"TMPDIR": str(tmp_path), "METRICS_ADDRESS": f"unix:{tmp_path}/metrics.sock"}
    with Gunicorn(tmp_path, **shared) as server:
        server.kill()
    assert list(tmp_path.glob("duologue-metrics-*"))
    with Gunicorn(tmp_path, TMPDIR=str(tmp_path)):
        assert not list(tmp_path.glob("duologue-metrics-*"))


def test_what_only_rises_is_added_up_once_however_often_it_is_looked_at():
    added, numbers = [], iter([2, 2, 5, 0])
    rising = Rising(SimpleNamespace(inc=added.append), lambda: next(numbers))
    for _ in range(4):
        rising.look()
    assert added == [2, 0, 3, 0]
