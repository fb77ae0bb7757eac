"""The load: every pair has its page open twice, one of the two edits now and then, the other one's stream is timed.

A process of its own, so that what it costs is not counted as the server's. It reads one task per line (JSON), does
it and answers with a line. The first line is {"address": […], "pairs": […]}: everybody signs in, if they have not, and
opens the page. The tasks are the methods of Load named in TASKS, with what they take: {"task": "edit", "pace": 2.0, …}.
"""

from gevent import monkey

monkey.patch_all()

import itertools
import json
import random
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gevent.queue import Queue

from bench.people import SECTIONS
from bench.wire import Connection, Reception, Visitor

AT_ONCE = 16
LOST_SECONDS = 10.0
# So many items of the load an agenda holds at most; the oldest then makes room.
ROOM = 10
PRESENCE, IS_HERE = b'id="presence"', b" is-here"
ITEM = re.compile(rb'<li id="item-([a-z0-9]+)"')
# Of a hundred edits; the rest adds items.
TICKS, NOTES = 20, 15
TASKS = ("seat", "edit", "live", "open", "met")
# Of all edits, before how many somebody signs out and in again, loses the stream, or looks around.
COMES_BACK, READS_AGAIN, LOOKS_AROUND = 0.01, 0.04, 0.12
PAGES = ("/", "/actions", "/search?q=figures")

_numbers = itertools.count()


