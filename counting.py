"""How often something may happen in a minute, counted in this process's memory.

A minute begins with the first that is counted in it. What libraries for this add to it is stores for several servers,
at three megabytes; each process counts for itself here.
"""

import time

MOST_COUNTS = 50_000
SECONDS = 60.0


class PerMinute:
    """So many a minute, for each whom it is counted for. Two limits are counted apart, even where they say the same."""

    def __init__(self, most: int) -> None:
        self.most = most


class Counts:
    """What was counted for whom towards which limit, and until when it counts: by a clock that nobody sets."""

    def __init__(self) -> None:
        self._counts: dict[tuple[PerMinute, *tuple[str, ...]], tuple[int, float]] = {}

    def hit(self, limit: PerMinute, *who: str) -> bool:
        """Count once more for this name, or these together; whether that is still within the limit."""
        if len(self._counts) > MOST_COUNTS:
            self._sweep()
        now = time.monotonic()
        count, until = self._counts.get((limit, *who), (0, 0.0))
        if until <= now:
            count, until = 0, now + SECONDS
        self._counts[limit, *who] = count + 1, until
        return count < limit.most

    def __len__(self) -> int:
        return len(self._counts)

    def clear(self) -> None:
        """Forget all."""
        self._counts.clear()

    def _sweep(self) -> None:
        now = time.monotonic()
        self._counts = {key: count for key, count in self._counts.items() if count[1] > now}
