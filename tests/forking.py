"""A process that has imported the command line waits, and forks for each command: what that takes is paid once."""

import atexit
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

# What commands import when they begin, and later.
MODULES = ("commands", "archive_import", "backups", "database", "erasure", "moving", "owndata", "people", "retention")
LONGEST_MESSAGE = 1 << 20
PATIENCE_SECONDS = 60


class Waiting:
    """The process that waits. It ends with whoever holds this."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.settimeout(PATIENCE_SECONDS)
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        root = Path(__file__).parents[1]
        with theirs:
            self._process = subprocess.Popen(command, env={"PATH": ""}, cwd=root, pass_fds=[theirs.fileno()])

    def run(self, arguments: tuple[str, ...], environ: dict[str, str], folder: Path) -> subprocess.CompletedProcess:
        """What a command says, and how it ends."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(os.devnull) as nothing:
            message = json.dumps([arguments, environ, str(folder)]).encode()
            socket.send_fds(self._ours, [message], [nothing.fileno(), out.fileno(), err.fileno()])
            code = int(self._ours.recv(100))
            said = [_read(file) for file in (out, err)]
        return subprocess.CompletedProcess(arguments, code, *said)

    def end(self) -> None:
        """Have it end."""
        self._ours.close()
        self._process.wait(PATIENCE_SECONDS)


@cache
def waiting() -> Waiting:
    """The one of this process."""
    found = Waiting()
    atexit.register(found.end)
    return found


def _read(file) -> str:
    file.seek(0)
    return file.read().decode()


def wait(asked: socket.socket) -> None:
    """Fork for each command that is asked for; comes back in the child alone, and at the end."""
    while True:
        message, files, *_ = socket.recv_fds(asked, LONGEST_MESSAGE, 3)
        if not message:
            os._exit(0)
        child = os.fork()
        if not child:
            asked.close()
            return become(*json.loads(message), files)
        for file in files:
            os.close(file)
        asked.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def become(arguments: list[str], environ: dict[str, str], folder: str, files: list[int]) -> None:
    """Be as if begun with these."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["duologue", *arguments]


if __name__ == "__main__":
    for module in MODULES:
        importlib.import_module(module)
    wait(socket.socket(fileno=int(sys.argv[1])))
    sys.exit(importlib.import_module("commands").main())