class Desk:
    """One person of a pair: a page, its stream, and a connection to edit on."""

    def __init__(self, address: tuple[str, int], visitor: Visitor) -> None:
        self.address, self.visitor = address, visitor
        self.at, self.event = 0.0, b""
        self.port, self.other_is_here = 0, False
        self._mark: bytes | None = None
        self._seen = Event()

    @cached_property
    def connection(self) -> Connection:
        """Where this one's edits go: whoever only looks on keeps none open."""
        return Connection(self.address)

    def hang_up(self) -> None:
        """Keep no connection for edits: the server parts from those that are idle, and the next edit opens another."""
        if "connection" in vars(self):
            self.connection.close()
            del self.connection

    def listen(self) -> None:
        """Open the page's stream and read it from now on; returns when the first event is there."""
        self._stream = Connection(self.address, timeout=None)
        self.port = self._stream.port
        chunks = open_stream(self._stream, self.visitor)
        next(chunks)
        self._reading = gevent.spawn(self._read, chunks)

    def leave(self) -> None:
        """Close the page."""
        self._reading.kill()
        self._stream.close()

    def _read(self, chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            if PRESENCE in chunk:
                self.other_is_here = IS_HERE in chunk
            if self._mark and self._mark in chunk:
                self.at, self.event, self._mark = time.perf_counter(), chunk, None
                self._seen.set()
        # A stream ends by itself after some minutes, and a browser opens the next one.
        self._stream.close()
        self.listen()

    def expect(self, mark: bytes) -> None:
        """Note when something that holds `mark` arrives."""
        self._seen.clear()
        self._mark = mark

    def has_seen(self) -> bool:
        """Whether it arrived; waits for it."""
        return self._seen.wait(LOST_SECONDS)

    def read_again(self) -> None:
        """Lose the page's stream and open another, as a browser does that was away."""
        self.leave()
        self.listen()

    def look_around(self) -> None:
        """Visit some other page."""
        self.connection.get(random.choice(PAGES), {"Cookie": self.visitor.cookie, "Accept-Encoding": "gzip"})

    def come_back(self, reception: Reception, person: str, path: str) -> None:
        """Sign out, sign in anew, and open the page again."""
        self.connection.post("/signing-out", self.visitor.headers, {})
        self.leave()
        self.visitor = reception.sign_in(self.connection, person)
        self.visitor.open(self.connection, path)
        self.listen()


def open_stream(connection: Connection, visitor: Visitor) -> Iterator[bytes]:
    """The chunks of the stream of a page."""
    answer = connection.open_stream(visitor.stream, visitor.headers)
    if answer.status != 200:
        raise RuntimeError(f"A stream was refused: {answer.status}.")
    return connection.chunks()


class Table:
    """A pair at its agenda."""

    def __init__(self, pair: dict) -> None:
        self.meeting, self.people = pair["meeting"], pair["people"]
        # What the browsers hold of those who are signed in already.
        self.cookies = pair.get("cookies") or [None, None]
        self.desks: list[Desk] = []
        self.items: deque[str] = deque()
        self.ticked: set[str] = set()
        self.notes: dict[str, str] = {}
        self.edits = 0

    def edit(self, adding_only: bool) -> dict:
        """One edit by one of the two: what it was, whether it failed, milliseconds until answered and until seen."""
        self.edits += 1
        me, other = self.desks if self.edits % 2 else self.desks[::-1]
        kind = self._kind(adding_only)
        path, fields, mark = getattr(self, f"_{kind}")()
        other.expect(mark)
        began = time.perf_counter()
        status = me.connection.post(path, me.visitor.headers, fields).status
        answered = time.perf_counter()
        is_seen = status == 200 and other.has_seen()
        if kind == "add" and is_seen:
            self.items.append(ITEM.search(other.event)[1].decode())
        return {
            "kind": kind,
            "failed": not is_seen,
            "seen": (other.at - began) * 1e3,
            "answered": (answered - began) * 1e3,
            "from": me.connection.port,
            "to": other.port,
        }

    def _kind(self, adding_only: bool) -> str:
        if len(self.items) >= ROOM:
            return "delete"
        dice = random.randrange(100) if self.items and not adding_only else 100
        return "tick" if dice < TICKS else "note" if dice < TICKS + NOTES else "add"

    def _add(self):
        text = f"Line {next(_numbers):06} of what there is to talk about"
        fields = {"section": random.choice(SECTIONS), "text": text, "key": f"{random.getrandbits(64):x}"}
        return f"/meetings/{self.meeting}/items", fields, f">{text}<".encode()

    def _tick(self):
        item = random.choice(self.items)
        undo = "?_method=DELETE" if item in self.ticked else ""
        self.ticked ^= {item}
        return f"/items/{item}/discussion{undo}", {}, f'<li id="item-{item}"'.encode()

    def _note(self):
        item, line = random.choice(self.items), f"Looked at {next(_numbers):06} times."
        base = self.notes.get(item, "")
        self.notes[item] = text = f"{line}\nNobody owns the reply yet."
        return f"/items/{item}/notes", {"text": text, "base": base}, line.encode()

    def _delete(self):
        item = self.items.popleft()
        return f"/items/{item}/deletion", {}, f'"#item-{item}" hx-swap="leave"'.encode()


class Load:
    """All the tables."""

    def __init__(self, address: list, pairs: list[dict]) -> None:
        self.address = address[0], address[1]
        self.tables: list[Table] = []
        self._lanes: Queue = Queue()
        for _ in range(AT_ONCE):
            self._lanes.put(Connection(self.address))
        with self._lane() as connection:
            self._reception = Reception(connection)
        self.seat(pairs)

    def seat(self, pairs: list[dict]) -> int:
        """More pairs open their pages; how many there are now."""
        tables = [Table(pair) for pair in pairs]
        Pool(AT_ONCE).map(self._sit_down, tables)
        self.tables += tables
        return len(self.tables)

    @contextmanager
    def _lane(self) -> Iterator[Connection]:
        connection = self._lanes.get()
        try:
            yield connection
        finally:
            self._lanes.put(connection)

    def _sit_down(self, table: Table) -> None:
        with self._lane() as connection:
            for person, cookie in zip(table.people, table.cookies, strict=True):
                visitor = Visitor(cookie) if cookie else self._reception.sign_in(connection, person)
                visitor.open(connection, f"/meetings/{table.meeting}")
                table.desks.append(Desk(self.address, visitor))
        for desk in table.desks:
            desk.listen()

    def edit(self, pace: float, seconds: float, adding_only: bool = False, first: int | None = None) -> list[dict]:
        """Every pair (or the `first` ones) edits every `pace` seconds for `seconds`, each from a moment of its own."""
        return self._do_for(seconds, pace, lambda table: table.edit(adding_only), first)

    def live(self, pace: float, seconds: float) -> list[dict]:
        """The same, and some look around, lose their streams, or sign out and in again."""
        return self._do_for(seconds, pace, self._edit_and_live)

    def _edit_and_live(self, table: Table) -> dict:
        dice, who = random.random(), random.randrange(2)
        desk = table.desks[who]
        if dice < COMES_BACK:
            desk.come_back(self._reception, table.people[who], f"/meetings/{table.meeting}")
        elif dice < READS_AGAIN:
            desk.read_again()
        elif dice < LOOKS_AROUND:
            desk.look_around()
        return table.edit(False)

    def _do_for(
        self, seconds: float, pace: float, once: Callable[[Table], dict], first: int | None = None
    ) -> list[dict]:
        ends_at = time.perf_counter() + seconds
        editors = [gevent.spawn(self._keep_doing, once, table, pace, ends_at) for table in self.tables[:first]]
        return [edit for editor in gevent.joinall(editors, raise_error=True) for edit in editor.value]

    def _keep_doing(self, once: Callable[[Table], dict], table: Table, pace: float, ends_at: float) -> list[dict]:
        found: list[dict] = []
        for desk in table.desks:
            desk.hang_up()
        due = time.perf_counter() + random.random() * pace
        while due < ends_at:
            gevent.sleep(max(due - time.perf_counter(), 0))
            found.append(once(table))
            due = max(due + pace, time.perf_counter())
        return found

    def met(self) -> int:
        """How many people see that the other one is there; waits a moment for those who do not yet."""
        desks = [desk for table in self.tables for desk in table.desks]
        ends_at = time.perf_counter() + LOST_SECONDS
        while not all(desk.other_is_here for desk in desks) and time.perf_counter() < ends_at:
            gevent.sleep(0.05)
        return sum(desk.other_is_here for desk in desks)

    def open(self, pages: int) -> int:
        """So many more pages of the same people; each has its first event when this returns."""
        desks = itertools.cycle([desk for table in self.tables for desk in table.desks])
        self.more = Pool(AT_ONCE).map(self._open_one, [next(desks) for _ in range(pages)])
        return len(self.more)

    def _open_one(self, desk: Desk) -> Iterator[bytes]:
        chunks = open_stream(Connection(self.address, timeout=None), desk.visitor)
        next(chunks)
        gevent.spawn(deque, chunks, 0)
        return chunks


def main() -> None:
    # What fails is told once, by whoever waits for it.
    gevent.get_hub().exception_stream = None
    try:
        serve()
    except (OSError, RuntimeError) as problem:
        sys.exit(f"The load cannot go on: {problem}")


def serve() -> None:
    """Do one task after the other."""
    load = Load(**json.loads(sys.stdin.readline()))
    print(json.dumps(len(load.tables)), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        name = task.pop("task")
        if name not in TASKS:
            raise RuntimeError(f"There is no task {name}.")
        print(json.dumps(getattr(load, name)(**task)), flush=True)


if __name__ == "__main__":
    main()
