"""Servers whose data is on a small disk of its own, in memory, that can be filled and cleared: ours, and PostgreSQL."""

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.postgresql import NOBODY, PostgreSQL
from bench.server import PROGRAM, Server

from .at_work import eventually

MEGABYTES = 12
ASK = """
import json, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
rows = database.execute(sys.argv[2]).fetchall()
database.commit()
print(json.dumps(rows))
"""
# What a new PostgreSQL server takes, and some more.
ROOMY = 'mount -t tmpfs -o "size=160m,mode=0700,uid=$0" none "$1"'
# Who is not root may be root in a namespace of their own, where the system lets them.
UNSHARE = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)))
MOUNT = f'mount -t tmpfs -o size={MEGABYTES}m none "$1"'
SERVE = f'{MOUNT} && cp -r "$0"/. "$1" && exec "$2" serve'


def why_not(folder: Path) -> str:
    """Why there can be no such disk on this machine; empty when there can."""
    if not shutil.which("unshare"):
        return "there is no unshare here"
    command = [*UNSHARE, "sh", "-c", MOUNT, "sh", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"no disk can be mounted here: {done.stderr.strip()}" if done.returncode else ""


def inside(process: int) -> tuple[str, ...]:
    """What runs a command where this process sees its disk."""
    as_whom = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
    return "nsenter", f"--target={process}", "--mount", *as_whom


class OnSmallDisk(Server):
    """A server on a copy of a demo, on a disk that nobody but its process has."""

    def __init__(self, first: Path, folder: Path) -> None:
        super().__init__(folder)
        self._first, self._disk = first, folder / "disk"
        self._disk.mkdir()
        self.environ["DATA_DIR"] = str(self._disk)

    def start(self) -> "OnSmallDisk":
        """Mount the disk, and start the process on it."""
        self.process = self.spawn(*UNSHARE, "sh", "-c", SERVE, str(self._first), str(self._disk), PROGRAM)
        self.wait()
        return self

    @property
    def disk(self) -> Path:
        """Where the disk is seen from outside. SQLite cannot open its file there: it takes such a path for another."""
        return Path(f"/proc/{self.process.pid}/root{self._disk}")

    def ask(self, sql: str) -> list[tuple]:
        """Execute one statement, beside the server; its rows."""
        command = [*inside(self.process.pid), sys.executable, "-c", ASK, str(self._disk / "duologue.db"), sql]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [tuple(row) for row in json.loads(said)]


class PostgreSQLOnSmallDisk(PostgreSQL):
    """A PostgreSQL server on a disk that nobody but it has."""

    def _keep_tidy(self, *command: Any) -> subprocess.Popen:
        self._data.mkdir()
        return super()._keep_tidy(*UNSHARE, "sh", "-c", f'{ROOMY} && shift && exec "$@"', NOBODY, self._data, *command)

    def _execute(self, command: list[str], **how: Any) -> int:
        eventually(self.disk.is_mount)
        as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={pwd.getpwnam(NOBODY).pw_gid}", "--clear-groups")
        return subprocess.run([*inside(self._tidy.pid), *as_nobody, *command], check=False, **how).returncode

    @property
    def disk(self) -> Path:
        """Where the disk is seen from outside."""
        return Path(f"/proc/{self._tidy.pid}/root{self._data}")

    def __exit__(self, *problem: object) -> None:
        super().__exit__(*problem)
        # Whoever is on the disk cannot take away the place where it is mounted.
        self._data.rmdir()
        self.folder.rmdir()


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """There is not one free byte on this disk."""
    ballast = disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 16, 1):
                _fill(file, bytes(size))
        yield
    finally:
        ballast.unlink()


def _fill(file, some: bytes) -> None:
    try:
        while file.write(some) == len(some):
            pass
    except OSError:
        return
