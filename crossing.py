"""Carries what happens in one process to the others that serve the same PostgreSQL database, and brings theirs here.

Each process has one connection for it, which listens on one channel and speaks on it. What is said are ids, names of
regions and versions, never words. Every piece of news has its number, so whoever misses some asks for them again.
Whoever may connect to the database may speak on the channel, so only what bears the mark of the keyring is listened to.
"""

import hmac
import json
import logging
import os
import random
import secrets
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import Escaping, ExecStatus

import live
import secrecy
from engines.postgresql import SERVING
from live import Told

CHANNEL = "duologue"
BEAT_SECONDS = 0.5
# Where much happens, so much of it goes together: each message costs all processes their waking up.
SPACING_SECONDS = 0.02
# Whoever has said nothing for so long is dead, and whoever was at a meeting there is not any more.
SILENCE_SECONDS = 2.0
FORGOTTEN_SECONDS = 600.0
# Who does not even hear itself is cut off, though nobody may have said so.
DEAF_SECONDS = 3.0
CONNECT_SECONDS = 2
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
CONNECTION: dict[str, Any] = {
    "application_name": SERVING,
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": 4_000,
    "autocommit": True,
}
# PostgreSQL takes payloads of less than 8,000 bytes; what is around a piece of news, and the mark, take up to 200.
LARGEST = 7_900
LONGEST = LARGEST - 200
MARK_LENGTH = 64
COMPLAINT_SECONDS = 60.0
# How much may wait in an outage; what is pushed out is asked for again. How much of it is kept for whoever asks.
MOST_WAITING, KEPT = 5_000, 2_000
LASTING = ('["told"', '["signed-out"')
PLACES_AT_ONCE = 100
MOST_COUNTED = 500

BEGIN = ("SET synchronous_commit TO off", f"LISTEN {CHANNEL}")

log = logging.getLogger("crossing")


class NotOurs(Exception):
    """Something was said on the channel by somebody who does not have the keyring."""


def marked(body: str, speaker: int) -> str:
    """What is said on the connection of this number, with the mark that tells who said it there.

    PostgreSQL tells everybody that number and lets nobody choose it: what is said again elsewhere bears a wrong mark.
    """
    return secrecy.digest("crossing", f"{speaker} {body}") + body


def unmarked(said: str, speaker: int) -> str:
    """The body of what was said on the connection of this number. Raises NotOurs."""
    body = said[MARK_LENGTH:]
    if not hmac.compare_digest(marked(body, speaker).encode(), said.encode()):
        raise NotOurs
    return body


class Piece(NamedTuple):
    """A piece of news, as JSON. If it `counts`, its number is its own; else it is that of the next one that does."""

    number: int
    json: str
    counts: bool


class Other:
    """Another process: the number of the piece that it says next, when it was heard last, and whether it is there."""

    def __init__(self, next_number: int) -> None:
        self.next_number, self.heard_at, self.is_there = next_number, 0.0, False
        # Who is at which meeting there, until all of it has been said.
        self.people: list[list[str]] = []


