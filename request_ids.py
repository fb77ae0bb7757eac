"""The short id of each request: what a person can quote, and what every line of the log about it carries."""

from contextvars import ContextVar

from rows import new_id

LENGTH = 10
_current: ContextVar[str] = ContextVar("request_id", default="")


def begin() -> str:
    """A new id, for whatever is done here from now on. Nothing that was sent goes into it."""
    id = new_id(LENGTH)
    _current.set(id)
    return id


def end() -> None:
    """What is done here from now on belongs to no request."""
    _current.set("")


def current() -> str:
    """The id of the request that is being answered here; empty when there is none."""
    return _current.get()
