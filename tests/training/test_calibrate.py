"""Calibration: recovers what was done to the logits, and keeps few positives from bending it."""

import numpy as np
import pytest

from classifier.calibration import sigmoid
from training.calibrate import fit_platt, fit_temperature, fit_thresholds


def draw(size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """True logits (size, 1) and outcomes drawn from them."""
    dice = np.random.default_rng(seed)
    logits = dice.normal(-0.5, 2.0, (size, 1))
    return logits, (dice.random((size, 1)) < sigmoid(logits)).astype(np.float32)


def test_platt_undoes_a_stretch_and_a_shift() -> None:
    logits, truth = draw(20_000)
    slope, _, offset = fit_platt(3.0 * logits + 1.0, 0 * logits, truth)
    assert slope[0] == pytest.approx(1 / 3, abs=0.02)
    assert offset[0] == pytest.approx(-1 / 3, abs=0.05)


def test_platt_weighs_two_halves_of_the_truth() -> None:
    logits, truth = draw(20_000)
    part = np.random.default_rng(2).normal(0, 2.0, logits.shape)
    slope, lexical_slope, _ = fit_platt(logits - part, part, truth)
    assert slope[0] == pytest.approx(1.0, abs=0.05)
    assert lexical_slope[0] == pytest.approx(1.0, abs=0.05)


def test_slopes_stay_positive_even_against_the_evidence() -> None:
    logits, truth = draw(500)
    slope, lexical_slope, _ = fit_platt(-logits, -logits, truth)
    assert min(slope[0], lexical_slope[0]) > 0


def test_one_positive_does_not_bend_the_curve() -> None:
    logits = np.linspace(-6, 2, 50)[:, None]
    truth = np.zeros((50, 1), dtype=np.float32)
    truth[-1] = 1.0
    assert 0.5 < fit_platt(logits, 0 * logits, truth)[0][0] < 2.0


def test_unjudged_articles_have_no_say() -> None:
    logits, truth = draw(2_000)
    unjudged = np.concatenate([truth, np.full((500, 1), np.nan, dtype=np.float32)])
    more = np.concatenate([logits, np.full((500, 1), 3.0)])
    with_them, without = fit_platt(more, more, unjudged), fit_platt(logits, logits, truth)
    assert np.array(with_them) == pytest.approx(np.array(without))


def test_temperature_of_overconfident_logits() -> None:
    dice = np.random.default_rng(1)
    logits = dice.normal(0, 2.0, (20_000, 4))
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    classes = np.array([dice.choice(4, p=p) for p in shares])
    assert fit_temperature(2.5 * logits, classes) == pytest.approx(2.5, abs=0.1)


def test_threshold_of_calibrated_probabilities_is_half_the_best_f1() -> None:
    """Lipton et al., Optimal thresholding of classifiers to maximize F1 measure, 2014."""
    logits, truth = draw(20_000)
    probabilities = sigmoid(logits)
    threshold = fit_thresholds(probabilities, truth)[0]
    over = probabilities >= threshold
    best = 2 * (over * truth).sum() / (over.sum() + truth.sum())
    assert threshold == pytest.approx(best / 2, abs=0.02)
