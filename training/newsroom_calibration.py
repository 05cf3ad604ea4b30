"""Calibration and thresholds for one newsroom, from few decisions, with the weights untouched.

Each label's calibrated log-odds s become slope * s + offset, with an offset for each of its
severities and one slope for all three: Platt scaling on top of the released one. A prior holds the
slope to 1 and the offsets to 0, so that few decisions move little; docs/decisions/ has the reasons.
Judgements count with the inverse of the probability with which they were asked for (Horvitz and
Thompson, 1952), scaled to their effective number (Kish, Survey Sampling, 1965): else a few with
large weights would outvote the prior.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classifier.calibration import STEPS, sigmoid
from training.calibrate import best_threshold
from training.metrics import expected_calibration_error

Floats = NDArray[np.float64]
SLOPE_SPREAD = 0.5  # of the logarithm of the slope, and
OFFSET_SPREAD = 1.5  # of each offset, in log-odds: standard deviations of the prior
FEWEST_OF_A_CLASS = 8  # judgements at severity 2 and up, and below, that a label needs
FLAG = 1  # the step that flags: severity 2 and up


class LabelCalibration(NamedTuple):
    """What turns a label's log-odds (N, 3) into probabilities, and those into severities."""

    slope: float
    offsets: Floats  # (3,)
    thresholds: Floats  # (3,)

    def probabilities(self, scores: Floats) -> Floats:
        """Of severity at least 1, 2, 3: (N, 3), never rising with the step."""
        return np.minimum.accumulate(sigmoid(self.slope * scores + self.offsets), axis=1)

    def flagged(self, scores: Floats) -> NDArray[np.bool_]:
        """Which articles get severity 2 or more: (N,)."""
        met = (self.probabilities(scores) >= self.thresholds)[:, : FLAG + 1]
        return np.asarray(met.all(1), dtype=np.bool_)


class Judged(NamedTuple):
    """N articles that somebody judged for one label."""

    scores: Floats  # (N, 3), calibrated log-odds of the artifact in hand
    severities: Floats  # (N,)
    weights: Floats  # (N,)
    fold: NDArray[np.int64]  # (N,)

    @property
    def targets(self) -> Floats:
        """(N, 3): whether the severity is at least 1, 2, 3."""
        return (self.severities[:, None] >= np.arange(1, STEPS + 1)).astype(np.float64)

    def rows(self, chosen: NDArray[np.bool_]) -> "Judged":
        """Some of them."""
        return Judged(
            self.scores[chosen], self.severities[chosen], self.weights[chosen], self.fold[chosen]
        )


@dataclass(frozen=True)
class Figures:
    """How well probabilities and flags of severity 2 and up agree with the editors."""

    log_loss: float
    ece: float
    f1: float


@dataclass(frozen=True)
class LabelResult:
    """What came of one label. `kept` says why it keeps its calibration, if it does.

    `before` and `after` are cross-validated: the figures of each article, and the probabilities
    (N,), are by a calibration that has not seen its story.
    """

    calibration: LabelCalibration
    judged: Judged
    kept: str | None
    before: Figures | None = None
    after: Figures | None = None
    probabilities_before: Floats | None = None
    probabilities_after: Floats | None = None


def calibrate_label(judged: Judged, thresholds: Floats) -> LabelResult:
    """Fit one label, if there is enough and it helps; `thresholds` (3,) are those in force."""
    old = LabelCalibration(1.0, np.zeros(STEPS), thresholds)
    flagged = int(judged.targets[:, FLAG].sum())
    if min(flagged, len(judged.severities) - flagged) < FEWEST_OF_A_CLASS:
        why = (
            f"{flagged} judgements at severity 2 and up and {len(judged.severities) - flagged} "
            f"below, expected {FEWEST_OF_A_CLASS} of each"
        )
        return LabelResult(old, judged, why)
    crossed, flags = cross_fit(judged, thresholds)
    before = measure(judged, old.probabilities(judged.scores), old.flagged(judged.scores))
    after = measure(judged, crossed, flags)
    kept = None
    if after.log_loss >= before.log_loss:
        kept = f"log loss would go from {before.log_loss:.4f} to {after.log_loss:.4f}"
    elif after.f1 < before.f1:
        kept = f"F1 would go from {before.f1:.4f} to {after.f1:.4f}"
    new = old if kept else fit_label(judged, thresholds)
    said_before = old.probabilities(judged.scores)[:, FLAG]
    return LabelResult(new, judged, kept, before, after, said_before, crossed[:, FLAG])


def cross_fit(judged: Judged, thresholds: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Probabilities (N, 3) and flags (N,) of each fold, by a calibration fitted on the others."""
    probabilities = np.empty_like(judged.scores)
    flags = np.empty(len(judged.scores), dtype=np.bool_)
    for number in np.unique(judged.fold):
        inside = judged.fold == number
        fitted = fit_label(judged.rows(~inside), thresholds)
        probabilities[inside] = fitted.probabilities(judged.scores[inside])
        flags[inside] = fitted.flagged(judged.scores[inside])
    return probabilities, flags


def fit_label(judged: Judged, thresholds: Floats) -> LabelCalibration:
    """The likeliest slope and offsets under the prior, and thresholds with the best expected F1.

    A step with too few judgements of a class keeps its threshold.
    """
    scores, targets, weights = judged.scores, judged.targets, effective_weights(judged.weights)

    def loss(parameters: Floats) -> float:
        log_slope, offsets = parameters[0], parameters[1:]
        moved = np.exp(log_slope) * scores + offsets
        fit = weights @ (np.logaddexp(0.0, moved) - targets * moved)
        held = (log_slope / SLOPE_SPREAD) ** 2 + ((offsets / OFFSET_SPREAD) ** 2).sum()
        return float(fit.sum() + held / 2)

    found = minimize(loss, np.zeros(1 + STEPS), method="L-BFGS-B").x
    fitted = LabelCalibration(float(np.exp(found[0])), found[1:], thresholds)
    probabilities = fitted.probabilities(scores)
    # In equal parts what editors said and what is expected, as training.calibrate does.
    truth = (targets + probabilities) / 2
    chosen = [
        best_threshold(probabilities[:, step], truth[:, step], weights)
        if _enough(targets[:, step])
        else thresholds[step]
        for step in range(STEPS)
    ]
    return fitted._replace(thresholds=np.array(chosen))


def effective_weights(weights: Floats) -> Floats:
    """The weights scaled so that they add up to the effective number of judgements (Kish, 1965)."""
    return weights * weights.sum() / (weights**2).sum() if len(weights) else weights


def measure(judged: Judged, probabilities: Floats, flags: NDArray[np.bool_]) -> Figures:
    """Weighted figures at severity 2 and up; probabilities (N, 3), flags (N,)."""
    truth, weights = judged.targets[:, FLAG] == 1, judged.weights
    said = np.clip(probabilities[:, FLAG], 1e-6, 1 - 1e-6)
    losses = -np.where(truth, np.log(said), np.log1p(-said))
    hits = weights[truth & flags].sum()
    both = weights[truth].sum() + weights[flags].sum()
    return Figures(
        log_loss=float(weights @ losses / weights.sum()),
        ece=expected_calibration_error(truth, probabilities[:, FLAG], weights),
        f1=float(2 * hits / both) if both else 0.0,
    )


def _enough(targets: Floats) -> bool:
    return bool(min(targets.sum(), (1 - targets).sum()) >= FEWEST_OF_A_CLASS)