class Crossing:
    """What one process says to the others and hears from them. The public numbers are for who watches the server."""

    def __init__(self, url: str) -> None:
        self.said = self.heard = self.missed = self.reconnections = self.refused = 0
        self.is_connected = threading.Event()
        self._url, self._me = url, secrets.token_hex(4)
        self._next_number = 1
        self._kept: deque[Piece] = deque(maxlen=KEPT)
        self._waiting: deque[Piece] = deque(maxlen=MOST_WAITING)
        self._others: dict[str, Other] = {}
        self._said_at = self._echoed_at = self._complained_at = 0.0
        # PostgreSQL's number of the connection.
        self._speaker = 0
        # Since when what was said has not been heard here, as everybody hears it.
        self._no_echo_since: float | None = None
        self._is_over = self._is_woken = self._is_speaking = False
        self._ear, self._mouth = os.pipe()
        # With gevent's patches, a greenlet.
        self._thread = threading.Thread(target=self._go_on, name="crossing", daemon=True)

    @property
    def waiting(self) -> int:
        """How many pieces of news wait to be said."""
        return len(self._waiting)

    @property
    def is_well(self) -> bool:
        """Whether it is connected, and has heard itself lately."""
        return self.is_connected.is_set() and time.monotonic() - self._echoed_at < DEAF_SECONDS + SILENCE_SECONDS

    def begin(self) -> None:
        """Connect, and stay connected until the end."""
        live.carriers.append(self.carry)
        self._thread.start()
        self.is_connected.wait(CONNECT_SECONDS)

    def end(self) -> None:
        """Say goodbye, and hear nothing more."""
        live.carriers.remove(self.carry)
        self._say_once("bye")
        self._is_over = True
        self._thread.join(CONNECT_SECONDS)

    # Saying

    def carry(self, kind: str, facts: tuple) -> None:
        """Have the others told of this soon. Whoever calls does not wait for it."""
        piece = Piece(self._next_number, _as_json(kind, *facts), counts=True)
        self._next_number += 1
        self._kept.append(piece)
        self._say(piece)

    def _say_once(self, kind: str, *facts: Any) -> None:
        """Say what nobody will ask for again."""
        self._say(Piece(self._next_number, _as_json(kind, *facts), counts=False))

    def _say(self, piece: Piece) -> None:
        self._waiting.append(piece)
        if not self._is_woken:
            self._is_woken = True
            os.write(self._mouth, b"!")

    def _say_who_is_here(self) -> None:
        places = live.places()
        for start in range(0, len(places) or 1, PLACES_AT_ONCE):
            end = start + PLACES_AT_ONCE
            self._say_once("people", places[start:end], end >= len(places))

    def _payloads(self) -> Iterator[str]:
        """All that waits, as much in each payload as it can take."""
        while self._waiting:
            some: list[str] = []
            first, size = self._waiting[0], 0
            while self._waiting and self._waiting[0].counts == first.counts:
                size += len(self._waiting[0].json) + 1
                if some and size > LONGEST:
                    break
                some.append(self._waiting.popleft().json)
            yield self._payload(first.number, some, first.counts)

    def _payload(self, number: int, pieces: list[str], counts: bool) -> str:
        return marked(f'["{self._me}",{number},{int(counts)},[{",".join(pieces)}]]', self._speaker)

    # The connection

    def _go_on(self) -> None:
        pause = FIRST_PAUSE
        while not self._is_over:
            began = time.monotonic()
            try:
                with psycopg.connect(self._url, **CONNECTION) as connection:
                    self._stay(connection)
            except Exception as problem:
                self.is_connected.clear()
                _tell(problem)
                pause = FIRST_PAUSE if time.monotonic() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
                # Whoever was cut off together does not come back together.
                time.sleep(pause * random.uniform(0.5, 1))
        os.close(self._ear)
        os.close(self._mouth)

    def _stay(self, connection: psycopg.Connection) -> None:
        """Say and hear until it is over. Raises psycopg.Error or OSError when the connection is no good any more."""
        for statement in BEGIN:
            connection.execute(statement)
        # Whoever passes connections on may call this one by another number.
        self._speaker = connection.execute("SELECT pg_backend_pid()").fetchall()[0][0]
        self._greet()
        self._is_speaking = False
        while not self._is_over or self._waiting:
            self._speak(connection)
            self._wait(connection)
            self._listen(connection)
            self._look_around()

    def _greet(self) -> None:
        """Have the others say what was missed, and tell them who is here."""
        self._take_in_echo()
        self.reconnections += bool(self._said_at)
        for other in self._others.values():
            other.heard_at = time.monotonic()
        self._say_once("hello")
        self._say_who_is_here()
        self.is_connected.set()

    # What follows speaks to libpq itself: it is done for every change that anybody makes, at a third of the cost.

    def _speak(self, connection: psycopg.Connection) -> None:
        """Send what waits, and do not wait for the answer."""
        if self._is_speaking or self._pause():
            return
        self._is_woken = False
        payloads = list(self._payloads())
        if not payloads and time.monotonic() - self._said_at > BEAT_SECONDS:
            payloads = [self._payload(self._next_number, [], counts=False)]
        if payloads:
            literal = Escaping(connection.pgconn).escape_literal
            said = (b"NOTIFY %s, %s" % (CHANNEL.encode(), literal(payload.encode())) for payload in payloads)
            connection.pgconn.send_query(b";".join(said))
            while connection.pgconn.flush():
                select.select([], [connection], [], CONNECT_SECONDS)
            self._is_speaking = True
            self._said_at = time.monotonic()
            self._no_echo_since = self._no_echo_since or self._said_at
            self.said += len(payloads)

    def _wait(self, connection: psycopg.Connection) -> None:
        """Until there is something to hear, or to say and it is time for it."""
        sources: list[Any] = [connection, self._ear]
        may_say_more = self._waiting and not self._is_speaking
        found, _, _ = select.select(sources, [], [], self._pause() if may_say_more else BEAT_SECONDS)
        if self._ear in found:
            os.read(self._ear, 1)

    def _pause(self) -> float:
        """For how many seconds nothing is said yet."""
        return max(0.0, self._said_at + SPACING_SECONDS - time.monotonic())

    def _listen(self, connection: psycopg.Connection) -> None:
        """Take in all that has come: answers to what was said, and what others say."""
        server = connection.pgconn
        server.consume_input()
        while self._is_speaking and not server.is_busy():
            result = server.get_result()
            if result is None:
                self._is_speaking = False
            elif result.status != ExecStatus.COMMAND_OK:
                raise psycopg.OperationalError("What was said was not taken.")
        while note := server.notifies():
            self._hear(note.extra, note.be_pid)

    def _look_around(self) -> None:
        """Notice who has fallen silent, this process itself among them."""
        now = time.monotonic()
        if now - (self._no_echo_since or now) > DEAF_SECONDS:
            raise psycopg.OperationalError("Nothing is heard on this connection any more.")
        for process, other in list(self._others.items()):
            if other.is_there and now - other.heard_at > SILENCE_SECONDS:
                other.is_there = False
                live.place_elsewhere(process, ())
            if now - other.heard_at > FORGOTTEN_SECONDS:
                del self._others[process]

    # Hearing

    def _hear(self, said: bytes, speaker: int) -> None:
        """Whatever it is, and whoever said it: it ends nothing here."""
        try:
            self._understand(*json.loads(unmarked(said.decode(), speaker)))
        except NotOurs:
            self._refuse()
        except Exception:
            log.warning("event=not-understood", exc_info=True)

    def _refuse(self) -> None:
        """Leave it alone, and say so now and then: whoever goes on and on is not to fill the log."""
        self.refused += 1
        if time.monotonic() - self._complained_at > COMPLAINT_SECONDS or self.refused == 1:
            self._complained_at = time.monotonic()
            log.warning("event=refused reason=mark")

    def _take_in_echo(self) -> None:
        self._no_echo_since, self._echoed_at = None, time.monotonic()

    def _understand(self, process: str, number: int, counts: int, pieces: list[list]) -> None:
        if process == self._me:
            self._take_in_echo()
            return
        self._notice(process, number, len(pieces) if counts else 0, any(kind == "people" for kind, *_ in pieces))
        for kind, *facts in pieces:
            self._take_in(process, kind, facts)

    def _notice(self, process: str, number: int, counted: int, says_who_is_there: bool) -> None:
        """Another process says pieces from this number on; ask for those that came before and were not heard."""
        # Of a process that came while this one was cut off, nothing has been heard.
        other = self._others.setdefault(process, Other(1 if self.reconnections else number))
        if number > other.next_number or not (other.is_there or says_who_is_there):
            self.missed += max(0, number - other.next_number)
            self._say_once("ask", process, other.next_number)
        other.next_number = max(other.next_number, number + counted)
        other.heard_at, other.is_there = time.monotonic(), True

    def _take_in(self, process: str, kind: str, facts: list) -> None:
        self.heard += 1
        if kind in NEWS:
            NEWS[kind](*facts)
        elif kind in PRESENCE:
            PRESENCE[kind](process, *facts)
        elif kind == "people":
            self._take_in_people(process, *facts)
        elif kind == "hello":
            self._say_who_is_here()
        elif kind == "bye":
            # A moment, in which its pages come to another process.
            self._others[process].heard_at -= SILENCE_SECONDS - live.LEAVING_SECONDS
        elif facts[0] == self._me:
            self._take_in_own(process, kind, facts)

    def _take_in_people(self, process: str, places: list[list[str]], are_all: bool) -> None:
        people = self._others[process].people
        people.extend(places)
        if are_all:
            live.place_elsewhere(process, [(meeting, person) for meeting, person in people])
            people.clear()

    def _take_in_own(self, process: str, kind: str, facts: list) -> None:
        """What is said to this process alone."""
        if kind == "ask":
            self._tell_again(process, facts[1])
        elif kind == "again":
            self._take_in(process, facts[1][0], facts[1][1:])
        elif kind == "all":
            live.show_everybody_all()

    def _tell_again(self, process: str, first: int) -> None:
        """Repeat to one process what was said from this number on, if that is still known, and say who is here."""
        missed = [piece for piece in self._kept if piece.number >= first]
        if len(missed) < self._next_number - first:
            self._say_once("all", process)
            missed = []
        for piece in missed:
            if piece.json.startswith(LASTING):
                self._say(Piece(self._next_number, f'["again","{process}",{piece.json}]', counts=False))
        self._say_who_is_here()


