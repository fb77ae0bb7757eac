"""The lock of a SQLite file ends with its holder, however that ends, and no program that was started inherits it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

import lockfile
from config import Misconfigured

# Holds the lock, starts a program that outlives it, and says which that is.
HOLDER = """
import subprocess, sys
from pathlib import Path
import lockfile
lockfile.hold(Path(sys.argv[1]), 0)
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=sys.stdin, stdout=sys.stderr)
print(child.pid, flush=True)
child.wait()
"""


@contextmanager
def held(database: Path) -> Iterator[tuple[subprocess.Popen, psutil.Process]]:
    """A process that holds the lock, and the one that it started."""
    command = [sys.executable, "-c", HOLDER, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        yield holder, psutil.Process(int(holder.stdout.readline()))
        holder.kill()


@pytest.fixture
def database(tmp_path, monkeypatch) -> Iterator[Path]:
    """Where a database would be; what this process holds, it lets go of in the end."""
    monkeypatch.setattr(lockfile, "_held", {})
    yield tmp_path / "duologue.db"
    for file in lockfile._held.values():
        os.close(file)


def test_a_second_process_is_told_who_has_it_and_what_to_do(database):
    with held(database) as (holder, _), pytest.raises(Misconfigured) as refused:
        lockfile.hold(database, 0)
    assert f"process {holder.pid} already" in str(refused.value)
    assert "stop that process, or use a PostgreSQL server" in str(refused.value)


def test_it_ends_with_a_process_that_is_killed_though_what_that_started_lives_on(database):
    with held(database) as (holder, child):
        holder.kill()
        holder.wait()
        lockfile.hold(database, 0)
        assert child.is_running()
        assert child.status() != psutil.STATUS_ZOMBIE


def test_the_next_process_waits_for_the_one_before(database):
    with held(database) as (holder, _):
        waiting = subprocess.Popen([sys.executable, "-c", f"{NEXT}", str(database)], stdout=subprocess.PIPE, text=True)
        with waiting:
            assert waiting.stdout.readline() == "waits\n"
            holder.kill()
            assert waiting.stdout.readline() == "has it\n"


NEXT = """
import sys
from pathlib import Path
import lockfile
print("waits", flush=True)
lockfile.hold(Path(sys.argv[1]), 30)
print("has it", flush=True)
"""


def test_holding_it_again_is_no_matter(database):
    lockfile.hold(database, 0)
    lockfile.hold(database, 0)
    assert len(lockfile._held) == 1


def test_a_file_that_is_not_ours_to_lock_is_told_of(database):
    database.with_name("duologue.db.serving").mkdir()
    with pytest.raises(Misconfigured, match="cannot be locked"):
        lockfile.hold(database, 0)
