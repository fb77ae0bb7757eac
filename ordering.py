"""Where something stands on an agenda, as a number: the individual's part comes first, then the manager's."""

# Two positions closer than this are as good as one.
TIGHT = 1e-6
# What a manager adds comes from here on. It is one number for all, so that it tells nothing of the other's drafts.
MANAGERS_PART = 1_000.0
BOUNDLESS = 1e12
# From where to where each of the two parts goes.
INDIVIDUALS, MANAGERS = (-BOUNDLESS, MANAGERS_PART), (MANAGERS_PART, BOUNDLESS)


def after_the_individuals(last: float | None) -> float:
    """The end of the individual's part, after `last`: however much it holds, it never reaches the manager's."""
    low = last or 0.0
    return low + min((MANAGERS_PART - low) / 2, 1)


def after_all(last: float | None) -> float:
    """The end of the manager's part, after `last`, which may be the individual's."""
    return max(MANAGERS_PART, last or 0.0) + 1


def ahead_of(first: float | None, count: int) -> list[float]:
    """So many positions, in order, before the `first` of the individual's part."""
    start = (1.0 if first is None else first) - 1 - count
    return [start + n for n in range(1, count + 1)]


def ahead_of_the_managers(first: float | None, count: int) -> list[float]:
    """So many positions, in order, before the `first` of the manager's part and within it."""
    step = 1.0 if first is None else (first - MANAGERS_PART) / (count + 1)
    return [MANAGERS_PART + step * n for n in range(1, count + 1)]


def fit(others: list[float], place: int, is_managers: bool) -> tuple[float, list[float]]:
    """A position at that place among `others`, and theirs, which are spread out again where it gets too tight.

    What a manager brought leaves the manager's part only for among others.
    """
    low, high = _around(others, place, is_managers)
    if low is not None and high is not None and high - low < TIGHT:
        others = [n + (MANAGERS_PART if position >= MANAGERS_PART else 0.0) for n, position in enumerate(others, 1)]
        low, high = _around(others, place, is_managers)
    return _between(low, high), others


def _around(others: list[float], place: int, is_managers: bool) -> tuple[float | None, float | None]:
    low = others[place - 1] if place else None
    high = others[place] if place < len(others) else None
    if is_managers and (high is None or high > MANAGERS_PART):
        low = max(low or 0.0, MANAGERS_PART)
    return low, high


def _between(low: float | None, high: float | None) -> float:
    if low is None:
        return 1.0 if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2
