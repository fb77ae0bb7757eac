"""The HTTP server: how it speaks to the network, and how it stops without losing what is under way."""

import logging
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any

import gevent
from gevent import monkey
from gevent.lock import BoundedSemaphore
from gevent.pywsgi import Input, WSGIHandler, WSGIServer

import heads
import live
import logs
import readiness
import request_ids
from aside import aside
from heads import Head

READ_BYTES = 2_048
SILENCE_SECONDS = float(75)
# A stop lasts as long as all three at most: for a request on its way, for those being answered, for the streams.
GRACE_SECONDS, REQUEST_SECONDS, STREAM_SECONDS = 0.5, 10.0, 2.0
LOOK_SECONDS = 0.01
STREAM = "text/event-stream"
# The system's own: gevent's would let others go first.
poll = monkey.get_original("select", "poll")
# What is left of a body is read to the end for the sake of the next request, if it is no more than this.
LITTLE_BYTES = 65_536
# So many streams are begun at a time, fewer than there are connections to a database: where thousands of pages come
# back at once, each is right soon after its turn has come, and what people write meanwhile does not wait for them all.
MOST_BEGINNING, TURN_SECONDS = 6, 5.0
# For so long whoever still sends a body may take the answer, which was the last one, before the connection is gone.
LINGER_SECONDS = 2.0


class Body(Input):
    """The body of a request, of which the application reads as much as it wants."""

    def is_much_left(self) -> bool:
        """Whether there is more to come than one would read in vain. Of pieces nobody knows how many follow."""
        if self.chunked_input:
            return self.chunk_length != 0
        return (self.content_length or 0) - self.position > LITTLE_BYTES

    def _discard(self) -> None:
        if not self.is_much_left():
            super()._discard()


