"""Bars as a page draws them: places across are per cent, heights are pixels."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from serving.archive.counts import Counts, OverTime, Slice

HEIGHT = 120.0
MOST_TICKS = 7
WIDEST = 7.0  # of a bar, in per cent of the chart
EDGE = 5.0  # where a centred name might be cut off
LEAST = 20  # articles checked, for a share to be drawn
MOST_ROWS = 12
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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


@dataclass(frozen=True)
class Ranking:
    """Names with their counts, as bars; `whole` is what the full width stands for."""

    title: str
    rows: list[tuple[str, int]]
    style: str
    whole: int


def rank(
    title: str, rows: Iterable[tuple[str, int]], style: str = "s2", whole: int | None = None
) -> Ranking:
    """The first rows, those with the highest counts; by default on a scale of their own."""
    shown = list(rows)[:MOST_ROWS]
    return Ranking(title, shown, style, whole or max((n for _, n in shown), default=1))


def draw_articles(time: OverTime) -> Chart:
    """Articles by verdict."""
    return _draw(time, "Articles", "", _verdicts, _round_up(_highest(time, _verdicts)))


def draw_labels(time: OverTime, names: dict[str, str]) -> list[Chart]:
    """Of each label, the share of checked articles with severity 2 and 3, all on one scale."""
    parts = {label: _shares(label) for label in names}
    top = _round_up(max((_highest(time, part) for part in parts.values()), default=0))
    return [_draw(time, names[label], "%", part, top) for label, part in parts.items()]


def period_name(name: str) -> str:
    """`May 2019` for `2019-05`; years and decades as they are."""
    year, _, month = name.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}" if month else name


_Parts = Callable[[Counts], list[tuple[str, float]]]


def _verdicts(counts: Counts) -> list[tuple[str, float]]:
    return [
        ("flagged", counts.flagged),
        ("clear", counts.clear),
        ("unchecked", counts.not_checked),
    ]


def _shares(label: str) -> _Parts:
    def parts(counts: Counts) -> list[tuple[str, float]]:
        whole = counts.checked
        if whole < LEAST:
            return []
        grave, both = counts.at_least(label, 3), counts.at_least(label, 2)
        return [("s3", 100 * grave / whole), ("s2", 100 * (both - grave) / whole)]

    return parts


def _draw(time: OverTime, title: str, unit: str, parts: _Parts, top: float) -> Chart:
    slot = 100 / max(1, len(time.slices))
    width = min(WIDEST, slot * 0.8)
    bars = [
        Bar(round((n + 0.5) * slot - width / 2, 3), round(width, 3), _stack(parts(one.counts), top))
        for n, one in enumerate(time.slices)
    ]
    return Chart(title, top, unit, bars, _ticks(time.slices, slot))


def _stack(parts: Sequence[tuple[str, float]], top: float) -> list[Segment]:
    """From the ground up, the first part lowest."""
    segments, y = [], HEIGHT
    for style, value in parts:
        height = HEIGHT * value / top
        y -= height
        if height:
            segments.append(Segment(style, round(y, 2), round(height, 2)))
    return segments


def _ticks(slices: Sequence[Slice], slot: float) -> list[Tick]:
    step = max(1, -(-len(slices) // MOST_TICKS))
    ticks = []
    for number, n in enumerate(range(0, len(slices), step)):
        x = (n + 0.5) * slot
        anchor = "start" if x < EDGE else "end" if x > 100 - EDGE else "middle"
        x = {"start": n * slot, "end": (n + 1) * slot}.get(anchor, x)
        ticks.append(Tick(round(x, 3), anchor, period_name(slices[n].name), number % 2 == 1))
    return ticks


def _highest(time: OverTime, parts: _Parts) -> float:
    return max((sum(value for _, value in parts(one.counts)) for one in time.slices), default=0)


def _round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten."""
    power = 1.0
    while power * 10 < value:
        power *= 10
    return next((power * n for n in (1, 2, 3, 4, 5, 6, 8) if power * n >= value), power * 10)
