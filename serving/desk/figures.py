"""How often the classifier alerts, how often editors agree, what it may miss, whether it drifts."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from serving.charts import Chart, Parts, draw_bars, highest, round_up
from serving.desk.queueing import ALERT
from serving.store.queue_figures import Count, Outcome

Z = 1.96  # of an interval that holds the truth in 95 of 100 samples
LEAST = 20  # articles, for a share to be drawn


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval (95 %); `value` is None where there is nothing to go by."""

    value: float | None
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How editors and the classifier agree on a label.

    `precision`: of the articles at severity 2 or more, those that editors left there. `missed`: of
    the clear articles, those that editors would have put there, by the audit sample, each article
    weighted by how many it stands for. `recall` follows from both.
    """

    label: str
    same: Share
    precision: Share
    missed: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Baseline:
    """The artifact's own test set: share of alerts, and of articles that deserved one."""

    alerts: float
    truth: float


@dataclass(frozen=True, slots=True)
class Drift:
    """A label lately, beside the artifact's test set. Scores are calibrated: their mean is the
    share of articles that deserve an alert, if the articles are like those of the test set."""

    label: str
    alerts: float
    score: float
    articles: int
    test: Baseline | None


def wilson(found: float, of: float) -> Share:
    """A share with Wilson's interval (JASA 22, 1927)."""
    if of <= 0:
        return Share(None, 0.0, 1.0, 0)
    share, square = found / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return Share(share, max(0.0, middle - half), min(1.0, middle + half), int(of))


def agree(outcomes: Sequence[Outcome], labels: Iterable[str]) -> list[Agreement]:
    """The agreement on every label that was decided."""
    found = []
    for label in labels:
        here = [one for one in outcomes if one.label == label]
        if here:
            found.append(_agreement(label, here))
    return found


def missed(outcomes: Sequence[Outcome]) -> Share:
    """Of clear articles, the share that editors would have flagged, by the weighted sample.

    Horvitz and Thompson's ratio (JASA 47, 1952); the interval is Wilson's with the effective size
    of the weighted sample (Kish, Survey Sampling, 1965).
    """
    sample = [(1 / one.drawing, one) for one in outcomes if one.drawing and not one.flagged]
    whole = sum(weight * one.articles for weight, one in sample)
    squares = sum(weight * weight * one.articles for weight, one in sample)
    if not whole:
        return wilson(0, 0)
    bad = sum(weight * one.articles for weight, one in sample if one.decided >= ALERT)
    effective = whole * whole / squares
    return wilson(effective * bad / whole, effective)


def drift(counts: Sequence[Count], tests: Mapping[str, Baseline]) -> list[Drift]:
    """Every label that was counted, beside the test set."""
    return [
        Drift(one.label, one.alerts / one.articles, one.score / one.articles, one.articles, test)
        for one in counts
        if one.articles
        for test in [tests.get(one.label)]
    ]


def total(by: Iterable[Sequence[Count]]) -> list[Count]:
    """The counts of each label together."""
    sums: dict[str, Count] = {}
    for one in (count for counts in by for count in counts):
        old = sums.get(one.label, Count(one.label, 0, 0, 0.0))
        sums[one.label] = Count(
            one.label,
            old.articles + one.articles,
            old.alerts + one.alerts,
            old.score + one.score,
        )
    return list(sums.values())


def draw_alerts(weeks: Mapping[date, Sequence[Count]], names: Mapping[str, str]) -> list[Chart]:
    """The alert rate of each label by week, in per cent, all on one scale."""
    said = {
        label: [(f"{week.day} {week:%b}", _rate(counts, label)) for week, counts in weeks.items()]
        for label in names
    }
    top = round_up(max((highest([p for _, p in slices]) for slices in said.values()), default=0))
    if not any(parts for slices in said.values() for _, parts in slices):
        return []
    return [draw_bars(names[label], "%", slices, top) for label, slices in said.items()]


def read_baselines(folder: Path) -> dict[str, Baseline]:
    """The artifact's test set by label; empty where the artifact does not say."""
    try:
        told = json.loads((folder / "metrics.json").read_text("utf-8"))["classifier"]
        return {label: _baseline(found, told) for label, found in told["labels"].items()}
    except (FileNotFoundError, KeyError, ZeroDivisionError):
        return {}


def _baseline(found: Mapping[str, Mapping[str, float]], told: Mapping[str, int]) -> Baseline:
    """Alerts from precision = hits / alerts and recall = hits / positives."""
    positives = float(found["positives"])  # type: ignore[arg-type]
    alerts = positives * found["recall"]["value"] / found["precision"]["value"]
    return Baseline(alerts / told["articles"], positives / told["articles"])


def _agreement(label: str, here: Sequence[Outcome]) -> Agreement:
    def count(which: Iterable[Outcome]) -> int:
        return sum(one.articles for one in which)

    alerted = [one for one in here if one.severity >= ALERT]
    upheld = count(one for one in alerted if one.decided >= ALERT)
    precision, misses = wilson(upheld, count(alerted)), missed(here)
    same = wilson(count(one for one in here if one.severity == one.decided), count(here))
    clear = sum(one.articles / one.drawing for one in here if one.drawing and not one.flagged)
    return Agreement(label, same, precision, misses, _recall(upheld, misses, clear))


def _recall(upheld: int, misses: Share, clear: float) -> Share:
    """The share found of all that there was, as far as the sample can tell."""
    if misses.value is None or not upheld:
        return wilson(0, 0)

    def found(share: float) -> float:
        return upheld / (upheld + share * clear)

    return Share(found(misses.value), found(misses.high), found(misses.low), misses.of)


def _rate(counts: Sequence[Count], label: str) -> Parts:
    for one in counts:
        if one.label == label and one.articles >= LEAST:
            return [("s2", 100 * one.alerts / one.articles)]
    return []