class Handler(WSGIHandler):
    """Sends the head of an answer together with the beginning of its body, reads with a small buffer, and takes
    nothing but plain headers: what one program would tidy and the next would not, nobody has to guess about.

    It is idle between two requests, and a stream while it sends one.
    """

    _held: bytearray | None = None
    is_idle = is_stream = _is_beginning = False
    rfile: Any
    headers: Any
    environ: Any
    wsgi_input: Any
    response_headers: Any

    def handle(self) -> None:
        # The usual buffer takes 8 kB, and every open page keeps one.
        self.rfile.close()
        # Whoever says nothing for so long, in the middle of a request or between two, is gone.
        self.socket.settimeout(SILENCE_SECONDS)
        self.rfile = self.socket.makefile("rb", READ_BYTES)
        self.server.handlers.add(self)
        try:
            super().handle()
        finally:
            self.server.handlers.discard(self)

    def read_requestline(self) -> str:
        """The first line of the next request; empty when there is none."""
        self.is_idle, self.is_stream = True, False
        if self.server.is_draining:
            self.hang_up_soon()
        try:
            return super().read_requestline()
        finally:
            self.is_idle = False

    def hang_up_soon(self) -> None:
        """Leave some time for a request that may be on its way: it is answered, and told that it is the last."""
        gevent.spawn_later(GRACE_SECONDS, self._hang_up)

    def _hang_up(self) -> None:
        """Between two requests, read what has arrived, and nothing after it."""
        if self.is_idle:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RD)

    def MessageClass(self, *arguments: object) -> Head:  # noqa: N802 - the name that the server looks for
        """The headers of a request. Raises ValueError, which is answered with 400."""
        try:
            return heads.read(self.rfile)
        except OSError:
            raise ValueError from None

    def read_request(self, raw_requestline: str) -> bool:
        """Take a request that begins with this line. Raises ValueError, too."""
        heads.must_begin_plainly(raw_requestline)
        super().read_request(raw_requestline)
        heads.must_fit(self.headers, self.request_version)
        return True

    def get_environ(self) -> dict[str, Any]:
        environ, usual = super().get_environ(), self.wsgi_input
        self.wsgi_input = Body(usual.rfile, usual.content_length, usual.socket, usual.chunked_input)
        if environ["wsgi.input"] is usual:
            environ["wsgi.input"] = self.wsgi_input
        return environ

    def handle_one_response(self) -> None:
        """Answer the request; not one for a stream that nobody waits for any more.

        Where thousands of pages come at once, some give up and come again: had those that gave up to be answered all
        the same, everybody after them would wait for too long as well.
        """
        has_body = self.wsgi_input.content_length or self.wsgi_input.chunked_input
        if self.command == "GET" and not has_body and STREAM in self.environ.get("HTTP_ACCEPT", ""):
            self.server.beginning.acquire()
            self._is_beginning = True
            # Whoever is slow lets the others go on.
            gevent.spawn_later(TURN_SECONDS, self._let_the_next_begin)
        try:
            if self._is_beginning and _has_hung_up(self.socket):
                self.close_connection = True
            else:
                super().handle_one_response()
        finally:
            self._let_the_next_begin()
        if self.wsgi_input.is_much_left():
            self.close_connection = True
            self._linger()

    def _let_the_next_begin(self) -> None:
        if self._is_beginning:
            self._is_beginning = False
            self.server.beginning.release()

    def _linger(self) -> None:
        """Part from somebody who still sends: if all were closed at once, the answer would be lost (RFC 9112, 9.6)."""
        with suppress(OSError), gevent.Timeout(LINGER_SECONDS, False):
            self.socket.shutdown(socket.SHUT_WR)
            while self.rfile.read1(LITTLE_BYTES):
                gevent.sleep(LOOK_SECONDS)

    def _headers(self) -> Iterator[tuple[str, str]]:
        return self.headers.variables()

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable:
        """Begin an answer; the last one of a connection says so."""
        self.is_stream = any(name.lower() == "content-type" and value.startswith(STREAM) for name, value in headers)
        if self.server.is_draining or self.wsgi_input.is_much_left():
            headers = [*headers, ("Connection", "close")]
        return super().start_response(status, headers, exc_info)

    def _write_with_headers(self, data: bytes) -> None:
        self._held = bytearray()
        super()._write_with_headers(data)
        held, self._held = self._held, None
        super()._sendall(held)
        if self.is_stream:
            self._forget_request()
        self._let_the_next_begin()

    def _forget_request(self) -> None:
        """Keep nothing of the request for as long as the stream lasts: there may be thousands."""
        self.headers, self.response_headers = None, []
        self.environ.clear()

    def log_error(self, *what: object) -> None:
        """A request that could not be read. What was in it is nobody's business."""
        request_ids.end()
        logging.getLogger("server").warning("event=unreadable")

    def _sendall(self, data: bytes) -> None:
        if self._held is None:
            super()._sendall(data)
        else:
            self._held += data


def _has_hung_up(connection: socket.socket) -> bool:
    """Whether the other end will say nothing more, looked at without waiting."""
    look = poll()
    look.register(connection.fileno(), select.POLLRDHUP)
    return bool(look.poll(0))


class Server(WSGIServer):
    """Answers requests on one listening socket; `handlers` are those of its open connections."""

    handler_class = Handler

    def __init__(self, listener: socket.socket, application: Callable, **how: Any) -> None:
        super().__init__(listener, partial(aside, application), log=None, error_log=logging.getLogger("server"), **how)
        self.handlers: set[Handler] = set()
        self.is_draining = False
        self.beginning = BoundedSemaphore(MOST_BEGINNING)
        gevent.get_hub().print_exception = _log_failure

    def drain(self) -> None:
        """Take no more connections, finish what is under way, and part from everybody: in some seconds at most.

        The streams come last: what the last requests changed still reaches them.
        """
        self.is_draining = True
        readiness.checks.insert(0, readiness.Check(lambda: "This process is stopping."))
        self.close()
        for handler in self.handlers:
            if handler.is_idle:
                handler.hang_up_soon()
        _wait_until(lambda: all(handler.is_stream for handler in self.handlers), GRACE_SECONDS + REQUEST_SECONDS)
        live.dismiss_all()
        _wait_until(lambda: not self.handlers, STREAM_SECONDS)


def _wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        gevent.sleep(LOOK_SECONDS)


def _log_failure(context: object, kind: type[BaseException], problem: BaseException, trail: TracebackType) -> None:
    """In the place of gevent's own printing, which would quote what was sent."""
    if not issubclass(kind, gevent.GreenletExit):
        logging.getLogger("server").error(logs.failure(kind, trail))
