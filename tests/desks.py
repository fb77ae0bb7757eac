"""Desks: people at a page of a real server, each with a connection to ask on and a stream that is read as it comes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

from bench.server import Server
from bench.wire import Connection, Reception, Visitor

PATIENCE_SECONDS = 60


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

    def is_hung_up_on(self) -> bool:
        """Wait for the server to part from this desk's own connection, on which nothing is under way."""
        return self._asking._socket.recv(1) == b""

    def add(self, text: str, *, again: bool = False) -> None:
        """Write something; `again` and again until it is taken."""
        fields = {"section": "goals", "text": text, "key": text[-60:]}
        status = self._asking.post(f"{self.meeting}/items", self.visitor.headers, fields).status
        while again and status == 503:
            status = self._asking.post(f"{self.meeting}/items", self.visitor.headers, fields).status
        assert status == 200

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Send something; the status of the answer."""
        return self._asking.post(path, self.visitor.headers, fields).status

    def tell_where(self, section: str) -> None:
        """Write in a section, without saying what."""
        path, headers = f"{self.meeting}/presence", self.visitor.headers
        assert self._asking.post(path, headers, {"where": section}).status == 204

    @contextmanager
    def also_at(self, server: Server) -> Iterator["Desk"]:
        """The same person with the same page open in the same browser, which another server answers now."""
        found = copy(self)
        found._asking, found._listening = Connection(server.address), Connection(server.address)
        found.answer = found._listening.open_stream(self.visitor.stream, self.visitor.headers)
        found.events = within(PATIENCE_SECONDS, found._listening.chunks())
        try:
            yield found
        finally:
            found.close()

    def sign_out(self) -> None:
        assert self._asking.post("/signing-out", self.visitor.headers, {}).status in (200, 303)

    def next_with(self, mark: bytes) -> bytes:
        """The next event that holds these bytes."""
        return next(event for event in self.events if mark in event)

    def all_with(self, *marks: bytes) -> bytes:
        """The events until each of these bytes has been in one of them."""
        found = b""
        while not all(mark in found for mark in marks):
            found += next(self.events)
        return found

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
