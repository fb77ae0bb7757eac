"""A request arrives twice at the same moment, at two processes: what it asks for is done once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from bench.wire import Answer, Connection, Reception

ROUNDS = 10
TRIES = 50


class Doubled:
    """Two people, each with a connection to either process; what is sent goes both ways at once."""

    def __init__(self, connections: list[Connection], pair: dict) -> None:
        self.meeting, self.people = f"/meetings/{pair['meeting']}", pair["people"]
        self._connections = connections
        reception = Reception(connections[0])
        self.visitors = [reception.sign_in(connections[0], person) for person in pair["people"]]
        for visitor in self.visitors:
            visitor.open(connections[0], self.meeting)

    def send(self, path: str, *fields: dict[str, str], by: tuple[int, int] = (0, 0)) -> list[Answer]:
        """Two requests, one to each process: of one person, or one `by` each of the two."""
        answers: list[Answer | None] = [None, None]
        start = threading.Barrier(2)

        def ask(number: int) -> None:
            headers = self.visitors[by[number]].headers
            start.wait()
            answers[number] = self._connections[number].post(path, headers, fields[number % len(fields)])

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


@contextmanager
def one_at_each(server) -> Iterator[list[Connection]]:
    """A connection to each of the processes that answer."""
    found: dict[int, Connection] = {}
    with ExitStack() as opened:
        for _ in range(TRIES):
            connection = opened.enter_context(Connection(server.address))
            assert connection.get("/healthz", {}).status == 200
            found.setdefault(process_behind(server, connection.port), connection)
            if len(found) == 2:
                break
        yield list(found.values())


def process_behind(server, port: int) -> int:
    """The id of the process at the other end of a connection from this port."""
    return next(
        pid
        for pid in server.workers()
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.raddr and connection.raddr.port == port
    )


@pytest.fixture
def doubled(two, pair) -> Iterator[Doubled]:
    """The pair, at two processes at once."""
    with one_at_each(two) as connections:
        yield Doubled(connections, pair)


@pytest.fixture
def count(postgres) -> Callable[[str, str], int]:
    """A function: what to count (SQL), and the id that stands for its %s → how many."""

    def count(sql: str, id: str) -> int:
        return postgres.ask(f"SELECT count(*) FROM {sql.replace('%s', repr(id))}", "two")[0][0]

    return count


ITEMS = "item WHERE meeting_id = %s"


def test_an_item_that_arrives_twice_is_there_once(doubled, pair, count):
    before = count(ITEMS, pair["meeting"])
    for number in range(ROUNDS):
        fields = {"section": "goals", "text": f"Sent twice, {number}", "key": f"{number:032}"}
        assert [answer.status for answer in doubled.send(f"{doubled.meeting}/items", fields)] == [200, 200]
    assert count(ITEMS, pair["meeting"]) == before + ROUNDS


def test_a_tick_that_arrives_twice_is_one_tick(doubled, postgres, pair, count):
    for (item,) in postgres.ask(f"SELECT id FROM item WHERE meeting_id = '{pair['meeting']}'", "two"):
        for by in ((0, 0), (0, 1)):
            answers = doubled.send(f"/items/{item}/discussion", {}, by=by)
            assert [answer.status for answer in answers] == [200, 200]
        assert count("item WHERE id = %s AND discussed_at IS NOT NULL", item) == 1


def test_what_is_proposed_and_agreed_twice_is_agreed_once(doubled, postgres, pair, count):
    ((item,), *_) = postgres.ask(f"SELECT id FROM item WHERE meeting_id = '{pair['meeting']}'", "two")
    for number in range(ROUNDS):
        fields = {"text": f"Done twice, {number}", "owner": pair["people"][1], "key": f"{number:032}"}
        assert [answer.status for answer in doubled.send(f"/items/{item}/actions", fields)] == [200, 200]
    assert count("action WHERE item_id = %s", item) == ROUNDS
    for (action,) in postgres.ask(f"SELECT id FROM action WHERE item_id = '{item}'", "two"):
        answers = doubled.send(f"/actions/{action}/agreement", {}, by=(1, 1))
        assert [answer.status for answer in answers] == [200, 200]
        assert count("agreement WHERE action_id = %s", action) == 2


def test_a_meeting_that_both_close_at_the_same_moment_has_one_record_and_one_next(doubled, pair, count):
    answers = doubled.send(f"{doubled.meeting}/closing", {}, by=(0, 1))
    assert [answer.status for answer in answers] == [200, 200]
    assert count("record WHERE meeting_id = %s", pair["meeting"]) == 1
    ahead = "meeting WHERE closed_at IS NULL AND pair_id = (SELECT pair_id FROM meeting WHERE id = %s)"
    assert count(ahead, pair["meeting"]) == 1
