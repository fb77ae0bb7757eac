"""The short id of each request: what a person can quote, and what every line of the log about it carries."""

import os
from contextvars import ContextVar

from rows import ID_LETTERS

LENGTH = 10
# Any byte as one of the 32 letters: so an id costs half a microsecond.
_LETTERS = bytes(ord(ID_LETTERS[number % len(ID_LETTERS)]) for number in range(256))
_current: ContextVar[str] = ContextVar("request_id", default="")


def begin() -> str:
    """A new id, for whatever is done here from now on. Nothing that was sent goes into it."""
    id = os.urandom(LENGTH).translate(_LETTERS).decode()
    _current.set(id)
    return id


def end() -> None:
    """What is done here from now on belongs to no request."""
    _current.set("")


def current() -> str:
    """The id of the request that is being answered here; empty when there is none."""
    return _current.get()
