"""Does what takes many calls within calls in a greenlet of its own, for the sake of those that wait for hours.

A greenlet keeps the room that its deepest call took for as long as it lives, up to 16 kB: of such pieces CPython makes
its stack of frames (`DATA_STACK_CHUNK_SIZE`). Thousands of open pages each have a greenlet that does hardly more than
wait; so what they now and then have to do is done aside, and its room goes with it.
"""

from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet


def aside(work: Callable, *arguments: Any) -> Any:
    """What the work gives or raises: as if it were called here, and with the same context.

    It goes on to its end even where whoever waits for it here gives up.
    """
    other = greenlet(work)
    other.gr_context = getcurrent().gr_context
    return other.switch(*arguments)
