"""What is done aside: it gives what it would give here, and leaves no room taken."""

import traceback
from contextvars import ContextVar
from pathlib import Path

import gevent
import pytest
from gevent import socket
from gevent.event import Event

from aside import aside
from server import Server

DEEP, MANY = 80, 400
spoken = ContextVar("spoken", default="English")


def deeply(calls: int = DEEP) -> None:
    """Calls within calls."""
    if calls:
        deeply(calls - 1)


def resident() -> int:
    """The pages of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1])


def taken_by_those_that_wait(work) -> int:
    """The memory, in pages, that many greenlets keep which have done this and wait now."""
    before, over = resident(), Event()

    def wait() -> None:
        work()
        over.wait()

    waiting = [gevent.spawn(wait) for _ in range(MANY)]
    gevent.idle()
    taken = resident() - before
    over.set()
    gevent.joinall(waiting)
    return taken


def test_it_gives_what_was_made_and_raises_what_went_wrong():
    assert aside(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        aside(divmod, 7, 0)


def test_it_can_wait_while_others_go_on():
    over = Event()
    gevent.spawn(over.set)
    assert aside(over.wait, 5)


def test_it_goes_on_to_its_end_where_whoever_waits_gives_up():
    over, done = Event(), Event()
    waiting = gevent.spawn(aside, lambda: over.wait(5) and done.set())
    gevent.idle()
    waiting.kill()
    over.set()
    assert done.wait(5)


def test_it_has_the_same_context():
    spoken.set("German")
    assert aside(spoken.get) == "German"
    aside(spoken.set, "Hebrew")
    assert spoken.get() == "Hebrew"


def test_whoever_waits_keeps_no_room_for_what_was_done_aside():
    taken_by_those_that_wait(lambda: None)
    here = taken_by_those_that_wait(deeply)
    assert taken_by_those_that_wait(lambda: aside(deeply)) < here / 2


def test_a_request_is_answered_aside_from_its_connection():
    depths = []

    def application(environ, start_response):
        depths.append(len(traceback.extract_stack()))
        start_response("200 OK", [])
        return [b"here"]

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = Server(listener, application)
    server.start()
    with socket.create_connection(listener.getsockname(), timeout=5) as asking:
        asking.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert asking.makefile("rb").read().endswith(b"here")
    server.close()
    assert depths == [1]
