"""Counts for rate limits, in this process's memory."""

import time

from limits.storage.base import Storage

MOST_COUNTS = 50_000


class Counts(Storage):
    """Counts that expire. The package's own storage begins a thread at nearly every count to sweep up after itself:
    under gevent that takes longer than all else that an edit does here, and lets other requests go on meanwhile.
    """

    STORAGE_SCHEME = ["counts"]
    base_exceptions = ()

    def __init__(self) -> None:
        super().__init__()
        # Key → how many, and until when they count: by a clock that nobody sets.
        self._counts: dict[str, tuple[int, float]] = {}

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count once more; how many that makes. A new count holds for `expiry` seconds."""
        if len(self._counts) > MOST_COUNTS:
            self._sweep()
        count, until = self._counts.get(key, (0, 0.0))
        if until <= time.monotonic():
            count, until = 0, time.monotonic() + expiry
        self._counts[key] = count + amount, until
        return count + amount

    def get(self, key: str) -> int:
        """How many there are now."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """Until when they count, as the clock on the wall shows it now."""
        _, until = self._counts.get(key, (0, time.monotonic()))
        return time.time() + until - time.monotonic()

    def check(self) -> bool:
        """Whether it works."""
        return True

    def reset(self) -> int:
        """Forget all; how many counts there were."""
        found = len(self._counts)
        self._counts.clear()
        return found

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counts.pop(key, None)

    def _sweep(self) -> None:
        now = time.monotonic()
        self._counts = {key: count for key, count in self._counts.items() if count[1] > now}
