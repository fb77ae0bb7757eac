"""The load process from outside: started, told what to do, and watched."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import processors
from bench.server import Server

ROOT = Path(__file__).parents[1]


class Load:
    """The process that makes the load; see load.py for what it can be told."""

    def __init__(self, server: Server, pairs: list[dict]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.load"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._tell(address=server.address, pairs=pairs)

    def do(self, task: str, **more: Any) -> Any:
        """Have a task done; gives its outcome."""
        return self._tell(task=task, **more)

    def _tell(self, **line: Any) -> Any:
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        outcome = self._process.stdout.readline()
        if not outcome:
            raise SystemExit("The load ended before its time; see above.")
        return json.loads(outcome)

    def cpu_seconds(self) -> float:
        """What the process has used of the processor so far."""
        return processors.seconds(self._process.pid)

    def end(self) -> None:
        """Leave all pages."""
        with self._process:
            self._process.kill()


@contextmanager
def loaded(server: Server, pairs: list[dict]) -> Iterator[Load]:
    """The load process, for so long."""
    load = Load(server, pairs)
    try:
        yield load
    finally:
        load.end()
