"""Pictures of figures as SVG: bars and lines, legible on light and on dark pages, every value said as text."""

import math
from collections.abc import Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, LABELS, VALUES = 860, 330, 150
ROW, TOP, BOTTOM = 30, 64, 34
LEFT, HEIGHT, RIGHT = 70, 280, 250
# What stands above a chart: its title, its note, and what its axis shows.
HEAD = 92
STYLE = """
  .page { fill: #ffffff } .ink { fill: #1c1f23 } .soft { fill: #5b636d } .rule { stroke: #d5d9de }
  .c0 { --c: #1f5fbf } .c1 { --c: #b3470b } .c2 { --c: #1a7a3c } .c3 { --c: #7a3fc4 } .limit { stroke: #c2185b }
  @media (prefers-color-scheme: dark) {
    .page { fill: #15181c } .ink { fill: #e9ecef } .soft { fill: #a9b1ba } .rule { stroke: #3a4149 }
    .c0 { --c: #79b4ff } .c1 { --c: #ffab70 } .c2 { --c: #7ee2a0 } .c3 { --c: #c3a1ff } .limit { stroke: #ff79b0 }
  }
  text { font: 14px system-ui, sans-serif } .title { font-size: 18px; font-weight: 600 } .small { font-size: 12.5px }
  .bar { fill: var(--c) } .line { stroke: var(--c); fill: none; stroke-width: 2.5 } .dot, .name { fill: var(--c) }
  .limit { stroke-width: 2; stroke-dasharray: 5 4 }
"""


class Bar(NamedTuple):
    """One bar: how long it is, what is written beside it, and how long it may be."""

    label: str
    value: float
    text: str
    limit: float | None = None


class Axis(NamedTuple):
    """What an axis shows, with its unit."""

    what: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.what} ({self.unit})" if self.unit else self.what


Lines = dict[str, list[tuple[float, float]]]


def bars(title: str, note: str, rows: list[Bar]) -> str:
    """Horizontal bars, one below the other; a dashed mark where a bar has to end."""
    most = max([row.value for row in rows] + [row.limit or 0 for row in rows]) or 1
    scale = (WIDTH - LABELS - VALUES) / most
    body = "".join(_bar(row, TOP + number * ROW, scale) for number, row in enumerate(rows))
    told = "; ".join(f"{row.label.strip()}: {row.text}" for row in rows)
    return _picture(title, note, told, TOP + len(rows) * ROW + BOTTOM, body)


def _bar(row: Bar, top: float, scale: float) -> str:
    width = max(row.value * scale, 1)
    parts = [
        _text(LABELS - 10, top + 15, row.label, "ink", "end"),
        f'<rect class="bar c0" x="{LABELS}" y="{top}" width="{width:.1f}" height="20" rx="2"/>',
    ]
    end = width
    if row.limit is not None:
        x = LABELS + row.limit * scale
        parts.append(f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 3}" y2="{top + 23}"/>')
        end = max(width, row.limit * scale)
    return "".join([*parts, _text(LABELS + end + 8, top + 15, row.text, "ink")])


def lines(title: str, note: str, x: Axis, y: Axis, series: Lines, limit: float | None = None) -> str:
    """Lines over a common axis, each with its name at its end; a dashed line that all have to stay below."""
    points = [point for line in series.values() for point in line]
    far, high = _round_up(max(at for at, _ in points)), _round_up(max([value for _, value in points] + [limit or 0]))
    frame = _Frame(far, high)
    parts = [*frame.grid(x, y)]
    if limit is not None:
        at = frame.y(limit)
        parts.append(f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(_text(LEFT + 6, at - 6, f"budget {_number(limit)} {y.unit}", "soft small"))
    places = frame.apart({name: line[-1][1] for name, line in series.items()})
    for number, (name, line) in enumerate(series.items()):
        parts.append(frame.line(line, number))
        parts.append(
            _text(WIDTH - RIGHT + 8, places[name] + 4, f"{name}: {_number(line[-1][1])}", f"name c{number % 4}")
        )
    told = "; ".join(
        f"{name}: " + ", ".join(f"{_number(value)} at {_number(at)}" for at, value in line)
        for name, line in series.items()
    )
    return _picture(title, note, f"{y} by {x}. {told}", HEAD + HEIGHT + 60, "".join(parts))


class _Frame:
    """The area of a chart, from nothing to what its axes reach."""

    def __init__(self, far: float, high: float) -> None:
        self._far, self._high = far, high

    def x(self, value: float) -> float:
        return LEFT + value / self._far * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEAD + HEIGHT - value / self._high * HEIGHT

    def grid(self, x: Axis, y: Axis) -> Iterator[str]:
        """The ticks of both axes, and what they show."""
        for step in range(5):
            value, at = self._high * step / 4, HEAD + HEIGHT - HEIGHT * step / 4
            yield f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>'
            yield _text(LEFT - 8, at + 4, _number(value), "soft small", "end")
            where = self._far * step / 4
            yield _text(self.x(where), HEAD + HEIGHT + 20, _number(where), "soft small", "middle")
        yield _text(self.x(self._far / 2), HEAD + HEIGHT + 44, str(x), "ink", "middle")
        yield _text(16, HEAD - 14, str(y), "ink")

    def line(self, points: list[tuple[float, float]], number: int) -> str:
        """One line, with a dot at each point where there are few."""
        places = [f"{self.x(at):.1f},{self.y(value):.1f}" for at, value in points]
        dots = [place.split(",") for place in places] if len(places) <= 20 else []
        marks = "".join(f'<circle class="dot c{number % 4}" cx="{at}" cy="{up}" r="3.5"/>' for at, up in dots)
        return f'<polyline class="line c{number % 4}" points="{" ".join(places)}"/>{marks}'

    def apart(self, ends: dict[str, float]) -> dict[str, float]:
        """Where the names of the lines stand: at their ends, but none over another."""
        found: dict[str, float] = {}
        last = -math.inf
        for name in sorted(ends, key=lambda name: -ends[name]):
            last = found[name] = max(self.y(ends[name]), last + 18)
        return found


def _number(value: float) -> str:
    """Three digits or four, as people write them."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def _round_up(value: float) -> float:
    """The next number that is easy to read."""
    size = 10 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * size >= value * 0.999)


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _picture(title: str, note: str, told: str, height: float, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'aria-labelledby="title told">\n<title id="title">{escape(title)}</title>\n'
        f'<desc id="told">{escape(told)}</desc>\n<style>{STYLE}</style>\n'
        f'<rect class="page" width="{WIDTH}" height="{height:g}"/>\n'
        f"{_text(16, 26, title, 'ink title')}{_text(16, 46, note, 'soft small')}\n{body}\n</svg>\n"
    )
