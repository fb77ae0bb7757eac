"""A thousand open pages come back at the same moment, since the server was started again."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.server import Server
from bench.wire import Connection, Reception, Visitor

from .at_work import PATIENCE_SECONDS, RECOVERY_SECONDS, pairs_of
from .crowd import Crowd, Page

PAIRS, PAGES_EACH = 25, 20
MISSED = b"Said while nobody listened"
# Something changed for so many of the pairs that their pages were never told.
CHANGED = 3
UNANNOUNCED = """
import sys, database, settings
from meetings import Meeting
from rows import db
database.open_checked(settings.read())
with db.connection_context():
    for id in sys.argv[2:]:
        meeting = Meeting.get_by_id(id)
        meeting.add_item(meeting.pair.report, "goals", sys.argv[1])
"""


@pytest.fixture
def server(tmp_path) -> Server:
    """A server, not started yet."""
    server = Server(tmp_path)
    server.make_demo()
    return server


def signed_in(server: Server, pairs: list[dict]) -> list[Visitor]:
    """Both people of each pair, with its meeting's page open."""
    found = []
    with Connection(server.address) as connection:
        reception = Reception(connection)
        for pair in pairs:
            for person in pair["people"]:
                found.append(reception.sign_in(connection, person))
                found[-1].open(connection, f"/meetings/{pair['meeting']}")
    return found


def test_a_thousand_pages_come_back_at_once_and_all_are_right_within_seconds(server):
    pairs = pairs_of(server, PAIRS)
    changed = [pair["meeting"] for pair in pairs[:CHANGED]]
    with server:
        visitors = signed_in(server, pairs)
        # In a thread: where a browser was driven before, this one has a loop already.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, restarted(server, visitors, changed)).result()
    assert "Traceback" not in server.log()


async def restarted(server: Server, visitors: list[Visitor], changed: list[str]) -> None:
    """Have all of them open, the server gone and back, and each page told what it missed."""

    def is_right(page: Page) -> bool:
        missed = any(meeting in page.path for meeting in changed)
        return b"id: " in page.heard and (MISSED in page.heard or not missed)

    async with Crowd(visitors, PAGES_EACH, lambda: server.address) as crowd:
        await crowd.until(lambda page: b"id: " in page.heard, PATIENCE_SECONDS)
        server.kill()
        await asyncio.to_thread(server.run, sys.executable, "-c", UNANNOUNCED, MISSED.decode(), *changed)
        crowd.forget()
        await asyncio.to_thread(server.start)
        await crowd.until(is_right, PATIENCE_SECONDS)
        # The processors may have other things to do beside this test: what counts is the server's own time.
        assert server.cpu_seconds() < RECOVERY_SECONDS, server.cpu_seconds()
        # Whoever had to wait for long came again by itself.
        assert set(+crowd.refused) <= {"ConnectionRefusedError", "TimeoutError"}, crowd.refused
