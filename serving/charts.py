"""Stacked bars as a page draws them: places across are per cent, heights are pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 120.0
MOST_TICKS = 7
WIDEST = 7.0  # of a bar, in per cent of the chart
EDGE = 5.0  # where a centred name might be cut off
Parts = Sequence[tuple[str, float]]  # style and value, from the ground up


@dataclass(frozen=True)
class Segment:
    """A part of a bar, by the name of its style."""

    style: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """A slice of time."""

    x: float
    width: float
    segments: list[Segment]


@dataclass(frozen=True)
class Tick:
    """A name below the bars; a minor one is left out where there is little room."""

    x: float
    anchor: str  # of the text at x: start, middle or end
    text: str
    minor: bool


@dataclass(frozen=True)
class Chart:
    """Stacked bars. `top` is what the height stands for."""

    title: str
    top: float
    unit: str
    bars: list[Bar]
    ticks: list[Tick]


def draw_bars(title: str, unit: str, slices: Sequence[tuple[str, Parts]], top: float) -> Chart:
    """A bar for each slice, which has a name and parts."""
    slot = 100 / max(1, len(slices))
    width = min(WIDEST, slot * 0.8)
    bars = [
        Bar(round((n + 0.5) * slot - width / 2, 3), round(width, 3), _stack(parts, top))
        for n, (_, parts) in enumerate(slices)
    ]
    return Chart(title, top, unit, bars, _ticks([name for name, _ in slices], slot))


def highest(slices: Sequence[Parts]) -> float:
    """The height of the highest bar."""
    return max((sum(value for _, value in parts) for parts in slices), default=0)


def round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten."""
    power = 1.0
    while power * 10 < value:
        power *= 10
    return next((power * n for n in (1, 2, 3, 4, 5, 6, 8) if power * n >= value), power * 10)


def _stack(parts: Parts, top: float) -> list[Segment]:
    """From the ground up, the first part lowest."""
    segments, y = [], HEIGHT
    for style, value in parts:
        height = HEIGHT * value / top
        y -= height
        if height:
            segments.append(Segment(style, round(y, 2), round(height, 2)))
    return segments


def _ticks(names: Sequence[str], slot: float) -> list[Tick]:
    step = max(1, -(-len(names) // MOST_TICKS))
    ticks = []
    for number, n in enumerate(range(0, len(names), step)):
        x = (n + 0.5) * slot
        anchor = "start" if x < EDGE else "end" if x > 100 - EDGE else "middle"
        x = {"start": n * slot, "end": (n + 1) * slot}.get(anchor, x)
        ticks.append(Tick(round(x, 3), anchor, names[n], number % 2 == 1))
    return ticks
