"""Has a document written in a format: whole and in time, or not at all, while everybody else's pages stay alive."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from documents import Document, markdown

PDF, WORD, MARKDOWN = "pdf", "docx", "md"
# What is written in a process of its own (it takes long, and much memory), and how such a file begins.
BEGINNINGS = {PDF: b"%PDF-", WORD: b"PK"}
SECONDS = 20
SECONDS_TO_WAIT = 10
AT_ONCE = 2
# What a process needs to know of this one: none of its settings and keys.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")

_places = BoundedSemaphore(AT_ONCE)
log = logging.getLogger("export")


# Why one could not even begin.
BUSY = "busy"


class NotWritten(Exception):
    """A document that could not be written. Nothing of it is left anywhere, so it can be tried again."""


def written(document: Document, extension: str) -> bytes:
    """The document as a file of this kind: pdf, docx or md. Raises NotWritten."""
    data = document.data()
    if extension == MARKDOWN:
        return markdown.write(data)
    if not _places.acquire(timeout=SECONDS_TO_WAIT):
        raise NotWritten(BUSY)
    try:
        return _in_its_own_process(json.dumps(data).encode(), extension)
    finally:
        _places.release()


def _in_its_own_process(data: bytes, extension: str) -> bytes:
    environ = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    # One thread is as fast here as two, and leaves the others to who types.
    environ["RAYON_NUM_THREADS"] = "1"
    how: dict[str, Any] = {"input": data, "capture_output": True, "timeout": SECONDS, "env": environ, "check": False}
    try:
        done = subprocess.run(_command(extension), **how)  # noqa: S603, PLW1510
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise _not_written(extension, type(problem).__name__) from None
    if done.returncode or not done.stdout.startswith(BEGINNINGS[extension]):
        said = done.stderr.decode(errors="replace").strip()
        # The kind of a problem is one word; whatever else a process says at its end might be what people wrote.
        raise _not_written(extension, said if said.isidentifier() else f"status {done.returncode}")
    return done.stdout


def _command(extension: str) -> list[str]:
    return [_python(), "-I", "-m", "documents", extension]


def _not_written(extension: str, why: str) -> NotWritten:
    log.error("format=%s failed=%s", extension, why)
    return NotWritten(why)


def _python() -> str:
    """The interpreter that our packages are installed for; within a web server, sys.executable is the server."""
    places = [Path(sys.prefix, "bin", "python3"), Path(sys.prefix, "Scripts", "python.exe")]
    return str(next((place for place in places if place.exists()), sys.executable))
