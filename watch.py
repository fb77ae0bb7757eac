"""Looks, every few moments, whether the database is ahead of what open pages were told, and has those sent whole.

That mends whatever got lost: a process killed between a commit and its announcement, a message that did not arrive, a
change made by a command of another process.
"""

import json
import time
from collections import deque
from collections.abc import Collection, Iterator
from itertools import islice
from typing import NamedTuple

import gevent

import live
from rounds import Rounds
from rows import db

# Whoever has not looked for so long does not look any more.
LATELY_SECONDS = 30.0
# So many at a time: in between, others get their turn.
ASKED_AT_ONCE = 500


class Found(NamedTuple):
    """A pair as the database has it."""

    id: str
    manager_id: str
    report_id: str
    version: int


class Watch(Rounds):
    """What one process's looks found. A version found at one look has to be announced before the next one."""

    name = "watch"
    seconds = 1.5

    def __init__(self) -> None:
        super().__init__()
        self.mended = 0
        self._looked_at = time.monotonic()
        self._seen: dict[str, int] = {}
        self._due: list[tuple[Found, range]] = []
        # What was announced since the look before the last, the last, and this one.
        self._heard: deque[set[tuple[str, int]]] = deque([set()], maxlen=3)

    @property
    def is_well(self) -> bool:
        """Whether it has looked lately."""
        return time.monotonic() - self._looked_at < LATELY_SECONDS

    def begin(self) -> None:
        """Look now and then until the end."""
        live.hearers.append(self.hear)
        super().begin()

    def end(self) -> None:
        """Look no more."""
        super().end()
        live.hearers.remove(self.hear)

    def hear(self, pair: str, counted: tuple[int, ...]) -> None:
        """These versions of a pair have been announced."""
        self._heard[-1].update((pair, version) for version in counted)

    def look(self) -> None:
        """Have those pages sent whole whose pair has a version that was due; see which are due at the next look."""
        self._heard.append(set())
        for found, versions in self._due:
            if not all(any((found.id, version) in heard for heard in self._heard) for version in versions):
                self.mended += 1
                live.show_all(found)
        self._due = []
        self._see()
        self._looked_at = time.monotonic()

    def _see(self) -> None:
        pairs, people = live.watched()
        before, self._seen = {**pairs, **self._seen}, {}
        for found in _find(pairs, people):
            if found.id in self._seen:
                continue
            seen = before.get(found.id, found.version)
            if found.version > seen:
                self._due.append((found, range(seen + 1, found.version + 1)))
            self._seen[found.id] = found.version


def _find(pairs: Collection[str], people: Collection[str]) -> Iterator[Found]:
    """The pairs with these ids, and those of these people; some may come twice."""
    for column, ids in (("id", pairs), ("manager_id", people), ("report_id", people)):
        waiting = iter(ids)
        while some := list(islice(waiting, ASKED_AT_ONCE)):
            each = db.param.join(db.each_of)
            sql = f'SELECT "id", "manager_id", "report_id", "version" FROM "pair" WHERE "{column}" IN {each}'  # noqa: S608 - our own names alone
            with db.connection_context():
                rows = db.execute_sql(sql, [json.dumps(some)]).fetchall()
            yield from map(Found._make, rows)
            gevent.sleep(0)
