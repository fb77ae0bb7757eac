"""The machine's clock jumps, an hour forward and back, under a server that goes on."""

import os
import subprocess
import sys
from datetime import timedelta
from glob import glob
from pathlib import Path

import pytest

import clock
import sessions
from bench.server import Server
from bench.wire import Connection

from ..conftest import NOW, copy_folder
from ..desks import desk
from .at_work import PATIENCE_SECONDS, at_work, demo_of

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
HOUR = 3_600
LIMITS = sessions.Limits(timedelta(minutes=30), timedelta(hours=10))
# Counts something for a moment, has the clock set back, and waits until that is over.
COUNTING = """
import sys, time, counting
from pathlib import Path
counting.SECONDS = 0.3
counts, one = counting.Counts(), counting.PerMinute(1)
counts.hit(one, "ada")
began = time.time()
Path(sys.argv[1]).write_text("-3600")
while time.time() > began or not counts.hit(one, "ada"):
    pass
"""


class Clock:
    """A clock that the test sets, for processes with this environment."""

    def __init__(self, library: str, folder: Path) -> None:
        self.file = folder / "clock"
        self.set(0)
        self.environ = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            # Which the machine does not set either.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: int) -> None:
        """So many seconds ahead of what it is, at once."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+}")
        new.rename(self.file)


@pytest.fixture
def wall(tmp_path) -> Clock:
    """The clock on the wall."""
    library = os.environ.get("LIBFAKETIME") or next(iter(glob(LIBRARIES)), "")
    if not library:
        pytest.skip("there is no libfaketime here (bin/faketime installs it)")
    return Clock(library, tmp_path)


@pytest.fixture
def folder(demo_folder, tmp_path) -> Path:
    """The demo, to be served."""
    return copy_folder(demo_folder, tmp_path)


@pytest.fixture
def demo(demo_folder) -> dict:
    """Ada and Sam and the meeting ahead of them."""
    return demo_of(demo_folder)


def test_a_clock_that_jumps_disturbs_nobody_who_is_at_work(wall, folder, demo):
    with Server(folder, SESSION_IDLE_MINUTES="120", **wall.environ) as server, at_work(server, demo) as work:
        for hours in (1, -1, 0):
            wall.set(hours * HOUR)
            work.is_right_again()
        work.ends()
        stands = work.stands()
        for one in work.people:
            assert [line for line in stands if line in set(one.saved)] == one.saved
            assert (one.streams, one.failures) == (1, {})
        assert "Traceback" not in server.log()


def test_whoever_did_nothing_in_an_hour_that_the_clock_leaves_out_is_signed_out_in_good_order(wall, folder, demo):
    with Server(folder, **wall.environ) as server, desk(server, demo, 0) as ada, Connection(server.address) as asking:
        wall.set(HOUR)
        assert asking.post(f"{ada.meeting}/items", ada.visitor.headers, {"section": "goals", "text": "x"}).status == 401
        assert ada.next_with(b"signed-out")


def test_a_session_seen_by_a_clock_that_was_ahead_does_not_live_longer_for_it(here, ada):
    session, _ = sessions.begin(ada, "demo", LIMITS)
    for moment in (NOW + timedelta(hours=1), NOW + timedelta(minutes=2)):
        with clock.at(moment):
            session.see()
    with clock.at(NOW + timedelta(minutes=33)):
        [found] = sessions.of_ids([session.id])
        assert not found.holds("demo", LIMITS)


def test_nobody_is_locked_out_by_a_clock_that_was_set_back(wall):
    command = [sys.executable, "-c", COUNTING, str(wall.file)]
    subprocess.run(command, env={**os.environ, **wall.environ}, check=True, timeout=PATIENCE_SECONDS)
