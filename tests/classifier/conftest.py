"""Classifiers with the throwaway artifact, and with other thresholds than its own."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from classifier import SensitivityClassifier
from classifier.artifact import write_manifest
from classifier.calibration import STEPS, read_calibration, write_calibration
from tests.tiny import TINY_WINDOWING

Thresholds = tuple[float, float, float]
Graded = Callable[[Thresholds], SensitivityClassifier]

MET = 0.0
MISSED = 2.0  # above every probability


@pytest.fixture(scope="session")
def classifier(artifact: Path) -> SensitivityClassifier:
    return SensitivityClassifier.load(artifact)


@pytest.fixture(scope="session")
def graded(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Makes classifiers whose labels have these thresholds for severity 1, 2 and 3."""

    @cache
    def load(thresholds: Thresholds) -> SensitivityClassifier:
        folder = tmp_path_factory.mktemp("graded") / "artifact"
        shutil.copytree(artifact, folder)
        plain = read_calibration(folder / "calibration.json")
        threshold = plain.threshold.copy()
        severities = [i for i, name in enumerate(plain.outputs) if ">=" in name]
        threshold[severities] = np.tile(thresholds, len(severities) // STEPS)
        write_calibration(folder / "calibration.json", replace(plain, threshold=threshold))
        write_manifest(folder, "graded", TINY_WINDOWING, {})
        return SensitivityClassifier.load(folder)

    return load
