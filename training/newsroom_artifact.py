"""An artifact for one newsroom: the weights of another, calibrated on its own decisions."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from classifier import SensitivityClassifier, __version__
from classifier.artifact import FILES, read_manifest, write_manifest
from classifier.calibration import STEPS, Calibration, read_calibration, write_calibration
from training.newsroom import (
    NewsroomArticle,
    NewsroomError,
    NewsroomSplit,
    severity_table,
    split_newsroom,
)
from training.newsroom_calibration import (
    FLAG,
    Judged,
    LabelCalibration,
    LabelResult,
    calibrate_label,
)
from training.reliability import Point, reliability_curve, reliability_svg

FEWEST_JUDGEMENTS = 200
CHART, FIGURES = "reliability.svg", "newsroom.json"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NewsroomCalibration:
    """What came of it: the new calibration, and each label's result."""

    calibration: Calibration
    labels: dict[str, LabelResult]

    def curves(self) -> dict[str, tuple[list[Point], list[Point]]]:
        """Reliability before and after, of the labels that could be fitted, cross-validated."""
        found = {}
        for label, result in self.labels.items():
            before, after = result.probabilities_before, result.probabilities_after
            if before is not None and after is not None:
                truth, weights = result.judged.targets[:, FLAG] == 1, result.judged.weights
                found[label] = (
                    reliability_curve(truth, before, weights),
                    reliability_curve(truth, after, weights),
                )
        return found


def make_newsroom_artifact(
    artifact: Path, articles: Sequence[NewsroomArticle], out: Path
) -> NewsroomCalibration:
    """Calibrate on the part of the decisions that may be learned from; write the folder `out`.

    Beside the artifact lie `newsroom.json` (figures) and `reliability.svg`. Raises NewsroomError
    where there are too few judgements, where no label would get better, or where `out` is there.
    """
    if out.exists():
        raise NewsroomError(
            f"{out} is there already. Expected a name that is free, since artifacts are never "
            "changed. Choose another with --to."
        )
    judgements = sum(len(one.severities) for one in articles)
    if judgements < FEWEST_JUDGEMENTS:
        raise NewsroomError(
            f"Too few decisions: expected {FEWEST_JUDGEMENTS} labels judged in articles whose text "
            f"is at hand, got {judgements}. Nothing was written. Go on collecting."
        )
    split = split_newsroom(articles)
    classifier = SensitivityClassifier.load(artifact)
    old = read_calibration(artifact / "calibration.json")
    found = calibrate(classifier, old, split)
    if all(result.kept for result in found.labels.values()):
        reasons = "; ".join(f"{label}: {result.kept}" for label, result in found.labels.items())
        raise NewsroomError(
            "The artifact's own calibration is not bettered on stories that were held out, label "
            f"by label. Expected a gain, got: {reasons}. Nothing was written. Keep the artifact, "
            "or collect more decisions."
        )
    _write(artifact, found, articles, split, out)
    return found


def calibrate(
    classifier: SensitivityClassifier, old: Calibration, split: NewsroomSplit
) -> NewsroomCalibration:
    """Fit every label on the decisions that may be learned from."""
    read = [classifier.log_odds(one.article) for one in tqdm(split.fit, unit="article")]
    checked = np.array([found is not None for found in read], dtype=np.bool_)
    scores = np.array([found for found in read if found is not None])
    severities, weights = severity_table(split.fit, classifier.taxonomy)
    return calibrate_labels(
        classifier.taxonomy.label_ids,
        old,
        scores.reshape(-1, len(old.outputs)),
        severities[checked],
        weights[checked],
        split.fold[checked],
    )


def calibrate_labels(
    labels: Sequence[str],
    old: Calibration,
    scores: Floats,
    severities: Floats,
    weights: Floats,
    fold: NDArray[np.int64],
) -> NewsroomCalibration:
    """The same from log-odds (N, O), severities and weights (N, L) and folds (N,)."""
    new, results = old, {}
    for row, label in enumerate(labels):
        steps = slice(row * STEPS, (row + 1) * STEPS)
        there = ~np.isnan(severities[:, row])
        judged = Judged(scores[:, steps], severities[:, row], weights[:, row], fold).rows(there)
        results[label] = calibrate_label(judged, old.threshold[steps])
        new = put_label(new, steps, results[label].calibration)
    return NewsroomCalibration(new, results)


def put_label(old: Calibration, steps: slice, label: LabelCalibration) -> Calibration:
    """A calibration with another label's on top, at the outputs `steps`."""
    columns = {
        name: getattr(old, name).copy()
        for name in ("slope", "lexical_slope", "offset", "threshold")
    }
    for name in ("slope", "lexical_slope", "offset"):
        columns[name][steps] *= label.slope
    columns["offset"][steps] += label.offsets
    columns["threshold"][steps] = label.thresholds
    return replace(old, **columns)


def _write(
    artifact: Path,
    found: NewsroomCalibration,
    articles: Sequence[NewsroomArticle],
    split: NewsroomSplit,
    out: Path,
) -> None:
    manifest = read_manifest(artifact)
    aside = out.with_name(out.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name in FILES:
        shutil.copy(artifact / name, aside / name)
    write_calibration(aside / "calibration.json", found.calibration)
    told = {
        "from": manifest.version,
        "date": date.today().isoformat(),
        "code": __version__,
        "articles": {"fit": len(split.fit), "held_out": len(split.held_out)},
        "fingerprint": fingerprint(articles),
        "labels": [label for label, result in found.labels.items() if not result.kept],
    }
    write_manifest(aside, manifest.name, manifest.windowing, manifest.origin | {"newsroom": told})
    (aside / FIGURES).write_text(json.dumps(told | _figures(found), indent=1) + "\n", "utf-8")
    (aside / CHART).write_text(reliability_svg(found.curves()), "utf-8")
    aside.rename(out)


def _figures(found: NewsroomCalibration) -> dict[str, Any]:
    return {
        "results": {
            label: {
                "judged": len(result.judged.severities),
                "kept": result.kept,
                "before": asdict(result.before) if result.before else None,
                "after": asdict(result.after) if result.after else None,
            }
            for label, result in found.labels.items()
        }
    }


def fingerprint(articles: Sequence[NewsroomArticle]) -> str:
    """SHA-256 (hex) of what editors said of which articles; it holds no text."""
    said = sorted((one.article.content_hash, sorted(one.severities.items())) for one in articles)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
