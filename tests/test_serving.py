"""What the event stream does on the wire, with a real server behind it."""

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.server import Server
from bench.wire import Connection, Reception, Visitor

PATIENCE_SECONDS = 60
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


def within(seconds: float, events: Iterator[bytes]) -> Iterator[bytes]:
    """The events, until they have gone on for too long: a stream never ends of itself in a test's time."""
    began = time.monotonic()
    for event in events:
        assert time.monotonic() - began < seconds, "what was waited for did not come"
        yield event


class Desk:
    """A person at the meeting's page: a connection to ask on, and another that the page's stream comes by."""

    def __init__(self, server: Server, demo: dict, who: int, room: int | None = None) -> None:
        self.meeting = f"/meetings/{demo['meeting']}"
        self._asking, self._listening = Connection(server.address), Connection(server.address, room=room)
        self.visitor: Visitor = Reception(self._asking).sign_in(self._asking, demo["people"][who])
        self.visitor.open(self._asking, self.meeting)
        self.answer = self._listening.open_stream(self.visitor.stream, self.visitor.headers)
        self.events = within(PATIENCE_SECONDS, self._listening.chunks())

    def add(self, text: str) -> None:
        fields = {"section": "goals", "text": text, "key": text[-60:]}
        assert self._asking.post(f"{self.meeting}/items", self.visitor.headers, fields).status == 200

    def next_with(self, mark: bytes) -> bytes:
        """The next event that holds these bytes."""
        return next(event for event in self.events if mark in event)

    def close(self) -> None:
        self._asking.close()
        self._listening.close()


@contextmanager
def desk(server: Server, demo: dict, who: int, room: int | None = None) -> Iterator[Desk]:
    """Somebody's desk, left at the end."""
    found = Desk(server, demo, who, room)
    try:
        yield found
    finally:
        found.close()


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


def test_the_server_stops_promptly_when_told_to_though_pages_are_open(tmp_path):
    server = Server(tmp_path)
    server.make_demo()
    with server:
        demo = json.loads(server.run(sys.executable, "-m", "bench.people"))
        with desk(server, demo, 0) as ada, desk(server, demo, 1) as sam:
            assert next(ada.events)
            assert next(sam.events)
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 5
    assert "Traceback" not in server.log()
