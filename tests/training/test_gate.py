"""The gate: a candidate that is worse is refused, one that is not passes."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from classifier import Article, SensitivityClassifier
from classifier.artifact import GATE
from forewarn.__main__ import main
from tests.tiny import reseal, tiny_artifact
from tests.training.test_newsroom import decided_row
from training.corpus import read_split
from training.frozen_test import write_frozen_test
from training.gate import DECISIONS, FEWEST, Comparison, GateError, compare_artifacts
from training.newsroom import NewsroomArticle
from training.paired import (
    RATIOS,
    Said,
    average_precisions,
    compare_average_precision,
    compare_ratio,
    resamples,
)
from training.same_weights import load_pair


def said(size: int, skill: float, seed: int = 1) -> tuple[np.ndarray, Said]:
    """Severities, and somebody whose flags follow them as far as the skill goes."""
    severities = np.random.default_rng(0).integers(0, 4, size).astype(float)
    noise = np.random.default_rng(seed).normal(0, 1, size)
    scores = 1 / (1 + np.exp(-(skill * (severities - 1.5) + noise)))
    return severities, Said(scores, scores > 0.5)


def test_figures_are_what_they_are_called() -> None:
    severities = np.array([0.0, 0, 1, 2, 3, 3])
    given = Said(np.array([0.1, 0.9, 0.6, 0.4, 0.8, 0.2]), np.array([0, 1, 1, 0, 1, 0], bool))
    values = {name: a.sum() / b.sum() for name, (a, b) in _terms(severities, given).items()}
    assert values["grave_found"] == pytest.approx(1 / 2)
    assert values["clear_kept"] == pytest.approx(1 / 2)
    assert values["f1"] == pytest.approx(2 * 1 / (3 + 3))
    brier = np.mean((given.probabilities - (severities >= 2)) ** 2)
    assert values["probability_score"] == pytest.approx(1 - brier)


def _terms(severities: np.ndarray, given: Said) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {name: figure(severities, given) for name, figure in RATIOS.items()}


def test_average_precision_of_resamples_is_scikit_learns() -> None:
    severities, given = said(200, 1.0)
    truth, drawn = severities >= 2, resamples(200)[:5]
    found = average_precisions(truth, given.probabilities, drawn)
    expected = [
        average_precision_score(truth, given.probabilities, sample_weight=weights)
        for weights in drawn
    ]
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("figure", [*RATIOS, "average_precision"])
def test_a_loss_is_seen_and_luck_is_not(figure: str) -> None:
    severities, good = said(500, 2.0)
    little = np.random.default_rng(2).normal(0, 1e-3, 500)
    alike = Said(good.probabilities + little, good.flagged)
    _, bad = said(500, 0.1, seed=3)
    drawn, level = resamples(500), 0.05 / 20
    for other, worse in ((alike, False), (bad, True)):
        if figure == "average_precision":
            scores = (good.probabilities, other.probabilities)
            found = compare_average_precision(severities >= 2, *scores, drawn, level)
        else:
            terms = [RATIOS[figure](severities, one) for one in (good, other)]
            found = compare_ratio(terms[0], terms[1], drawn, level)
        assert (found.high < 0) is worse
        assert found.low <= found.after - found.before <= found.high


def test_a_regression_is_sure_and_beyond_the_tolerance() -> None:
    given = ("test", "all", "violence", "f1", 100)
    assert Comparison(*given, 0.9, 0.8, -0.2, -0.01, 0.02).regression
    assert not Comparison(*given, 0.9, 0.8, -0.2, 0.01, 0.02).regression
    assert not Comparison(*given, 0.9, 0.885, -0.02, -0.01, 0.02).regression


@pytest.fixture(scope="module")
def frozen(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frozen")
    write_frozen_test([example.article for example in read_split(corpus, "test")], folder)
    return folder


@pytest.fixture(scope="module")
def pair(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One that flags everything, and a candidate that flags nothing."""
    folder = tmp_path_factory.mktemp("candidate") / "calm"
    shutil.copytree(artifact, folder)
    reseal(folder, threshold=1.0)
    return artifact, folder


def test_who_flags_nothing_loses_what_is_grave_and_is_refused(
    pair: tuple[Path, Path], corpus: Path, frozen: Path
) -> None:
    keen, calm = pair
    gate = compare_artifacts(calm, keen, corpus, frozen=frozen)
    assert not gate.passed
    worse = {(one.label, one.figure) for one in gate.comparisons if one.regression}
    assert ("violence", "grave_found") in worse
    assert ("violence", "average_precision") not in worse
    versions = [SensitivityClassifier.load(folder).versions.artifact for folder in (calm, keen)]
    told = gate.as_dict()
    assert [told["candidate"], told["against"]] == versions
    assert told["passed"] is False
    assert compare_artifacts(calm, calm, corpus, frozen=frozen).passed


def test_the_newsrooms_own_decisions_count_too(
    pair: tuple[Path, Path], corpus: Path, frozen: Path
) -> None:
    keen, calm = pair
    articles = [
        NewsroomArticle(
            Article(row["text"], title=row.get("title", ""), section="local"),
            dict.fromkeys(row["labels"], 3),
            dict.fromkeys(row["labels"], 1.0),
        )
        for row in map(decided_row, range(200, 200 + 10 * FEWEST))
    ]
    gate = compare_artifacts(calm, keen, corpus, articles, frozen)
    found = [one for one in gate.comparisons if one.on == DECISIONS and one.figure == "f1"]
    assert {one.section for one in found} == {"all", "local"}
    assert all(one.regression for one in found)
    assert 0 < gate.decisions < 3 * len(articles)


def test_another_test_set_is_refused(pair: tuple[Path, Path], corpus: Path) -> None:
    with pytest.raises(GateError, match="another test set"):
        compare_artifacts(pair[1], pair[0], corpus)


def test_the_command_refuses_another_test_set(
    pair: tuple[Path, Path], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["gate", str(pair[1]), "--against", str(pair[0]), "--corpus", str(corpus)]
    assert main(given) == 2
    assert "another test set" in capsys.readouterr().err
    assert not (pair[1] / GATE).exists()


def test_reports_are_plain_json(pair: tuple[Path, Path], corpus: Path, frozen: Path) -> None:
    gate = compare_artifacts(pair[1], pair[0], corpus, frozen=frozen)
    assert json.loads(json.dumps(gate.as_dict(), allow_nan=False)) == gate.as_dict()


def test_artifacts_that_differ_in_calibration_only_are_read_once_and_answer_as_ever(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    articles = [Article("The boy was killed in the city."), Article("The bank was old. " * 200)]
    other = tiny_artifact(tmp_path / "other", seed=1)
    for folders in (pair, (pair[0], other)):
        for folder, classifier in zip(folders, load_pair(*folders), strict=True):
            expected = SensitivityClassifier.load(folder).assess(articles)
            assert classifier.assess(articles) == classifier.assess(articles) == expected
