"""A server whose data is on a small disk of its own, in memory, that can be filled and cleared."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.server import PROGRAM, Server

MEGABYTES = 12
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
        """Where the disk is seen from outside."""
        return Path(f"/proc/{self.process.pid}/root{self._disk}")

    @contextmanager
    def full(self) -> Iterator[None]:
        """There is not one free byte on the disk."""
        ballast = self.disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 16, 1):
                _fill(file, bytes(size))
        yield
        ballast.unlink()


def _fill(file, some: bytes) -> None:
    try:
        while file.write(some) == len(some):
            pass
    except OSError:
        return
