"""Figures of merit, of the classifier and of the baselines alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from labels import Taxonomy
from training.corpus import Example

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
RESAMPLES = 1000
BINS = 10


@dataclass(frozen=True)
class Predictions:
    """What somebody says of N articles. `evidence` tells whether the passage shown first is an
    annotated one; it is None for those who show no passages."""

    probabilities: Floats  # (N, L), of severity 2 and up
    flagged: Bools  # (N, L)
    sub_labels: Floats  # (N, B)
    sub_labels_present: Bools  # (N, B)
    evidence: Bools | None  # (N, L)


@dataclass(frozen=True)
class Truth:
    """What annotators say of N articles."""

    severities: NDArray[np.int64]  # (N, L)
    sub_labels: Bools  # (N, B)

    @property
    def flagged(self) -> Bools:
        """(N, L): severity 2 and up."""
        return self.severities >= 2


def read_truth(examples: Sequence[Example], taxonomy: Taxonomy) -> Truth:
    """Truth of fully judged examples."""
    return Truth(
        np.array([[e.labels[label] for label in taxonomy.label_ids] for e in examples]),
        np.array(
            [[name in (e.sub_labels or ()) for name in taxonomy.sub_label_ids] for e in examples]
        ),
    )


def expected_calibration_error(
    truth: Bools, probabilities: Floats, weights: Floats | None = None
) -> float:
    """Mean gap between probability and frequency over ten equal bins, weighted by their size.

    Articles may have `weights` (N,). Naeini et al., Obtaining well calibrated probabilities using
    Bayesian binning, 2015.
    """
    weights = np.ones(len(truth)) if weights is None else weights
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights * (truth - probabilities), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def precision_recall_f1(truth: Bools, flagged: Bools) -> tuple[float, float, float]:
    """Precision, recall and F1; zero where nothing was flagged or there is nothing to find."""
    hits = float((truth & flagged).sum())
    precision = hits / max(1, flagged.sum())
    recall = hits / max(1, truth.sum())
    return precision, recall, 2 * hits / max(1, truth.sum() + flagged.sum())


def label_figures(truth: Bools, probabilities: Floats, flagged: Bools) -> dict[str, float]:
    """The figures of one label at severity 2 and up; all arrays are (N,)."""
    precision, recall, f1 = precision_recall_f1(truth, flagged)
    return {
        "average_precision": average_precision(truth, probabilities),
        "f1": f1,
        "precision": precision,
        "recall": recall,
        "ece": expected_calibration_error(truth, probabilities),
    }


def average_precision(truth: Bools, scores: Floats) -> float:
    """Average precision; NaN where there is nothing to find."""
    return float(average_precision_score(truth, scores)) if truth.any() else float("nan")


def macro_average_precision(truth: Bools, scores: Floats) -> float:
    """Mean over the columns that have positives."""
    return float(
        np.nanmean([average_precision(t, s) for t, s in zip(truth.T, scores.T, strict=True)])
    )


def bootstrap(
    figures: Callable[[NDArray[np.int64]], dict[str, float]], size: int, seed: int = 0
) -> dict[str, list[float]]:
    """95 % percentile intervals of what `figures(indices)` gives, over resampled articles."""
    dice = np.random.default_rng(seed)
    drawn = [figures(dice.integers(0, size, size)) for _ in range(RESAMPLES)]
    return {
        name: [round(float(q), 4) for q in np.nanquantile([d[name] for d in drawn], [0.025, 0.975])]
        for name in drawn[0]
    }


def measure(truth: Truth, said: Predictions, taxonomy: Taxonomy) -> dict[str, Any]:
    """All figures with their intervals."""
    result: dict[str, Any] = {"articles": len(truth.severities), "labels": {}}
    for column, label in enumerate(taxonomy.label_ids):
        result["labels"][label] = _measure_label(truth, said, column)
    result["sub_labels"] = {
        name: {
            "positives": int(truth.sub_labels[:, i].sum()),
            "average_precision": _round(
                average_precision(truth.sub_labels[:, i], said.sub_labels[:, i])
            ),
            "f1": _round(
                precision_recall_f1(truth.sub_labels[:, i], said.sub_labels_present[:, i])[2]
            ),
        }
        for i, name in enumerate(taxonomy.sub_label_ids)
    }

    def macro(rows: NDArray[np.int64]) -> dict[str, float]:
        return {"macro": macro_average_precision(truth.sub_labels[rows], said.sub_labels[rows])}

    result["sub_labels_macro_average_precision"] = {
        "value": _round(macro_average_precision(truth.sub_labels, said.sub_labels)),
        "interval": bootstrap(macro, len(truth.sub_labels))["macro"],
    }
    return result


def _measure_label(truth: Truth, said: Predictions, column: int) -> dict[str, Any]:
    real, scores = truth.flagged[:, column], said.probabilities[:, column]
    flagged = said.flagged[:, column]

    def figures(rows: NDArray[np.int64]) -> dict[str, float]:
        found = label_figures(real[rows], scores[rows], flagged[rows])
        if said.evidence is not None:
            hits = said.evidence[rows, column][real[rows]]
            found["evidence_hit"] = float(hits.mean()) if len(hits) else float("nan")
        return found

    intervals = bootstrap(figures, len(real))
    values = figures(np.arange(len(real)))
    return {"positives": int(real.sum())} | {
        name: {"value": _round(value), "interval": intervals[name]}
        for name, value in values.items()
    }


def _round(value: float) -> float:
    return round(value, 4)
