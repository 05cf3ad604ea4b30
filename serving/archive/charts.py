"""What a report draws: articles and labels over time, and rankings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from serving.archive.counts import Counts, OverTime
from serving.charts import Chart, Parts, draw_bars, highest, round_up

LEAST = 20  # articles checked, for a share to be drawn
MOST_ROWS = 12
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
    return _draw(time, "Articles", "", _verdicts, _top(time, [_verdicts]))


def draw_labels(time: OverTime, names: dict[str, str]) -> list[Chart]:
    """Of each label, the share of checked articles with severity 2 and 3, all on one scale."""
    parts = {label: _shares(label) for label in names}
    top = _top(time, parts.values())
    return [_draw(time, names[label], "%", part, top) for label, part in parts.items()]


def period_name(name: str) -> str:
    """`May 2019` for `2019-05`; years and decades as they are."""
    year, _, month = name.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}" if month else name


_Say = Callable[[Counts], Parts]


def _verdicts(counts: Counts) -> Parts:
    return [
        ("flagged", counts.flagged),
        ("clear", counts.clear),
        ("unchecked", counts.not_checked),
    ]


def _shares(label: str) -> _Say:
    def parts(counts: Counts) -> Parts:
        whole = counts.checked
        if whole < LEAST:
            return []
        grave, both = counts.at_least(label, 3), counts.at_least(label, 2)
        return [("s3", 100 * grave / whole), ("s2", 100 * (both - grave) / whole)]

    return parts


def _draw(time: OverTime, title: str, unit: str, say: _Say, top: float) -> Chart:
    slices = [(period_name(one.name), say(one.counts)) for one in time.slices]
    return draw_bars(title, unit, slices, top)


def _top(time: OverTime, says: Iterable[_Say]) -> float:
    return round_up(
        max((highest([say(one.counts) for one in time.slices]) for say in says), default=0)
    )
