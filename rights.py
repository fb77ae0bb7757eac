"""Looks, every few moments, whether those who have pages open may (still) see them; the pages of all others end.

One look at all of a process's pages together takes a small part of what it takes when each looks for itself.
"""

import time
from collections.abc import Collection
from itertools import islice

import gevent

import clock
import live
import models
from auth import Doorkeeper
from live import GONE, SIGNED_OUT, Listener
from rounds import Rounds
from rows import db

# So many at a time: in between, others get their turn.
ASKED_AT_ONCE = 100


class Rights(Rounds):
    """One process's looks at the pages that are open there."""

    name = "rights"
    seconds = 5.0

    def __init__(self, keeper: Doorkeeper) -> None:
        super().__init__()
        self._keeper = keeper

    def look(self) -> None:
        """Look at every page. What goes wrong with some is raised when the others have been looked at."""
        waiting, problems = iter(live.everybody()), []
        while some := list(islice(waiting, ASKED_AT_ONCE)):
            try:
                look_at(some, self._keeper)
            except Exception as problem:
                problems.append(problem)
            gevent.sleep(0)
        if problems:
            raise problems[0]


def look_at(pages: Collection[Listener], keeper: Doorkeeper) -> None:
    """End those of these pages whose person may not see them any more; the others have been looked at as of now."""
    began = time.monotonic()
    with db.connection_context():
        signed_in = keeper.still_hold({page.session for page in pages if page.session})
        readers = models.readers_of({page.pair for page in pages if page.pair})
    for page in pages:
        if page.session not in signed_in:
            page.end(SIGNED_OUT)
        elif _has_run_out(page) or (page.pair and (page.pair, page.person) not in readers):
            page.end(GONE)
        else:
            page.looked_at = began


def _has_run_out(page: Listener) -> bool:
    """Whether the moment has come at which a page of several pairs ends by itself."""
    return bool(page.ends_at and page.ends_at <= clock.now())
