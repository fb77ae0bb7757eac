"""The real command line, run on the database of a test."""

import os
import subprocess
from pathlib import Path

from bench import databases

from .forking import waiting


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess:
    """Run a command with its database in `folder`; what it said, and how it ended."""
    environ = {"PATH": os.environ["PATH"], "SIGN_IN": "demo", "DATA_DIR": str(folder), **settings}
    environ = {**databases.settings(Path(environ["DATA_DIR"])), **environ}
    return waiting().run(arguments, environ, folder)


def said(done: subprocess.CompletedProcess) -> str:
    """What a command said that went well."""
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def refused(done: subprocess.CompletedProcess) -> str:
    """The one sentence or two with which a command refused."""
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stderr.startswith("duologue: ")
    return done.stderr.strip()