def _as_json(kind: str, *facts: Any) -> str:
    found = json.dumps([kind, *facts], separators=(",", ":"))
    if len(found) <= LONGEST:
        return found
    told = Told(*facts)
    # A browser says what its page is called, and may say anything.
    short = told._replace(counted=told.counted[-MOST_COUNTED:], names=(live.ALL,), page=None, answered=())
    return json.dumps([kind, *short])


def _tell(problem: Exception) -> None:
    if isinstance(problem, psycopg.Error | OSError):
        log.warning("event=cut-off kind=%s", type(problem).__name__)
    else:
        log.error("event=failed", exc_info=problem)


def _take_in_told(*facts: Any) -> None:
    id, manager, report, version, counted, names, only, page, answered = facts
    words = (id, manager, report, only or "", page or "", *names, *answered)
    if not all(type(word) is str for word in words) or not all(type(number) is int for number in (version, *counted)):
        raise TypeError("What was told is not of the kind that is told.")
    live.take_in(Told(id, manager, report, version, tuple(counted), tuple(names), only, page, tuple(answered)))


NEWS: dict[str, Callable[..., None]] = {
    "told": _take_in_told,
    "writing": live.take_in_writing,
    "signed-out": live.end_session_here,
}
PRESENCE: dict[str, Callable[..., None]] = {
    "here": live.arrive_elsewhere,
    "gone": live.depart_elsewhere,
}
