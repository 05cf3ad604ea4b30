"""Logits to probabilities."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.calibration import (
    STEPS,
    Calibration,
    Floats,
    output_names,
    read_calibration,
    sigmoid,
    write_calibration,
)
from labels import read_taxonomy
from tests.tiny import plain_calibration

NAMES = output_names(read_taxonomy())
LABELS = len(read_taxonomy().labels)
scores = st.lists(st.floats(-1e4, 1e4), min_size=len(NAMES), max_size=len(NAMES)).map(np.array)


def uneven_calibration() -> Calibration:
    """One in which every number is another."""
    slope, lexical, offset, threshold = np.random.default_rng(5).uniform(0.2, 3, (4, len(NAMES)))
    return Calibration(NAMES, slope, lexical, offset - 2, threshold / 3, temperature=1.375)


def test_outputs_are_the_steps_of_each_label_then_sub_labels_and_details() -> None:
    taxonomy = read_taxonomy()
    assert NAMES[:4] == ("minors>=1", "minors>=2", "minors>=3", "violence>=1")
    assert NAMES[LABELS * STEPS :] == (*taxonomy.sub_label_ids, *taxonomy.detail_ids)
    assert len(set(NAMES)) == len(NAMES)


def test_what_is_written_is_read_to_six_decimals(tmp_path: Path) -> None:
    written = uneven_calibration()
    write_calibration(tmp_path / "calibration.json", written)
    found = read_calibration(tmp_path / "calibration.json")
    assert found.outputs == written.outputs
    for key in ("slope", "lexical_slope", "offset", "threshold", "temperature"):
        np.testing.assert_allclose(getattr(found, key), getattr(written, key), atol=5.1e-7, rtol=0)


def test_what_is_read_is_written_to_the_byte(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    write_calibration(first, uneven_calibration())
    write_calibration(second, read_calibration(first))
    assert first.read_bytes() == second.read_bytes()


def test_a_score_weighs_network_and_lexical_model_by_the_outputs_own_numbers() -> None:
    calibration = Calibration(
        ("a", "b"),
        slope=np.array([1.0, 2.0]),
        lexical_slope=np.array([0.0, 0.5]),
        offset=np.array([0.25, -1.0]),
        threshold=np.array([0.5, 0.5]),
        temperature=1.0,
    )
    network, lexical = np.array([[0.0, 0.0], [2.0, 3.0]]), np.array([[9.0, 9.0], [-9.0, -2.0]])
    found = calibration.scores(network, lexical)
    assert found.tolist() == [[0.25, 3.5], [2.25, 4.0]]


@given(scores)
def test_only_probabilities_of_severities_are_kept_from_rising(given_scores: Floats) -> None:
    """A severity's own numbers may lift it above the one before."""
    probabilities = plain_calibration().probabilities(given_scores, LABELS)
    free = sigmoid(given_scores)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    steps = probabilities[: LABELS * STEPS].reshape(LABELS, STEPS)
    assert (np.diff(steps, axis=-1) <= 0).all()
    assert (probabilities <= free).all()
    assert np.array_equal(steps[:, 0], free[: LABELS * STEPS : STEPS])
    assert np.array_equal(probabilities[LABELS * STEPS :], free[LABELS * STEPS :])


def test_a_severity_is_at_most_as_probable_as_the_milder_ones_of_its_label() -> None:
    given_scores = np.zeros((2, len(NAMES)))
    given_scores[1, :6] = [1.0, 3.0, 2.0, 2.0, -1.0, 1.0]
    found = plain_calibration().probabilities(given_scores, LABELS)
    assert (found[0] == 0.5).all()
    assert found[1, :6].tolist() == sigmoid(np.array([1.0, 1.0, 1.0, 2.0, -1.0, -1.0])).tolist()
    assert (found[1, 6:] == 0.5).all()


@pytest.mark.parametrize("huge", [1000.0, 1e300, np.inf])
def test_the_sigmoid_does_not_overflow(huge: float) -> None:
    with np.errstate(all="raise"):
        assert sigmoid(np.array([huge, -huge])).tolist() == [1.0, 0.0]


@given(st.floats(-30, 30))
def test_the_sigmoid_is_one(x: float) -> None:
    assert sigmoid(np.array(x)) == pytest.approx(1 / (1 + np.exp(-x)), abs=1e-15)


@pytest.mark.parametrize("logits", [[1.0, 2.0, 3.0], [1000.0, -1000.0, 999.0]])
def test_treatment_probabilities_add_up_and_keep_their_order(logits: list[float]) -> None:
    calibration = plain_calibration()
    with np.errstate(over="raise", invalid="raise"):
        sharp, blunt = (
            replace(calibration, temperature=temperature).treatment_probabilities(np.array(logits))
            for temperature in (1.0, 4.0)
        )
    assert [sharp.sum(), blunt.sum()] == pytest.approx([1, 1])
    # Where the exponential of the likelier two is all there is, the least is exactly 0.
    assert sharp.argsort().tolist() == blunt.argsort().tolist() == np.argsort(logits).tolist()
    assert blunt.max() < sharp.max()
