"""Reliability curves: how often things happen of which a probability is said."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EDGES = np.array([0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0])  # finer where most articles are
SIDE, GAP = 220, 50  # of a chart, in pixels


class Point(NamedTuple):
    """A bin: its bounds, its articles, the mean probability, and the weighted frequency."""

    low: float
    high: float
    articles: int
    said: float
    seen: float


def reliability_curve(
    truth: NDArray[np.bool_], probabilities: Floats, weights: Floats
) -> list[Point]:
    """The bins that hold articles, lowest first; all are (N,)."""
    places = np.clip(np.searchsorted(EDGES, probabilities, "right") - 1, 0, len(EDGES) - 2)
    points = []
    for place in np.unique(places):
        rows = places == place
        weight = weights[rows] / weights[rows].sum()
        points.append(
            Point(
                float(EDGES[place]),
                float(EDGES[place + 1]),
                int(rows.sum()),
                float(weight @ probabilities[rows]),
                float(weight @ truth[rows]),
            )
        )
    return points


def reliability_rows(before: Sequence[Point], after: Sequence[Point]) -> list[list[str]]:
    """A table, head first, of two curves."""
    rows = [["Probability", "Before: articles", "said", "seen", "After: articles", "said", "seen"]]
    for low, high in pairwise(EDGES):
        cells = [f"{low:.0%}–{high:.0%}"]
        for curve in (before, after):
            point = next((one for one in curve if one.low == low), None)
            cells += (
                [str(point.articles), f"{point.said:.2f}", f"{point.seen:.2f}"]
                if point
                else ["0", "–", "–"]
            )
        rows.append(cells)
    return rows


def reliability_svg(curves: Mapping[str, tuple[Sequence[Point], Sequence[Point]]]) -> str:
    """A chart for each label: the curve before (grey) and after (blue), and the diagonal."""
    width, height = len(curves) * (SIDE + GAP) + GAP, SIDE + 2 * GAP
    charts = "".join(
        _chart(label, *pair, GAP + number * (SIDE + GAP))
        for number, (label, pair) in enumerate(curves.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="12" role="img">'
        "<title>Probability said, and frequency seen; grey before, blue after</title>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>{charts}</svg>\n'
    )


def _chart(label: str, before: Sequence[Point], after: Sequence[Point], left: int) -> str:
    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{_points(curve)}"/>'
        + "".join(
            f'<circle r="{2 + point.articles**0.5 / 2:.1f}" fill="{colour}" '
            f'cx="{SIDE * point.said:.1f}" cy="{SIDE * (1 - point.seen):.1f}"/>'
            for point in curve
        )
        for colour, curve in (("#999", before), ("#06c", after))
    )
    return (
        f'<g transform="translate({left} {GAP})">'
        f'<text y="-10" font-weight="bold">{escape(label)}</text>'
        f'<rect width="{SIDE}" height="{SIDE}" fill="none" stroke="#ccc"/>'
        f'<line y1="{SIDE}" x2="{SIDE}" stroke="#ccc" stroke-dasharray="4"/>{lines}'
        f'<text y="{SIDE + 18}">0</text><text x="{SIDE / 2}" y="{SIDE + 18}" '
        f'text-anchor="middle">probability said</text>'
        f'<text x="{SIDE}" y="{SIDE + 18}" text-anchor="end">1</text></g>'
    )


def _points(curve: Sequence[Point]) -> str:
    return " ".join(f"{SIDE * one.said:.1f},{SIDE * (1 - one.seen):.1f}" for one in curve)
