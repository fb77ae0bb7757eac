"""The HTTP server: how it speaks to the network, and how it stops without losing what is under way."""

import logging
import re
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from email import errors
from email.message import Message
from http.client import HTTPException
from types import TracebackType
from typing import Any

import gevent
from gevent import monkey
from gevent.pywsgi import WSGIHandler, WSGIServer

import live
import logs
import readiness
import request_ids

READ_BYTES = 2_048
SILENCE_SECONDS = float(75)
# A stop lasts as long as all three at most: for a request on its way, for those being answered, for the streams.
GRACE_SECONDS, REQUEST_SECONDS, STREAM_SECONDS = 0.5, 10.0, 2.0
LOOK_SECONDS = 0.01
STREAM = "text/event-stream"
# The system's own: gevent's would let others go first.
poll = monkey.get_original("select", "poll")
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# What is found missing in a form with files while its body has not been read.
OF_THE_BODY = (
    errors.StartBoundaryNotFoundDefect,
    errors.CloseBoundaryNotFoundDefect,
    errors.MultipartInvariantViolationDefect,
)
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Handler(WSGIHandler):
    """Sends the head of an answer together with the beginning of its body, reads with a small buffer, and takes
    nothing but plain headers: what one program would tidy and the next would not, nobody has to guess about.

    It is idle between two requests, and a stream while it sends one.
    """

    _held: bytearray | None = None
    is_idle = is_stream = False
    rfile: Any

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
        if self.server.is_hanging_up:
            self.hang_up()
        try:
            return super().read_requestline()
        finally:
            self.is_idle = False

    def hang_up(self) -> None:
        """Read what has arrived, and nothing after it."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RD)

    def MessageClass(self, *arguments: object) -> Message:  # noqa: N802 - the name that the server looks for
        """The headers of a request. Raises ValueError, which is answered with 400."""
        try:
            found = super().MessageClass(*arguments)
        except (HTTPException, OSError):
            raise ValueError from None
        # Of a form with files there is no body yet, which the parser takes for a defect.
        defects = [defect for defect in found.defects if not isinstance(defect, OF_THE_BODY)]
        if defects or not all(_is_plain(name, value) for name, value in found.items()):
            raise ValueError
        # A length that two programs read differently is how a second request hides in a first (RFC 9112, 6).
        lengths, codings = found.get_all("content-length", []), found.get_all("transfer-encoding", [])
        if len(lengths) + len(codings) > 1 or not all(length.isdecimal() for length in lengths):
            raise ValueError
        if any(coding.lower() != "chunked" for coding in codings):
            raise ValueError
        return found

    def handle_one_response(self) -> None:
        """Answer the request; not one for a stream that nobody waits for any more.

        Where thousands of pages come at once, some give up and come again: had those that gave up to be answered all
        the same, everybody after them would wait for too long as well.
        """
        if STREAM in self.environ.get("HTTP_ACCEPT", "") and _has_hung_up(self.socket):
            self.close_connection = True
        else:
            super().handle_one_response()

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable:
        """Begin an answer; the last one of a server that stops says so."""
        self.is_stream = any(name.lower() == "content-type" and value.startswith(STREAM) for name, value in headers)
        if self.server.is_draining:
            headers = [*headers, ("Connection", "close")]
        return super().start_response(status, headers, exc_info)

    def _write_with_headers(self, data: bytes) -> None:
        self._held = bytearray()
        super()._write_with_headers(data)
        held, self._held = self._held, None
        super()._sendall(held)

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


def _is_plain(name: str, value: str) -> bool:
    """Whether a header is as RFC 9110, 5.5 has it: no folds, no controls, nothing at its ends that gets lost."""
    return bool(NAME.fullmatch(name) and VALUE.fullmatch(value)) and value.strip(" \t") == value.strip()


class Server(WSGIServer):
    """Answers requests on one listening socket; `handlers` are those of its open connections."""

    handler_class = Handler

    def __init__(self, listener: socket.socket, application: Callable, **how: Any) -> None:
        super().__init__(listener, application, log=None, error_log=logging.getLogger("server"), **how)
        self.handlers: set[Handler] = set()
        self.is_draining = self.is_hanging_up = False
        gevent.get_hub().print_exception = _log_failure

    def drain(self) -> None:
        """Take no more connections, finish what is under way, and part from everybody: in some seconds at most.

        The streams come last: what the last requests changed still reaches them.
        """
        self.is_draining = True
        readiness.checks.insert(0, readiness.Check(lambda: "This process is stopping."))
        self.close()
        # Somebody's next request may be on its way already. It is answered, and told that it is the last one.
        _wait_until(lambda: not self._idle(), GRACE_SECONDS)
        self.is_hanging_up = True
        for handler in self._idle():
            handler.hang_up()
        _wait_until(lambda: not self._answering(), REQUEST_SECONDS)
        live.dismiss_all()
        _wait_until(lambda: not self.handlers, STREAM_SECONDS)

    def _idle(self) -> list[Handler]:
        return [handler for handler in self.handlers if handler.is_idle]

    def _answering(self) -> bool:
        return any(not handler.is_stream and not handler.is_idle for handler in self.handlers)


def _wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        gevent.sleep(LOOK_SECONDS)


def _log_failure(context: object, kind: type[BaseException], problem: BaseException, trail: TracebackType) -> None:
    """In the place of gevent's own printing, which would quote what was sent."""
    if not issubclass(kind, gevent.GreenletExit):
        logging.getLogger("server").error(logs.failure(kind, trail))
