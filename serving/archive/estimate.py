"""How much a screening missed, as far as a sample that people read can tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from serving.archive.audit import Reading, Stratum

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """So many texts of `texts`, with an interval that holds the truth in 95 of 100 audits or more.

    `count` is None while a stratum has not been read at all.
    """

    texts: int
    count: float | None
    low: int
    high: int


def estimate(readings: Sequence[Reading], verdict: str) -> Estimate:
    """How many texts with a verdict involve something, by what people read of each stratum.

    The stratified estimator (Cochran, Sampling Techniques, 1977, chapter 5). The interval sums the
    exact ones of the strata (Clopper and Pearson, 1934), each wide enough that all of them hold
    at once (Bonferroni): wider than need be, never too narrow.
    """
    here = [one for one in readings if one.stratum.verdict == verdict and one.stratum.texts]
    open_ = sum(one.read < one.stratum.texts for one in here)
    count: float | None = 0.0
    low = high = 0
    for one in here:
        texts, rest = one.stratum.texts, one.read - one.involve
        if one.read == 0:
            count = None
        elif count is not None:
            count += texts * one.involve / one.read
        least, most = _interval(one.involve, one.read, (1 - LEVEL) / max(1, open_))
        low += max(one.involve, math.floor(texts * least)) if one.read < texts else one.involve
        high += min(texts - rest, math.ceil(texts * most))
    return Estimate(sum(one.stratum.texts for one in here), count, low, high)


def expectation(strata: Sequence[Stratum]) -> Estimate:
    """How many texts called clear may involve something if nobody finds one in the sample."""
    return estimate([Reading(one, len(one.sample), 0) for one in strata], "clear")


def rule_of_three(share: float) -> int:
    """How many texts to read: if none of them involves anything, at most this share of all does.

    With a confidence of 95 % (Hanley and Lippman-Hand, JAMA 249, 1983).
    """
    return math.ceil(round(3 / share, 6))


def _interval(found: int, read: int, error: float) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share, which misses it with at most this probability."""
    return 1 - _upper(read - found, read, error / 2), _upper(found, read, error / 2)


def _upper(found: int, read: int, error: float) -> float:
    """The share at which so few would be found with just this probability; by bisection."""
    if found == read:
        return 1.0
    low, high = found / read, 1.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(found, read, middle) > error else (low, middle)
    return high


def _at_most(found: int, read: int, share: float) -> float:
    """The binomial probability of `found` or fewer."""
    whole, yes, no = math.lgamma(read + 1), math.log(share), math.log1p(-share)
    return sum(
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(read - k + 1) + k * yes + (read - k) * no)
        for k in range(found + 1)
    )
