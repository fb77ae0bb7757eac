"""What the event stream does on the wire, with a real server behind it."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest

from bench.server import PROGRAM, Server
from bench.wire import FORM, Connection
from server import MOST_BEGINNING, TURN_SECONDS

from .conftest import copy_folder
from .desks import PATIENCE_SECONDS, Desk, desk, within

PING = b"event: ping\n"
# Together more than the system keeps for a connection that takes nothing.
LINES, LONG = 60, "A long line about the matter. " * 320


@pytest.fixture(scope="module")
def serving(tmp_path_factory) -> Iterator[Server]:
    """A server of the demo."""
    server = Server(tmp_path_factory.mktemp("serving"))
    server.make_demo()
    with server:
        yield server


@pytest.fixture(scope="module")
def demo(serving) -> dict:
    """Ada and Sam and the meeting ahead of them."""
    return json.loads(serving.run(sys.executable, "-m", "bench.people"))


@pytest.fixture
def ada(serving, demo) -> Iterator[Desk]:
    """Ada has the meeting open."""
    with desk(serving, demo, 0) as found:
        yield found


@pytest.fixture
def sam(serving, demo) -> Iterator[Desk]:
    """Sam has the meeting open."""
    with desk(serving, demo, 1) as found:
        yield found


def test_an_event_carries_its_number_and_the_region_with_its_place(ada, sam):
    sam.add("How the stream is framed")
    event = ada.next_with(b"How the stream is framed").decode()
    assert re.search(r"^id: \d+$", event, re.MULTILINE)
    assert event.endswith("\n\n")
    assert all(re.match(r"(id|data): ", line) for line in event.strip().split("\n"))
    assert '<hx-partial hx-target="#agenda" hx-swap="place"><li id="item-' in event


def test_numbers_rise(ada, sam):
    numbers = []
    for text in ("One after", "the other", "in order"):
        sam.add(text)
        numbers.append(int(re.match(r"id: (\d+)", ada.next_with(text.encode()).decode())[1]))
    assert numbers == sorted(set(numbers))


def test_what_was_missed_comes_first_when_the_stream_is_opened_again(serving, ada, sam):
    sam.add("Before the gap")
    number = re.match(rb"id: (\d+)", ada.next_with(b"Before the gap"))[1].decode()
    sam.add("During the gap")
    with Connection(serving.address) as again:
        again.open_stream(ada.visitor.stream, {**ada.visitor.headers, "Last-Event-ID": number})
        events = within(PATIENCE_SECONDS, again.chunks())
        assert b"During the gap" in next(event for event in events if PING not in event)


def test_a_ping_comes_when_nothing_happens(ada):
    assert ada.next_with(b"presence")
    assert ada.next_with(PING) == b"event: ping\ndata:\n\n"


def test_nothing_between_us_may_hold_a_stream_back(ada):
    assert ada.answer.headers["x-accel-buffering"] == "no"
    assert ada.answer.headers["content-type"].startswith("text/event-stream")
    assert ada.answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in ada.answer.headers


@pytest.mark.parametrize("path", ["/live", "/actions/live", "/pairs/x/live", "/meetings/x/live"])
def test_a_stream_says_401_to_somebody_signed_out_and_never_sends_them_elsewhere(serving, path):
    with Connection(serving.address) as connection:
        answer = connection.open_stream(path, {"HX-Request": "true"})
    assert (answer.status, answer.headers.get("location")) == (401, None)


def test_who_reads_nothing_holds_up_nobody_and_is_told_all_in_the_end(serving, demo, ada, sam):
    with desk(serving, demo, 0, room=4_096) as stuck:
        for number in range(LINES):
            text = f"{LONG}{number:04}"
            sam.add(text)
            ada.next_with(text[-60:].encode())
        late = list(_until(stuck.events, f"{LONG}{LINES - 1:04}"[-60:].encode()))
    assert len([event for event in late if b"<li" in event]) < LINES
    assert all(f"{LONG}{number:04}"[-60:].encode() in b"".join(late) for number in range(LINES))


def _until(events: Iterator[bytes], mark: bytes) -> Iterator[bytes]:
    for event in events:
        yield event
        if mark in event:
            return


# Stopping


@pytest.fixture
def brief(demo_folder, tmp_path) -> Iterator[Server]:
    """A server of this test's own, to be stopped."""
    with Server(copy_folder(demo_folder, tmp_path)) as server:
        yield server


@pytest.fixture
def theirs(brief) -> dict:
    """Ada and Sam and the meeting ahead of them, there."""
    return json.loads(brief.run(sys.executable, "-m", "bench.people"))


