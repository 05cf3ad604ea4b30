"""Figures of two classifiers on the same articles, and how sure their difference is.

Every figure is a ratio of two sums over articles, so that resampling the articles (a paired
bootstrap: Efron and Tibshirani, An Introduction to the Bootstrap, 1993) is a product of matrices.
Higher is better in all of them.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 4000


class Said(NamedTuple):
    """What one classifier says of N articles for one label."""

    probabilities: Floats  # (N,), of severity 2 and up
    flagged: NDArray[np.bool_]  # (N,)


Terms = tuple[Floats, Floats]  # numerator and denominator of each article, (N,)


def grave_found(severities: Floats, said: Said) -> Terms:
    """The share of articles at severity 3 that are flagged."""
    grave = (severities == 3).astype(np.float64)
    return grave * said.flagged, grave


def clear_kept(severities: Floats, said: Said) -> Terms:
    """The share of articles at severity 0 that are not flagged."""
    none = (severities == 0).astype(np.float64)
    return none * ~said.flagged, none


def f1(severities: Floats, said: Said) -> Terms:
    """F1 of the flags against severity 2 and up."""
    truth, flagged = (severities >= 2).astype(np.float64), said.flagged.astype(np.float64)
    return 2 * truth * flagged, truth + flagged


def probability_score(severities: Floats, said: Said) -> Terms:
    """One minus the Brier score of the probabilities of severity 2 and up (Brier, 1950)."""
    return 1 - (said.probabilities - (severities >= 2)) ** 2, np.ones(len(severities))


RATIOS: dict[str, Callable[[Floats, Said], Terms]] = {
    "grave_found": grave_found,
    "clear_kept": clear_kept,
    "f1": f1,
    "probability_score": probability_score,
}
AVERAGE_PRECISION = "average_precision"


class Difference(NamedTuple):
    """A figure before and after, and the interval of after minus before."""

    before: float
    after: float
    low: float
    high: float


def resamples(articles: int, seed: int = 0) -> Floats:
    """How often each article is drawn, (RESAMPLES, articles)."""
    dice = np.random.default_rng(seed)
    even = np.full(articles, 1 / articles)
    return dice.multinomial(articles, even, RESAMPLES).astype(np.float64)


def compare_ratio(before: Terms, after: Terms, drawn: Floats, level: float) -> Difference:
    """The difference of two ratios, with an interval that misses it with probability `level`."""
    values = [a.sum() / max(b.sum(), 1e-12) for a, b in (before, after)]
    old, new = ((drawn @ a) / np.maximum(drawn @ b, 1e-12) for a, b in (before, after))
    return _difference(values, new - old, level)


def compare_average_precision(
    truth: NDArray[np.bool_], before: Floats, after: Floats, drawn: Floats, level: float
) -> Difference:
    """The same for average precision; scores are (N,)."""
    once = np.ones((1, len(truth)))
    values = [float(average_precisions(truth, s, once)[0]) for s in (before, after)]
    old, new = (average_precisions(truth, s, drawn) for s in (before, after))
    return _difference(values, new - old, level)


def average_precisions(truth: NDArray[np.bool_], scores: Floats, drawn: Floats) -> Floats:  # (R,)
    """Average precision of R resamples; articles with equal scores stand in their order."""
    order = np.argsort(-scores, kind="stable")
    weights, real = drawn[:, order], truth[order]
    hits = np.cumsum(weights * real, axis=1)
    shown = np.maximum(np.cumsum(weights, axis=1), 1e-12)
    total = np.maximum(hits[:, -1], 1e-12)
    return np.asarray((weights * real * hits / shown).sum(1) / total, dtype=np.float64)


def _difference(values: list[float], drawn: Floats, level: float) -> Difference:
    low, high = np.quantile(drawn, [level / 2, 1 - level / 2])
    return Difference(*(round(float(x), 4) for x in (*values, low, high)))
