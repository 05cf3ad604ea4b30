"""Calibration and thresholds, fitted on the dev split through the exported graphs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from classifier.calibration import Calibration, Platt
from classifier.runtime import Runtime
from classifier.windows import ArticleEncoder
from labels import Taxonomy
from training.corpus import Example, cumulative_targets, membership_targets

Floats = NDArray[np.float64]

# How strongly a slope is held to 1 and an offset to 0, as a number of articles: an output with few
# positives must not be bent by them.
SLOPE_WEIGHT = 4.0
OFFSET_WEIGHT = 1.0
GRID = np.linspace(0.05, 0.95, 181)


def artifact_logits(
    folder: Path, encoder: ArticleEncoder, examples: Sequence[Example]
) -> dict[str, Floats]:
    """Uncalibrated outputs of the exported graphs, by kind, with the articles as first axis.

    Of an article in several sections the highest logit counts, as in the classifier.
    """
    runtime = Runtime(folder, encoder.windowing.slots)
    kinds = ("severities", "sub_labels", "details", "treatment")
    rows: dict[str, list[Floats]] = {kind: [] for kind in kinds}
    for example in examples:
        sections = runtime.run(encoder.encode(example.article).sections)
        for kind in kinds:
            rows[kind].append(np.max([getattr(s, kind) for s in sections], axis=0))
    return {kind: np.stack(found).astype(np.float64) for kind, found in rows.items()}


def fit_calibration(
    logits: dict[str, Floats], examples: Sequence[Example], taxonomy: Taxonomy
) -> Calibration:
    """Platt scaling for each output, a temperature for the treatment, and the thresholds."""
    severities = np.stack([cumulative_targets(e, taxonomy) for e in examples])
    subs = np.stack([membership_targets(e.sub_labels, taxonomy.sub_label_ids) for e in examples])
    details = np.stack([membership_targets(e.details, taxonomy.detail_ids) for e in examples])
    platts = {
        "severities": fit_platt(logits["severities"], severities),
        "sub_labels": fit_platt(logits["sub_labels"], subs),
        "details": fit_platt(logits["details"], details),
    }
    treatments = [taxonomy.treatment_ids.index(e.treatment) for e in examples if e.treatment]
    return Calibration(
        **platts,
        temperature=fit_temperature(logits["treatment"], np.array(treatments)),
        severity_thresholds=fit_thresholds(platts["severities"](logits["severities"]), severities),
        sub_label_thresholds=fit_thresholds(platts["sub_labels"](logits["sub_labels"]), subs),
        detail_thresholds=fit_thresholds(platts["details"](logits["details"]), details),
    )


def fit_platt(logits: Floats, targets: NDArray[np.float32]) -> Platt:
    """Slope and offset for each output; both arrays are (articles, *outputs)."""
    shape = logits.shape[1:]
    flat, truth = logits.reshape(len(logits), -1), targets.reshape(len(targets), -1)
    fitted = np.array([_fit_one(flat[:, i], truth[:, i]) for i in range(flat.shape[1])])
    return Platt(fitted[:, 0].reshape(shape), fitted[:, 1].reshape(shape))


def _fit_one(logits: Floats, targets: NDArray[np.float32]) -> tuple[float, float]:
    judged = ~np.isnan(targets)
    logits, targets = logits[judged], targets[judged]

    def loss(parameters: Floats) -> float:
        slope, offset = parameters
        scores = np.exp(slope) * logits + offset
        fit = np.logaddexp(0.0, scores) - targets * scores
        return float(fit.sum() + SLOPE_WEIGHT * slope**2 + OFFSET_WEIGHT * offset**2)

    slope, offset = minimize(loss, np.zeros(2), method="L-BFGS-B").x
    return float(np.exp(slope)), float(offset)


def fit_temperature(logits: Floats, classes: NDArray[np.int64]) -> float:
    """The temperature of the softmax under which the annotated classes are likeliest."""

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        chosen = scaled[np.arange(len(classes)), classes]
        return float((np.logaddexp.reduce(scaled, axis=1) - chosen).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def fit_thresholds(probabilities: Floats, targets: NDArray[np.float32]) -> Floats:
    """For each output the threshold with the best F1, over (articles, *outputs).

    Truth is, in equal parts, what annotators said and the calibrated probability itself. With a
    few dozen positives the annotations alone would put the threshold where luck has it.
    """
    flat = probabilities.reshape(len(probabilities), -1)
    truth = (targets.reshape(len(targets), -1) + flat) / 2
    best = [_best_threshold(flat[:, i], truth[:, i]) for i in range(flat.shape[1])]
    return np.array(best).reshape(probabilities.shape[1:])


def _best_threshold(probabilities: Floats, truth: Floats) -> float:
    judged = ~np.isnan(truth)
    probabilities, truth = probabilities[judged], truth[judged]
    over = probabilities[:, None] >= GRID  # (articles, grid)
    hits = (over * truth[:, None]).sum(0)
    f1 = 2 * hits / np.maximum(over.sum(0) + truth.sum(), 1e-9)
    near = f1 >= f1.max() - 1e-9
    return float(GRID[near].mean())
