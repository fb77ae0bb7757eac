"""How the log is written: one line per event, whatever came from outside escaped, and nobody's words in it.

A failure is told by its type and the places in the code that it went through, never by its message: that could quote
what somebody wrote.
"""

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType

import request_ids
from config import Config

LONGEST = 2_000


def begin(config: Config) -> None:
    """Log to the standard error stream in the format of these settings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson() if config.log_format == "json" else AsText())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    threading.excepthook = _tell_of_thread


def _tell_of_thread(failed: threading.ExceptHookArgs) -> None:
    """A thread has ended by a failure."""
    trail = failed.exc_traceback
    logging.getLogger("thread").error("event=failed", exc_info=(failed.exc_type, failed.exc_value, trail))  # type: ignore[arg-type]


class AsText(logging.Formatter):
    """2026-03-03T10:00:00Z INFO audit event=sign-in number=3 chain=… request=k3f9…"""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        told = escaped(_told(record)) + "".join(f" {name}={value}" for name, value in _request().items())
        return " ".join((_moment(record), record.levelname, record.name, told))


class AsJson(logging.Formatter):
    """The same as one JSON object per line: at, level, room, request (if there is one), and what was told."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        found = {"at": _moment(record), "level": record.levelname, "room": record.name, **_request()}
        return json.dumps({**_parts(escaped(_told(record))), **found}, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _request() -> dict[str, str]:
    """What tells which request this belongs to, if it belongs to one."""
    id = request_ids.current()
    return {"request": id} if id else {}


def _told(record: logging.LogRecord) -> str:
    if record.exc_info and record.exc_info[0]:
        return failure(record.exc_info[0], record.exc_info[2])
    return record.getMessage()


def failure(kind: type[BaseException], trail: TracebackType | None) -> str:
    """What is told of a failure: event=failed type=ValueError trail=items.py:12<app.py:809."""
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(trail)]
    return f"event=failed type={kind.__name__} trail={'<'.join(reversed(places[-12:]))}"


def escaped(text: str) -> str:
    """The text on one line: what cannot be printed, and the backslash, as Python would write it."""
    safe = "".join(letter if letter.isprintable() and letter != "\\" else repr(letter)[1:-1] for letter in text)
    return safe if len(safe) <= LONGEST else safe[:LONGEST] + "…"


def _parts(text: str) -> dict[str, str]:
    """event=… and its fellows by name; anything else as what it is."""
    parts = [part.partition("=") for part in text.split(" ")]
    if all(separator and name.isidentifier() for name, separator, _ in parts):
        return {name: value for name, _, value in parts}
    return {"message": text}
