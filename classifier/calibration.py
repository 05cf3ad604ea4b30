"""From logits to calibrated probabilities, severities and presences."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Platt:
    """Platt scaling: probability = sigmoid(slope * logit + offset), one of each per output.

    J. Platt, Probabilistic outputs for support vector machines, 1999.
    """

    slope: Floats
    offset: Floats

    def __call__(self, logits: Floats) -> Floats:
        """Calibrated probabilities, in the shape of `logits`."""
        return sigmoid(self.slope * logits + self.offset)


@dataclass(frozen=True)
class Calibration:
    """Belongs to an artifact: fitted on the dev split, as are the thresholds.

    Shapes: severities (L, 3), sub_labels (B,), details (I,). `temperature` divides the treatment's
    logits before the softmax.
    """

    severities: Platt
    sub_labels: Platt
    details: Platt
    temperature: float
    severity_thresholds: Floats
    sub_label_thresholds: Floats
    detail_thresholds: Floats

    def severity_probabilities(self, logits: Floats) -> Floats:
        """(..., L, 3) of severity at least 1, 2, 3; never rising, as the logits do not."""
        return np.minimum.accumulate(self.severities(logits), axis=-1)

    def severity(self, probabilities: Floats) -> NDArray[np.int64]:  # (..., L)
        """The highest severity whose threshold is met, and all below it."""
        met = probabilities >= self.severity_thresholds
        return np.asarray(np.logical_and.accumulate(met, axis=-1).sum(-1), dtype=np.int64)

    def treatment_probabilities(self, logits: Floats) -> Floats:
        """Softmax at the fitted temperature, (..., C)."""
        scaled = logits / self.temperature
        shifted = np.exp(scaled - scaled.max(-1, keepdims=True))
        return np.asarray(shifted / shifted.sum(-1, keepdims=True), dtype=np.float64)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float64)


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write JSON; numbers keep six decimals."""
    path.write_text(json.dumps(asdict(calibration), default=_rounded, indent=1) + "\n", "utf-8")


def _rounded(array: Floats) -> object:
    return np.round(array, 6).tolist()


def read_calibration(path: Path) -> Calibration:
    """Read what `write_calibration` wrote."""
    table = json.loads(path.read_text("utf-8"))

    def platt(key: str) -> Platt:
        return Platt(np.array(table[key]["slope"]), np.array(table[key]["offset"]))

    return Calibration(
        platt("severities"),
        platt("sub_labels"),
        platt("details"),
        float(table["temperature"]),
        *(np.array(table[f"{kind}_thresholds"]) for kind in ("severity", "sub_label", "detail")),
    )
