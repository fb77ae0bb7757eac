"""Clients that open streams and read nothing of them, or hang up before they begin."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.server import Server
from bench.wire import Connection, Reception

from ..conftest import copy_folder
from ..desks import Desk, desk
from .at_work import demo_of

STUCK, LINES, CHANGES = 10, 60, 300
LONG = "A long line about the matter. " * 320
# What is written for those who do not read it comes to forty times as much as what one of them costs.
MOST_BYTES = 10_000_000
ITEM = re.compile(rb'<li id="item-([a-z0-9]+)"')
# As usual, but for a server that loses its patience with silence sooner.
BRIEF_SECONDS = 2.0
IMPATIENT = f"import commands, server, sys; server.SILENCE_SECONDS = {BRIEF_SECONDS}; sys.exit(commands.main())"


class Impatient(Server):
    """A server that waits two seconds for whoever reads nothing."""

    def start(self) -> "Impatient":
        self.process = self.spawn(sys.executable, "-c", IMPATIENT, "serve")
        self.wait()
        return self


@pytest.fixture
def folder(demo_folder, tmp_path) -> Path:
    """The demo, to be served."""
    return copy_folder(demo_folder, tmp_path)


@pytest.fixture(scope="module")
def demo(demo_folder) -> dict:
    """Ada and Sam and the meeting ahead of them."""
    return demo_of(demo_folder)


@pytest.fixture
def server(folder) -> Iterator[Server]:
    """A server of the demo."""
    with Server(folder) as server:
        yield server


def test_what_is_told_to_those_who_read_nothing_takes_no_memory_and_no_time_of_the_others(server, demo):
    with desk(server, demo, 0) as ada, desk(server, demo, 1) as sam, ExitStack() as stuck:
        ada.add("What is talked about")
        item = ITEM.search(sam.next_with(b"What is talked about"))[1].decode()
        base = change(ada, item, 0, "")
        for _ in range(STUCK):
            connection = stuck.enter_context(Connection(server.address, room=4_096))
            assert connection.open_stream(sam.visitor.stream, sam.visitor.headers).status == 200
        before = server.resident_bytes()
        for number in range(1, CHANGES):
            base = change(ada, item, number, base)
            assert sam.next_with(b"matter. %d" % number)
        assert server.resident_bytes() - before < MOST_BYTES


def change(desk: Desk, item: str, number: int, base: str) -> str:
    """Write other notes to an item in the place of these, long ones; they."""
    fields = {"text": f"{LONG}{number}", "base": base}
    assert desk.post(f"/items/{item}/notes", fields) == 200
    return fields["text"]


def test_whoever_reads_nothing_for_too_long_is_hung_up_on(folder, demo):
    with Impatient(folder) as server, desk(server, demo, 0) as ada:
        with desk(server, demo, 1, room=4_096):
            assert ada.next_with(b"Sam is here")
            for number in range(LINES):
                ada.add(f"{LONG}{number}")
            assert ada.next_with(b"Sam is not here yet")
        assert "Traceback" not in server.log()


def test_a_stream_that_nobody_waits_for_any_more_is_not_begun(server, demo):
    with desk(server, demo, 0) as ada, Connection(server.address) as asking:
        sam = Reception(asking).sign_in(asking, demo["people"][1])
        sam.open(asking, ada.meeting)
        server.process.send_signal(signal.SIGSTOP)
        with Connection(server.address) as gone:
            gone.ask_for_stream(sam.stream, sam.headers)
        server.process.send_signal(signal.SIGCONT)
        asking.post(f"{ada.meeting}/items", sam.headers, {"section": "goals", "text": "Said later", "key": "k"})
        assert b"Sam is here" not in ada.all_with(b"Said later")
