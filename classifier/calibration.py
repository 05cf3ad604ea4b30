"""From logits to calibrated probabilities, severities and presences."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labels import Taxonomy

Floats = NDArray[np.float64]
STEPS = 3  # severity at least 1, 2, 3


def output_names(taxonomy: Taxonomy) -> tuple[str, ...]:
    """The O calibrated outputs in order: `minors>=1` and so on, sub-labels, details."""
    severities = [f"{label}>={step}" for label in taxonomy.label_ids for step in (1, 2, 3)]
    return (*severities, *taxonomy.sub_label_ids, *taxonomy.detail_ids)


@dataclass(frozen=True)
class Calibration:
    """Platt scaling of the network's and the lexical model's logits together, and thresholds.

    probability = sigmoid(slope * network + lexical_slope * lexical + offset), with numbers of its
    own for each of the O `outputs`; all arrays are (O,). Slopes are positive. `temperature` divides
    the treatment's logits before the softmax. It all belongs to an artifact and is fitted on the
    dev split. J. Platt, Probabilistic outputs for support vector machines, 1999.
    """

    outputs: tuple[str, ...]
    slope: Floats
    lexical_slope: Floats
    offset: Floats
    threshold: Floats
    temperature: float

    def scores(self, network: Floats, lexical: Floats) -> Floats:
        """Calibrated log-odds (..., O)."""
        return self.slope * network + self.lexical_slope * lexical + self.offset

    def probabilities(self, scores: Floats, labels: int) -> Floats:
        """Probabilities (..., O); those of a label's severities never rise with the step."""
        result = sigmoid(scores)
        steps = result[..., : labels * STEPS].reshape(*result.shape[:-1], labels, STEPS)
        falling = np.minimum.accumulate(steps, axis=-1)
        result[..., : labels * STEPS] = falling.reshape(*result.shape[:-1], -1)
        return result

    def treatment_probabilities(self, logits: Floats) -> Floats:
        """Softmax at the fitted temperature, (..., C)."""
        scaled = logits / self.temperature
        shifted = np.exp(scaled - scaled.max(-1, keepdims=True))
        return np.asarray(shifted / shifted.sum(-1, keepdims=True), dtype=np.float64)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float64)


_COLUMNS = ("slope", "lexical_slope", "offset", "threshold")


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write JSON, a row for each output; numbers keep six decimals."""
    columns = [getattr(calibration, name) for name in _COLUMNS]
    rows = {
        output: {
            name: round(float(column[i]), 6) for name, column in zip(_COLUMNS, columns, strict=True)
        }
        for i, output in enumerate(calibration.outputs)
    }
    table = {"temperature": round(calibration.temperature, 6), "outputs": rows}
    path.write_text(json.dumps(table, indent=1) + "\n", "utf-8")


def read_calibration(path: Path) -> Calibration:
    """Read what `write_calibration` wrote."""
    table = json.loads(path.read_text("utf-8"))
    rows = table["outputs"]

    def column(name: str) -> Floats:
        return np.array([row[name] for row in rows.values()])

    return Calibration(
        outputs=tuple(rows),
        slope=column("slope"),
        lexical_slope=column("lexical_slope"),
        offset=column("offset"),
        threshold=column("threshold"),
        temperature=float(table["temperature"]),
    )
