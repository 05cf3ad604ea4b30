"""Calibration and thresholds, fitted on the dev split through the exported graphs."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from classifier.calibration import Calibration, output_names
from classifier.openvino_runtime import OpenVinoRuntime
from classifier.windows import ArticleEncoder
from labels import Taxonomy
from training.corpus import Example, output_targets

Floats = NDArray[np.float64]

# How strongly numbers are held to what they would be without evidence, in articles: an output with
# few positives must not be bent by them.
SLOPE_WEIGHT = 4.0
OFFSET_WEIGHT = 1.0
LEXICAL_START = 0.3  # the lexical slope without evidence
GRID = np.linspace(0.05, 0.95, 181)


class ArtifactLogits(NamedTuple):
    """Uncalibrated outputs of an artifact for N articles, each as one section."""

    network: Floats  # (N, O)
    lexical: Floats  # (N, O)
    treatment: Floats  # (N, C)


def artifact_logits(
    folder: Path, encoder: ArticleEncoder, examples: Sequence[Example]
) -> ArtifactLogits:
    """What the exported files say of articles that are no longer than one section."""
    runtime = OpenVinoRuntime(folder, encoder.windowing.slots, encoder.pad_id)
    windows = [tuple(encoder.encode(example.article).windows) for example in examples]
    begun = [runtime.start([section]) for section in windows]
    found = [section for finish in begun for section in finish()]
    return ArtifactLogits(
        *(
            np.stack([getattr(section, name) for section in found]).astype(np.float64)
            for name in ArtifactLogits._fields
        )
    )


def fit_calibration(
    logits: ArtifactLogits, examples: Sequence[Example], taxonomy: Taxonomy
) -> Calibration:
    """Platt scaling and a threshold for each output, a temperature for the treatment."""
    targets = np.stack([output_targets(example, taxonomy) for example in examples])
    fitted = fit_platt(logits.network, logits.lexical, targets)
    treatments = [taxonomy.treatment_ids.index(e.treatment) for e in examples if e.treatment]
    judged = [e.treatment is not None for e in examples]
    plain = Calibration(
        output_names(taxonomy),
        *fitted,
        threshold=np.full(targets.shape[1], 0.5),
        temperature=fit_temperature(logits.treatment[judged], np.array(treatments)),
    )
    scores = plain.scores(logits.network, logits.lexical)
    probabilities = plain.probabilities(scores, len(taxonomy.label_ids))
    return replace(plain, threshold=fit_thresholds(probabilities, targets))


def fit_platt(
    network: Floats, lexical: Floats, targets: NDArray[np.float32]
) -> tuple[Floats, Floats, Floats]:
    """Slope, lexical slope and offset (O,) for logits and targets that are (N, O)."""
    fitted = [
        _fit_one(network[:, i], lexical[:, i], targets[:, i]) for i in range(targets.shape[1])
    ]
    slope, lexical_slope, offset = np.array(fitted).T
    return slope, lexical_slope, offset


def _fit_one(
    network: Floats, lexical: Floats, targets: NDArray[np.float32]
) -> tuple[float, float, float]:
    judged = ~np.isnan(targets)
    network, lexical, targets = network[judged], lexical[judged], targets[judged]

    def loss(parameters: Floats) -> float:
        slope, lexical_slope, offset = parameters
        scores = np.exp(slope) * network + LEXICAL_START * np.exp(lexical_slope) * lexical + offset
        fit = np.logaddexp(0.0, scores) - targets * scores
        held = SLOPE_WEIGHT * (slope**2 + lexical_slope**2) + OFFSET_WEIGHT * offset**2
        return float(fit.sum() + held)

    slope, lexical_slope, offset = minimize(loss, np.zeros(3), method="L-BFGS-B").x
    return float(np.exp(slope)), float(LEXICAL_START * np.exp(lexical_slope)), float(offset)


def fit_temperature(logits: Floats, classes: NDArray[np.int64]) -> float:
    """The temperature of the softmax under which the annotated classes are likeliest."""

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        chosen = scaled[np.arange(len(classes)), classes]
        return float((np.logaddexp.reduce(scaled, axis=1) - chosen).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def fit_thresholds(probabilities: Floats, targets: NDArray[np.float32]) -> Floats:
    """For each output the threshold (O,) with the best F1; both arrays are (N, O).

    Truth is, in equal parts, what annotators said and the calibrated probability itself. With a
    few dozen positives the annotations alone would put the threshold where luck has it.
    """
    truth = (targets + probabilities) / 2
    columns = zip(probabilities.T, truth.T, strict=True)
    return np.array([best_threshold(said, real) for said, real in columns])


def best_threshold(probabilities: Floats, truth: Floats, weights: Floats | None = None) -> float:
    """The threshold with the best F1; all are (N,), truth from 0 to 1, NaN where nobody judged."""
    judged = ~np.isnan(truth)
    weights = np.ones(len(truth)) if weights is None else weights
    probabilities, truth, weights = probabilities[judged], truth[judged], weights[judged]
    over = (probabilities[:, None] >= GRID) * weights[:, None]  # (articles, grid)
    hits = (over * truth[:, None]).sum(0)
    f1 = 2 * hits / np.maximum(over.sum(0) + (truth * weights).sum(), 1e-9)
    near = f1 >= f1.max() - 1e-9
    return float(GRID[near].mean())
