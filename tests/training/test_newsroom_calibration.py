"""A newsroom's calibration: it learns a taste, stays put without evidence, and weighs draws."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.calibration import sigmoid
from training.newsroom_calibration import (
    FEWEST_OF_A_CLASS,
    Judged,
    calibrate_label,
    cross_fit,
    effective_weights,
    fit_label,
    measure,
)
from training.reliability import reliability_curve, reliability_rows, reliability_svg

THRESHOLDS = np.array([0.5, 0.5, 0.5])


def draw(size: int, shift: float = 0.0, slope: float = 1.0, seed: int = 0) -> Judged:
    """Scores, and severities of editors for whom everything is graver by `shift` log-odds."""
    dice = np.random.default_rng(seed)
    grade = dice.normal(0, 2.5, size)
    scores = grade[:, None] + np.array([2.0, 0.0, -2.0])
    chance = sigmoid(slope * scores + shift)
    severities = (dice.random(size)[:, None] < chance).sum(1).astype(float)
    return Judged(scores, severities, np.ones(size), np.arange(size) % 5)


def gain(judged: Judged, other: Judged) -> Iterator[float]:
    fitted = fit_label(judged, THRESHOLDS)
    old = fit_label(draw(0), THRESHOLDS)
    for name in ("log_loss", "ece"):
        before, after = (
            measure(other, one.probabilities(other.scores), one.flagged(other.scores))
            for one in (old, fitted)
        )
        yield getattr(before, name) - getattr(after, name)


def test_without_evidence_nothing_moves() -> None:
    fitted = fit_label(draw(0), THRESHOLDS)
    assert fitted.slope == pytest.approx(1)
    assert fitted.offsets == pytest.approx([0, 0, 0])
    assert fitted.thresholds.tolist() == THRESHOLDS.tolist()


def test_much_evidence_finds_the_taste() -> None:
    fitted = fit_label(draw(20_000, shift=-2.0, slope=0.5), THRESHOLDS)
    assert fitted.slope == pytest.approx(0.5, abs=0.03)
    assert fitted.offsets == pytest.approx([-2, -2, -2], abs=0.15)


@pytest.mark.parametrize("seed", range(5))
def test_sixty_judgements_are_nearer_to_a_taste_that_differs(seed: int) -> None:
    judged, other = draw(60, shift=-3.0, seed=seed), draw(5_000, shift=-3.0, seed=99)
    assert all(found > 0 for found in gain(judged, other))


def test_the_slope_stays_positive_against_all_evidence() -> None:
    judged = draw(500)
    upside_down = judged._replace(severities=3 - judged.severities)
    assert fit_label(upside_down, THRESHOLDS).slope > 0


def test_probabilities_never_rise_with_the_step() -> None:
    judged = draw(300, shift=1.0)
    found, _ = cross_fit(judged, THRESHOLDS)
    assert (np.diff(found, axis=1) <= 0).all()


def test_no_article_is_judged_by_a_fit_that_has_seen_its_fold() -> None:
    judged = draw(100)
    found, _ = cross_fit(judged, THRESHOLDS)
    lied = judged.severities.copy()
    lied[judged.fold == 2] = 3 - lied[judged.fold == 2]
    other, _ = cross_fit(judged._replace(severities=lied), THRESHOLDS)
    inside = judged.fold == 2
    assert np.array_equal(found[inside], other[inside])
    assert not np.allclose(found[~inside], other[~inside])


def test_judgements_drawn_with_known_probabilities_stand_for_all() -> None:
    """Editors see what is flagged, and one in ten of the rest: weights undo it."""
    everything = draw(20_000, shift=-1.0, seed=4)
    chance = np.where(everything.scores[:, 1] > 0, 1.0, 0.1)
    seen = np.random.default_rng(5).random(len(chance)) < chance
    rows = everything.rows(seen)
    weighted = fit_label(rows._replace(weights=1 / chance[seen]), THRESHOLDS)
    # Whether flagged depends on the score alone, so offsets agree; figures need the weights.
    fitted = fit_label(everything, THRESHOLDS)
    assert weighted.offsets == pytest.approx(fitted.offsets, abs=0.15)
    truth = measure(
        everything, weighted.probabilities(everything.scores), weighted.flagged(everything.scores)
    )
    told = measure(
        rows._replace(weights=1 / chance[seen]),
        weighted.probabilities(rows.scores),
        weighted.flagged(rows.scores),
    )
    blind = measure(rows, weighted.probabilities(rows.scores), weighted.flagged(rows.scores))
    assert told.log_loss == pytest.approx(truth.log_loss, abs=0.02)
    assert abs(blind.log_loss - truth.log_loss) > 0.05


def test_large_weights_do_not_outvote_the_prior() -> None:
    weights: NDArray[np.float64] = np.array([1000.0, 1.0, 1.0])
    assert effective_weights(weights).sum() == pytest.approx(1, abs=0.01)
    assert effective_weights(np.ones(7)).sum() == pytest.approx(7)


def test_a_label_with_few_of_a_class_keeps_its_calibration() -> None:
    judged = draw(100)
    few = judged._replace(severities=np.r_[np.full(FEWEST_OF_A_CLASS - 1, 2.0), np.zeros(93)])
    result = calibrate_label(few, THRESHOLDS)
    assert result.kept
    assert "7 judgements at severity 2 and up" in result.kept
    assert result.calibration.slope == 1


@pytest.mark.parametrize("seed", range(4))
def test_what_would_get_worse_is_kept(seed: int) -> None:
    result = calibrate_label(draw(80, seed=seed), THRESHOLDS)
    if result.kept:
        assert result.calibration.slope == 1
        assert "would go from" in result.kept
    else:
        assert result.before
        assert result.after
        assert result.after.log_loss < result.before.log_loss
        assert result.after.f1 >= result.before.f1


def test_reliability_is_told_in_a_table_and_a_chart() -> None:
    judged = draw(500, shift=-2.0)
    result = calibrate_label(judged, THRESHOLDS)
    before, after = result.probabilities_before, result.probabilities_after
    assert before is not None
    assert after is not None
    truth = judged.severities >= 2
    curves = [reliability_curve(truth, said, judged.weights) for said in (before, after)]
    assert all(sum(point.articles for point in curve) == 500 for curve in curves)
    worst = [max(abs(point.said - point.seen) for point in curve) for curve in curves]
    assert worst[1] < worst[0]
    assert len(reliability_rows(*curves)) == 7
    chart = reliability_svg({"violence <&>": (curves[0], curves[1])})
    assert "violence &lt;&amp;&gt;" in chart