class Slowly:
    """A request that is sent in two parts."""

    def __init__(self, desk: Desk, server: Server, text: str) -> None:
        self._body = urlencode({"section": "goals", "text": text, "key": text}).encode()
        self.connection = Connection(server.address)
        told = {**desk.visitor.headers, "Content-Type": FORM, "Content-Length": str(len(self._body)), "Expect": ""}
        lines = [f"POST {desk.meeting}/items HTTP/1.1", f"Host: {server.origin.removeprefix('http://')}"]
        lines += [f"{name}: {value}" for name, value in told.items() if value]
        self.connection._socket.sendall("\r\n".join([*lines, "", ""]).encode() + self._body[:10])

    def finish(self) -> tuple[int, dict[str, str]]:
        """Send the rest; the status and the headers of the answer, which is there whole."""
        self.connection._socket.sendall(self._body[10:])
        status, headers = self.connection._head()
        assert len(self.connection._read(int(headers["content-length"]))) > 0
        self.connection.close()
        return status, headers


def ended(server: Server) -> int:
    """The server has ended by itself; its exit code."""
    server.process.communicate(timeout=PATIENCE_SECONDS)
    return server.process.returncode


def told_to_stop(server: Server) -> None:
    """The server has been told to stop, and takes nobody any more."""
    server.process.terminate()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(server.address, 1).close()
        except TimeoutError:
            # So many knocked that the system lets nobody else do so for a moment.
            continue
        except ConnectionError:
            return
    raise AssertionError("it goes on")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whoever_asks_for_streams_and_says_no_more_keeps_nobody_waiting(serving, demo, method):
    host = serving.origin.removeprefix("http://")
    head = f"{method} /healthz HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\nContent-Length: 100\r\n\r\n"
    with ExitStack() as opened:
        for _ in range(MOST_BEGINNING):
            opened.enter_context(Connection(serving.address))._socket.sendall(head.encode())
        began = time.monotonic()
        with desk(serving, demo, 0) as ada:
            assert next(ada.events)
        assert time.monotonic() - began < TURN_SECONDS


def test_the_server_stops_promptly_when_told_to_though_pages_are_open(brief, theirs):
    with desk(brief, theirs, 0) as ada, desk(brief, theirs, 1) as sam:
        assert next(ada.events)
        assert next(sam.events)
        began = time.monotonic()
        assert brief.stop() == 0
        assert time.monotonic() - began < 5
    assert "Traceback" not in brief.log()


def test_what_is_under_way_at_a_stop_is_answered_whole_and_reaches_every_page_before_that_is_let_go(brief, theirs):
    with desk(brief, theirs, 0) as ada, desk(brief, theirs, 1) as sam:
        assert next(ada.events)
        request = Slowly(sam, brief, "Sent as the server stopped")
        told_to_stop(brief)
        assert sam.is_hung_up_on()
        status, headers = request.finish()
        assert (status, headers["connection"]) == (200, "close")
        rest = list(ada.events)
        assert any(b"Sent as the server stopped" in event for event in rest)
        assert not any(b"signed-out" in event or b"gone" in event for event in rest)
        assert ended(brief) == 0


def test_a_page_that_comes_to_the_next_server_is_told_what_it_missed(brief, theirs):
    with desk(brief, theirs, 0) as ada, desk(brief, theirs, 1) as sam:
        assert next(ada.events)
        ada.close()
        request = Slowly(sam, brief, "Sent as the server stopped")
        told_to_stop(brief)
        assert sam.is_hung_up_on()
        assert request.finish()[0] == 200
        assert ended(brief) == 0
        with Connection(brief.start().address) as again:
            again.open_stream(ada.visitor.stream, ada.visitor.headers)
            events = within(PATIENCE_SECONDS, again.chunks())
            assert any(b"Sent as the server stopped" in event for event in events)


@pytest.mark.sqlite
def test_a_second_server_on_the_same_file_is_refused_and_the_first_goes_on(serving, ada):
    asked = {"env": serving.environ, "capture_output": True, "text": True, "timeout": PATIENCE_SECONDS}
    done = subprocess.run([PROGRAM, "serve"], check=False, **asked)
    assert done.returncode == 1
    assert done.stderr.startswith(f"duologue: This database is served by process {serving.process.pid} already")
    assert len(done.stderr.splitlines()) == 1
    ada.add("Said to the first one")
    assert "ada" in serving.run(PROGRAM, "people", "list")


def test_a_process_that_is_stopping_says_that_it_is_not_ready(demo_folder, tmp_path):
    with Server(copy_folder(demo_folder, tmp_path)) as server, ExitStack() as stack:
        open_ones = [stack.enter_context(Connection(server.address)) for _ in range(40)]
        assert [one.get("/readyz", {}).status for one in open_ones] == [200] * 40
        server.process.send_signal(signal.SIGTERM)
        answers = (one.get("/readyz", {}) for one in open_ones)
        assert next(answer for answer in answers if answer.status != 200).body == b"This process is stopping.\n"
