"""A real server process on a database of its own, started, watched and stopped from outside."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from bench import databases, processors

# What is measured: another installation where MEASURED names it, such as one without what PostgreSQL and tests need.
PROGRAM = os.environ.get("MEASURED") or str(Path(sys.executable).with_name("duologue"))
GUNICORN = (str(Path(sys.executable).with_name("gunicorn")), "--config")
CONFIGURATION = str(Path(__file__).parents[1] / "deploy" / "gunicorn.conf.py")
LISTENING = re.compile(r"Listening at: http://[^ ]*:(\d+) ")
PATIENCE_SECONDS = 20.0


class Server:
    """`duologue serve` with its database in `folder`, on any free port. As a context manager it runs inside it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        where = {"DATA_DIR": str(folder), **databases.settings(folder)}
        self.environ = {**os.environ, **where, "SIGN_IN": "demo", "PORT": "0", **settings}

    def run(self, *command: str, told: str = "") -> str:
        """Run another command of the program, or a script, on the same database, told this; gives what it printed."""
        done = subprocess.run(command, env=self.environ, check=True, input=told, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def make_demo(self) -> None:
        """Make the database, with the demo's people."""
        self.run(PROGRAM, "demo")

    def start(self) -> "Server":
        """Start the process and wait until it listens."""
        self.started_at = time.monotonic()
        self.process = self.spawn(PROGRAM, "serve")
        self.wait()
        return self

    def spawn(self, *command: str) -> subprocess.Popen:
        """Start a process that serves, or will when it is told to."""
        with (self.folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                command, env=self.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def wait(self) -> None:
        """Wait until the process listens, and note where."""
        self.address = "127.0.0.1", self._port()

    def _port(self) -> int:
        for line in self.process.stdout:
            if "http://" in line:
                return int(line.rsplit(":", 1)[1])
        raise RuntimeError(f"The server did not start: {self.log()}")

    @property
    def origin(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"

    def log(self) -> str:
        """What the server has written to its log so far."""
        return (self.folder / "server.log").read_text("utf-8")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop, and wait until it has; gives its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *problem) -> None:
        if self.process.poll() is None:
            self.kill()

    def cpu_seconds(self) -> float:
        """What the process has used of the processor so far, its own and the system's for it."""
        return processors.seconds(self.process.pid)

    def resident_bytes(self) -> int:
        """What the process holds in memory."""
        return psutil.Process(self.process.pid).memory_info().rss

    def answering(self) -> list[int]:
        """The ids of the processes that answer."""
        return [self.process.pid]

    def homes(self) -> dict[int, int]:
        """Which process holds which connection: the port at the other end → the process."""
        return {
            connection.raddr.port: pid
            for pid in self.answering()
            for connection in psutil.Process(pid).net_connections("tcp")
            if connection.raddr
        }


class Inside(Server):
    """The same with an eye inside it: see inside.py."""

    def start(self) -> "Inside":
        """Start the process and wait until it listens."""
        self.started_at = time.monotonic()
        self._seen = self.folder / "seen.json"
        self.process = self.spawn(sys.executable, "-m", "bench.inside", str(self._seen), "serve")
        self.wait()
        return self

    def look(self) -> None:
        """Begin to look anew."""
        self.process.send_signal(signal.SIGUSR1)

    def seen(self) -> dict:
        """What was seen since, and how much of everything there is."""
        self._seen.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR2)
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while not self._seen.exists():
            if time.monotonic() > ends_at:
                raise RuntimeError(f"The server does not tell what was seen: {self.log()}")
            time.sleep(0.02)
        return json.loads(self._seen.read_text("utf-8"))


class Gunicorn(Server):
    """The same under gunicorn, by deploy/gunicorn.conf.py; `process` is gunicorn's first one, which answers nobody."""

    def start(self, *more: str) -> "Gunicorn":
        """Start gunicorn, with these arguments more, and wait until it listens."""
        self.started_at = time.monotonic()
        self._begins = (self.folder / "server.log").stat().st_size if (self.folder / "server.log").exists() else 0
        self.process = self.spawn(*GUNICORN, CONFIGURATION, *more)
        self.wait()
        return self

    def _port(self) -> int:
        while not (found := LISTENING.search(self.log()[self._begins :])):
            if self.process.poll() is not None:
                raise RuntimeError(f"The server did not start: {self.log()}")
            time.sleep(0.01)
        return int(found[1])

    def workers(self) -> list[int]:
        """The ids of the processes that answer, or are about to."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def answering(self) -> list[int]:
        """The same."""
        return self.workers()

    def reload(self) -> None:
        """Have gunicorn put new processes in the place of these."""
        self.process.send_signal(signal.SIGHUP)

    def cpu_seconds(self) -> float:
        """What all its processes have used so far."""
        return super().cpu_seconds() + sum(map(processors.seconds, self.workers()))

    def resident_bytes(self) -> int:
        """What all its processes hold in memory; what they share counts for each."""
        return super().resident_bytes() + sum(psutil.Process(pid).memory_info().rss for pid in self.workers())
