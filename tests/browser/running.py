"""A real server process with a database of its own, and a network in front of it that can be cut and frozen."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from bench import databases
from bench.server import CONFIGURATION, GUNICORN
from tests.conftest import copy_folder

DUOLOGUE = Path(sys.executable).parent / "duologue"
ADDRESS = re.compile(r"(?:Duologue is at|Listening at:) (http://\S+:(\d+))")
START_SECONDS = 15


def make_demo(folder: Path) -> Path:
    """A folder with the demo's database and key in it, to be copied."""
    subprocess.run([DUOLOGUE, "demo"], env=_settings(folder), cwd=folder, check=True, capture_output=True)
    return folder


def _settings(folder: Path, port: int = 0, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME", "LANG") if name in os.environ}
    given = {"SIGN_IN": "demo", "DATA_DIR": str(folder), "PORT": str(port), "TIME_ZONE": "Europe/London"}
    given["CALENDAR_FEEDS"] = "yes"
    where = {**databases.settings(folder), "PROCESSES": "2"} if databases.server else {}
    return {**kept, **given, **where, **more, "PYTHONUNBUFFERED": "1"}


class Server:
    """A server with these settings more: one process on a file, two where the database is on a server.

    It can be stopped and started again on the same port.
    """

    def __init__(self, first: Path, folder: Path, **more: str) -> None:
        self.folder, self._more = folder, more
        copy_folder(first, folder)
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it and wait until it says where it is."""
        self._log = (self.folder / "log").open("a+")
        self._process = subprocess.Popen(
            [*GUNICORN, CONFIGURATION] if databases.server else [DUOLOGUE, "serve"],
            env=_settings(self.folder, self.port, **self._more),
            cwd=self.folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        found = self._address()
        self.address, self.port = found.group(1), int(found.group(2))

    def run(self, *command: str) -> None:
        """What an operator does beside it: `duologue` with these words."""
        subprocess.run([DUOLOGUE, *command], env=_settings(self.folder, **self._more), check=True, capture_output=True)

    def _address(self) -> re.Match:
        began, deadline = self._log.tell(), time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            self._log.seek(began)
            if found := ADDRESS.search(self._log.read()):
                return found
            time.sleep(0.01)
        raise AssertionError(f"The server did not start:\n{self.log}")

    def stop(self) -> None:
        """Ask it to stop (SIGTERM), and wait until it has."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        finally:
            self._process.kill()
            self._process.wait()
            self._log.close()

    @property
    def log(self) -> str:
        """All that it has said."""
        return (self.folder / "log").read_text()


class Network:
    """Stands between a browser and the server. `cut` ends every connection and takes no new one; `freeze` lets
    nothing through, without a word to either end; `restore` is what everybody hopes for."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._flows = threading.Event()
        self._flows.set()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._is_cut = self._is_closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Nothing gets through, and both ends notice."""
        self._is_cut = True
        self._end_all()

    def freeze(self) -> None:
        """Nothing gets through, and nobody is told."""
        self._flows.clear()

    def restore(self) -> None:
        """Everything gets through again."""
        self._is_cut = False
        self._flows.set()

    def close(self) -> None:
        """Leave nothing open."""
        self._is_closed = True
        self.cut()
        self._flows.set()
        # Wakes the thread that waits for the next connection.
        with socket.create_connection(("127.0.0.1", self.port), timeout=5):
            pass
        self._listener.close()

    def _accept(self) -> None:
        while True:
            near, _ = self._listener.accept()
            if self._is_closed:
                near.close()
                return
            if self._is_cut:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._server))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self._flows.wait()
                sink.sendall(data)
        except OSError:
            pass
        finally:
            self._end(source, sink)

    def _end(self, *ends: socket.socket) -> None:
        with self._lock:
            for end in self._open.intersection(ends):
                self._open.discard(end)
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _end_all(self) -> None:
        with self._lock:
            ends = tuple(self._open)
        self._end(*ends)
