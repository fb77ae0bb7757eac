"""Two people at work: each writes line after line and reads their page, through whatever breaks between."""

import json
import re
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.server import Server
from bench.wire import Connection, Reception, Visitor

PATIENCE_SECONDS = 30.0
# How soon all has to be right again.
RECOVERY_SECONDS = 5.0
# So many lines show that it goes on.
SOME = 5
# Between two lines; between two attempts; for how long a page waits for its stream, and for a sign of life on it.
PACE_SECONDS, AGAIN_SECONDS, CONNECT_SECONDS, QUIET_SECONDS = 0.03, 0.2, 2.0, 12.0
WORDS = re.compile(r'<div[^>]* class="words" hx-ignore>(Line .*?)</div>')
NOT_SAVED = b"That could not be saved"
NUMBER, LINE = re.compile(rb"id: (\d+)"), re.compile(rb"Line [0-9a-f]{16}")
ENDS = (b"event: gone", b"event: signed-out")


class Someone:
    """A person at the meeting's page. What is not acknowledged is sent again with its key; a stream that breaks is
    taken up where it was.

    `saved` are the lines that were acknowledged, `seen` those that the page was told of, `failures` counts what was
    said instead (a status, or the kind of a broken connection), `problem` is what must never happen.
    """

    def __init__(self, server: Server, meeting: str, person: str) -> None:
        self.server, self.path = server, f"/meetings/{meeting}"
        with Connection(server.address) as connection:
            self.visitor: Visitor = Reception(connection).sign_in(connection, person)
            self.visitor.open(connection, self.path)
        self.saved: list[str] = []
        self.failures: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.problem, self.streams = "", 0
        self._asking: Connection | None = None
        self._listening: Connection | None = None
        self._has_written, self._has_left = threading.Event(), threading.Event()
        works = (self._write, self._listen)
        self._threads = [threading.Thread(target=self._noting, args=(work,), daemon=True) for work in works]

    def begin(self) -> None:
        """Go to work."""
        for thread in self._threads:
            thread.start()

    def end_writing(self) -> None:
        """Have the last line acknowledged."""
        self._has_written.set()
        self._threads[0].join(PATIENCE_SECONDS)

    def leave(self) -> None:
        """Close the page too."""
        self.end_writing()
        self._has_left.set()
        if self._listening:
            self._listening.hang_up()
        self._threads[1].join(PATIENCE_SECONDS)

    def _noting(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as problem:
            self.problem = f"{work.__name__}: {problem!r}"

    # Writing

    def _write(self) -> None:
        while not self._has_written.wait(PACE_SECONDS):
            text = f"Line {secrets.token_hex(8)}"
            fields = {"section": "goals", "text": text, "key": secrets.token_hex(16)}
            while not self._is_taken(fields):
                time.sleep(AGAIN_SECONDS)
            self.saved.append(text)
        self._hang_up()

    def _is_taken(self, fields: dict[str, str]) -> bool:
        """Send it; whether it was acknowledged. Anything but that, and a plain word that it was not, is a problem."""
        try:
            answer = self._connected().post(f"{self.path}/items", self.visitor.headers, fields)
        except OSError as problem:
            self.failures[type(problem).__name__] += 1
            self._hang_up()
            return False
        if answer.status == 503:
            assert NOT_SAVED in answer.body, answer
            self.failures["503"] += 1
            return False
        assert answer.status == 200, answer
        if answer.headers.get("connection") == "close":
            self._hang_up()
        return True

    def _connected(self) -> Connection:
        self._asking = self._asking or Connection(self.server.address)
        return self._asking

    def _hang_up(self) -> None:
        if self._asking:
            self._asking.close()
            self._asking = None

    # Reading

    def _listen(self) -> None:
        headers = dict(self.visitor.headers)
        while not self._has_left.is_set():
            try:
                with Connection(self.server.address, CONNECT_SECONDS) as self._listening:
                    self._read_stream(self._listening, headers)
            except OSError as problem:
                self.failures[f"stream: {type(problem).__name__}"] += 1
            self._has_left.wait(AGAIN_SECONDS)

    def _read_stream(self, connection: Connection, headers: dict[str, str]) -> None:
        status = connection.open_stream(self.visitor.stream, headers).status
        assert status in (200, 503), status
        if status == 503:
            return
        self.streams += 1
        connection.wait_for(QUIET_SECONDS)
        for event in connection.chunks():
            assert not event.startswith(ENDS), event
            self.seen.update(found.decode() for found in LINE.findall(event))
            if number := NUMBER.match(event):
                headers["Last-Event-ID"] = number[1].decode()


class Work:
    """A pair at work, and what has to be so."""

    def __init__(self, server: Server, pair: dict) -> None:
        self.server = server
        self.people = [Someone(server, pair["meeting"], person) for person in pair["people"]]

    def goes_on(self) -> None:
        """Wait until both have written some more, and seen it of one another."""
        counts = [len(one.saved) for one in self.people]
        eventually(lambda: self._has_gone_on(counts), self.said)
        assert self._problems() == []

    def _has_gone_on(self, counts: list[int]) -> bool:
        new = [set(one.saved[count:]) for one, count in zip(self.people, counts, strict=True)]
        seen = [lines & other.seen for lines, other in zip(new, reversed(self.people), strict=True)]
        return bool(self._problems()) or all(len(lines) > SOME for lines in seen)

    def _problems(self) -> list[str]:
        return [one.problem for one in self.people if one.problem]

    def is_told_that_nothing_is_saved(self) -> None:
        """Wait until both were told that what they wrote is not saved."""
        counts = [one.failures["503"] for one in self.people]
        told = lambda: all(one.failures["503"] > count for one, count in zip(self.people, counts, strict=True))  # noqa: E731
        eventually(told, self.said)

    def is_right_again(self) -> None:
        """From now on there are some seconds until both write, and each page shows all that was acknowledged."""
        until = time.monotonic() + RECOVERY_SECONDS
        self.goes_on()
        self.is_told()
        assert time.monotonic() < until, self.said()

    def is_told(self) -> None:
        """Wait until each page was told of all that the other has saved by now."""
        ada, sam = self.people
        wanted = {*ada.saved}, {*sam.saved}
        eventually(lambda: wanted[0] <= sam.seen and wanted[1] <= ada.seen, self.said)

    def ends(self) -> None:
        """Nobody writes any more: each line that was ever sent is there once, and each page was told of all."""
        for one in self.people:
            one.end_writing()
        assert self._problems() == []
        self.is_told()
        stands, saved = Counter(self.stands()), {line for one in self.people for line in one.saved}
        assert saved - set(stands) == set(), "acknowledged and lost"
        assert [line for line, times in stands.items() if times > 1 or line not in saved] == [], "doubled or forgotten"

    def stands(self) -> list[str]:
        """The lines on the agenda, as a page that is opened now shows them."""
        one = self.people[0]
        with Connection(self.server.address) as connection:
            return WORDS.findall(one.visitor.open(connection, one.path))

    def said(self) -> str:
        """How it went, for whoever reads why a test failed."""
        return "; ".join(f"{len(one.saved)} saved, {len(one.seen)} seen, {dict(one.failures)}" for one in self.people)


def pairs_of(server: Server, count: int) -> list[dict]:
    """So many pairs in the server's database, each with a meeting ahead of its two people."""
    return json.loads(server.run(sys.executable, "-m", "bench.people", str(count)))


def demo_of(folder: Path) -> dict:
    """Ada and Sam, and the meeting ahead of them, in the demo of a folder that no process serves."""
    return json.loads(Server(folder).run(sys.executable, "-m", "bench.people"))


@contextmanager
def at_work(server: Server, pair: dict) -> Iterator[Work]:
    """A pair is at work, and both see one another's lines."""
    work = Work(server, pair)
    for one in work.people:
        one.begin()
    try:
        work.goes_on()
        yield work
    finally:
        for one in work.people:
            one.leave()


def answers(server: Server) -> None:
    """Wait until the server answers: it has recovered, whatever was done to it."""
    with Connection(server.address) as connection:
        assert connection.get("/healthz", {}).status == 200


def eventually(is_so: Callable[[], object], why: Callable[[], str] = lambda: "") -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"what was waited for did not come: {why()}"
        time.sleep(0.01)
