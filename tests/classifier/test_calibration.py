"""Logits to probabilities and severities."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.calibration import (
    Calibration,
    Floats,
    Platt,
    read_calibration,
    sigmoid,
    write_calibration,
)
from tests.tiny import plain_calibration

logit = st.floats(-1e4, 1e4)
share = st.floats(0, 1)


def three(values: tuple[float, float, float]) -> Floats:
    """The same values for each label."""
    return np.tile(np.array(values), (3, 1))


def uneven_calibration() -> Calibration:
    """One in which every number is another."""
    numbers = np.random.default_rng(5)
    return Calibration(
        Platt(numbers.uniform(0.2, 3, (3, 3)), numbers.normal(size=(3, 3))),
        Platt(numbers.uniform(0.2, 3, 16), numbers.normal(size=16)),
        Platt(numbers.uniform(0.2, 3, 2), numbers.normal(size=2)),
        1.375,
        numbers.uniform(size=(3, 3)),
        numbers.uniform(size=16),
        numbers.uniform(size=2),
    )


def test_what_is_written_is_read_to_six_decimals(tmp_path: Path) -> None:
    written = uneven_calibration()
    write_calibration(tmp_path / "calibration.json", written)
    found = asdict(read_calibration(tmp_path / "calibration.json"))
    for key, expected in asdict(written).items():
        values = expected.items() if isinstance(expected, dict) else [(None, expected)]
        for part, value in values:
            got = found[key][part] if part else found[key]
            assert np.shape(got) == np.shape(value)
            np.testing.assert_allclose(got, value, atol=5.1e-7, rtol=0)


def test_what_is_read_is_written_to_the_byte(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    write_calibration(first, uneven_calibration())
    write_calibration(second, read_calibration(first))
    assert first.read_bytes() == second.read_bytes()


@given(st.tuples(share, share, share), st.tuples(share, share, share))
def test_a_severity_needs_its_own_threshold_and_all_below(
    probabilities: tuple[float, float, float], thresholds: tuple[float, float, float]
) -> None:
    calibration = replace(plain_calibration(), severity_thresholds=three(thresholds))
    met = [p >= t for p, t in zip(probabilities, thresholds, strict=True)]
    expected = met.index(False) if False in met else 3
    assert calibration.severity(three(probabilities)).tolist() == [expected] * 3


def test_a_low_threshold_above_a_missed_one_counts_for_nothing() -> None:
    thresholds = three((0.5, 0.3, 0.2))
    calibration = replace(plain_calibration(), severity_thresholds=thresholds)
    probabilities = np.array([[0.4, 0.4, 0.4], [0.6, 0.2, 0.2], [0.5, 0.3, 0.2]])
    assert calibration.severity(probabilities).tolist() == [0, 1, 3]


@given(st.tuples(logit, logit, logit), st.tuples(logit, logit, logit))
def test_severity_probabilities_never_rise(
    logits: tuple[float, float, float], offsets: tuple[float, float, float]
) -> None:
    """Also where a severity's own offset lifts it above the one before."""
    platt = Platt(three((0.5, 2.0, 1.0)), three(offsets))
    calibration = replace(plain_calibration(), severities=platt)
    falling = three(tuple(sorted(logits, reverse=True)))
    probabilities = calibration.severity_probabilities(falling)
    assert (np.diff(probabilities, axis=-1) <= 0).all()
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert np.array_equal(probabilities[:, 0], platt(falling)[:, 0])


@pytest.mark.parametrize("huge", [1000.0, 1e300, np.inf])
def test_the_sigmoid_does_not_overflow(huge: float) -> None:
    with np.errstate(all="raise"):
        assert sigmoid(np.array([huge, -huge])).tolist() == [1.0, 0.0]


@given(st.floats(-30, 30))
def test_the_sigmoid_is_one(x: float) -> None:
    assert sigmoid(np.array(x)) == pytest.approx(1 / (1 + np.exp(-x)), abs=1e-15)


def test_platt_scales_each_output_by_its_own_numbers() -> None:
    platt = Platt(np.array([1.0, 2.0]), np.array([0.0, -1.0]))
    expected = [[0.5, 1 / (1 + np.e)], [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(-3))]]
    np.testing.assert_allclose(platt(np.array([[0.0, 0.0], [2.0, 2.0]])), expected)


@pytest.mark.parametrize("logits", [[1.0, 2.0, 3.0], [1000.0, -1000.0, 999.0]])
def test_treatment_probabilities_add_up_and_keep_their_order(logits: list[float]) -> None:
    calibration = plain_calibration()
    with np.errstate(over="raise", invalid="raise"):
        sharp, blunt = (
            replace(calibration, temperature=temperature).treatment_probabilities(np.array(logits))
            for temperature in (1.0, 4.0)
        )
    assert [sharp.sum(), blunt.sum()] == pytest.approx([1, 1])
    assert sharp.argsort().tolist() == blunt.argsort().tolist() == np.argsort(logits).tolist()
    assert blunt.max() < sharp.max()
