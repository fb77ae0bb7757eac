"""What the processor's time was spent on, by room and by library, from what inside.py saw."""

from typing import Any

from bench.figures import Figure
from bench.pictures import Bar, bars

# What takes less than this is not told.
LEAST_PERCENT = 1.0


def told(seen: dict[str, Any] | None, each_ms: float) -> list[Figure]:
    """The shares of our rooms, with what they called, then those of the libraries; and of each piece of work, in ms."""
    if not seen:
        return []
    return [
        *_shares("called from", seen["rooms"], each_ms),
        *_shares("in", seen["libraries"], each_ms),
    ]


def _shares(where: str, found: dict[str, int], each_ms: float) -> list[Figure]:
    whole = sum(found.values()) or 1
    largest = sorted(found.items(), key=lambda pair: -pair[1])
    return [
        Figure(f"  {where} {name}: {number / whole * 100:.1f} %", number / whole * each_ms, "ms")
        for name, number in largest
        if number / whole * 100 >= LEAST_PERCENT
    ]


def picture(title: str, figures: list[Figure]) -> str:
    """The rooms, with what they called, by their milliseconds."""
    found = [figure for figure in figures if figure.what.strip().startswith("called from")]
    rows = [
        Bar(figure.what.replace("called from", "").strip(), figure.value, f"{figure.value:.2f} ms") for figure in found
    ]
    return bars(title, "Processor time per edit, by the file of ours that was at work or had called a library.", rows)
