"""Figures, against numbers worked out by hand."""

import numpy as np
import pytest

from training.corpus import spans_agree
from training.metrics import (
    average_precision,
    bootstrap,
    expected_calibration_error,
    macro_average_precision,
    precision_recall_f1,
)


def test_precision_recall_f1() -> None:
    truth = np.array([1, 1, 1, 0, 0], dtype=bool)
    flagged = np.array([1, 1, 0, 1, 0], dtype=bool)
    assert precision_recall_f1(truth, flagged) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert precision_recall_f1(truth, np.zeros(5, dtype=bool)) == (0.0, 0.0, 0.0)


def test_calibration_error_is_the_weighted_gap() -> None:
    truth = np.array([1, 0, 1, 1], dtype=bool)
    probabilities = np.array([0.25, 0.25, 0.95, 0.95])
    # two in the third bin: frequency 0.5, said 0.25; two in the last: frequency 1, said 0.95
    assert expected_calibration_error(truth, probabilities) == pytest.approx(0.15)


def test_a_probability_of_one_is_in_the_last_bin() -> None:
    assert expected_calibration_error(np.array([True]), np.array([1.0])) == 0.0


def test_average_precision_of_nothing_is_no_number() -> None:
    assert np.isnan(average_precision(np.zeros(3, dtype=bool), np.arange(3.0)))
    truth = np.array([[1, 0], [0, 0]], dtype=bool)
    assert macro_average_precision(truth, np.array([[0.9, 0.9], [0.1, 0.8]])) == 1.0


def test_intervals_hold_the_value_and_are_the_same_each_time() -> None:
    values = np.random.default_rng(0).random(200)

    def figures(rows: np.ndarray) -> dict[str, float]:
        return {"mean": float(values[rows].mean())}

    low, high = bootstrap(figures, 200)["mean"]
    assert low < values.mean() < high
    assert bootstrap(figures, 200)["mean"] == [low, high]


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ((0, 10), (0, 10), True),
        ((0, 100), (10, 40), True),  # the annotators' splitter cut finer
        ((0, 10), (6, 30), False),
        ((0, 10), (10, 20), False),
    ],
)
def test_spans_that_are_the_same_passage(
    one: tuple[int, int], other: tuple[int, int], agree: bool
) -> None:
    assert spans_agree(one, other) is agree
    assert spans_agree(other, one) is agree
