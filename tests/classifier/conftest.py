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
from classifier.calibration import read_calibration, write_calibration
from tests.tiny import TINY_WINDOWING

OUT_OF_REACH = 2.0  # above every probability


@pytest.fixture(scope="session")
def classifier(artifact: Path) -> SensitivityClassifier:
    return SensitivityClassifier.load(artifact)


@pytest.fixture(scope="session")
def graded(
    artifact: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[int], SensitivityClassifier]:
    """Makes classifiers to which every label of every article has the given severity."""

    @cache
    def load(severity: int) -> SensitivityClassifier:
        folder = tmp_path_factory.mktemp("graded") / "artifact"
        shutil.copytree(artifact, folder)
        plain = read_calibration(folder / "calibration.json")
        thresholds = np.full_like(plain.severity_thresholds, OUT_OF_REACH)
        thresholds[:, :severity] = 0.0
        write_calibration(
            folder / "calibration.json", replace(plain, severity_thresholds=thresholds)
        )
        write_manifest(folder, "graded", TINY_WINDOWING, {})
        return SensitivityClassifier.load(folder)

    return load
