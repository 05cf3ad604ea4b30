"""An artifact for one newsroom: the same weights, its own calibration, or a refusal."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier import Article, SensitivityClassifier
from classifier.artifact import FILES, read_manifest
from classifier.calibration import STEPS, sigmoid
from forewarn.__main__ import main
from labels import read_taxonomy, write_jsonl
from tests.tiny import WORDS, reseal
from training.newsroom import NewsroomArticle, NewsroomError
from training.newsroom_artifact import CHART, FIGURES, make_newsroom_artifact

LABELS = read_taxonomy().label_ids


@pytest.fixture(scope="module")
def plain(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The throwaway artifact with thresholds at one half."""
    folder = tmp_path_factory.mktemp("plain") / "tiny"
    shutil.copytree(artifact, folder)
    reseal(folder, threshold=0.5)
    return folder


@pytest.fixture(scope="module")
def decided(plain: Path) -> list[NewsroomArticle]:
    """Judgements drawn from the artifact's own log-odds, stretched and put elsewhere."""
    dice = np.random.default_rng(3)
    classifier = SensitivityClassifier.load(plain)
    read: list[tuple[Article, NDArray[np.float64]]] = []
    while len(read) < 120:
        words = ["The police said", *dice.choice(WORDS, 30)]
        article = Article(" ".join(words) + ".", section="local")
        odds = classifier.log_odds(article)
        if odds is not None:  # it may look like another language
            steps = odds[: STEPS * len(LABELS)].reshape(len(LABELS), STEPS)
            read.append((article, steps))
    middle = np.median([steps for _, steps in read], axis=0)[:, 1:2]
    found = []
    for article, steps in read:
        chance = np.minimum.accumulate(sigmoid(2 * (steps - middle - 0.5)), axis=1)
        severities = (dice.random((len(LABELS), 1)) < chance).sum(1)
        given = dict(zip(LABELS, map(int, severities), strict=True))
        found.append(NewsroomArticle(article, given, dict.fromkeys(LABELS, 1.0)))
    return found


def test_the_new_artifact_has_the_weights_of_the_old_and_a_calibration_of_its_own(
    plain: Path, decided: Sequence[NewsroomArticle], tmp_path: Path
) -> None:
    out = tmp_path / "ours"
    found = make_newsroom_artifact(plain, decided, out)
    fitted = [label for label, result in found.labels.items() if not result.kept]
    assert fitted
    same = {name for name in FILES if (out / name).read_bytes() == (plain / name).read_bytes()}
    assert set(FILES) - same == {"calibration.json"}
    old, new = read_manifest(plain), read_manifest(out)
    assert new.version != old.version
    told = new.origin["newsroom"]
    assert (told["from"], told["labels"]) == (old.version, fitted)
    assert told["articles"]["fit"] + told["articles"]["held_out"] == len(decided)
    assert (out / CHART).read_text("utf-8").startswith("<svg")
    figures = json.loads((out / FIGURES).read_text("utf-8"))["results"]
    before, after = (SensitivityClassifier.load(folder) for folder in (plain, out))
    article = decided[0].article
    one, other = before.log_odds(article), after.log_odds(article)
    assert one is not None
    assert other is not None
    for row, label in enumerate(LABELS):
        steps = slice(row * STEPS, (row + 1) * STEPS)
        calibration = found.labels[label].calibration
        expected = calibration.slope * one[steps] + calibration.offsets
        assert other[steps] == pytest.approx(expected, abs=1e-3)
        assert figures[label]["kept"] == found.labels[label].kept
    assert other[STEPS * len(LABELS) :] == pytest.approx(one[STEPS * len(LABELS) :])


def test_it_refuses_where_there_is_too_little_or_nothing_to_gain(
    plain: Path, decided: Sequence[NewsroomArticle], tmp_path: Path
) -> None:
    with pytest.raises(NewsroomError, match=r"expected 200 labels judged .* got 198"):
        make_newsroom_artifact(plain, decided[:66], tmp_path / "few")
    calm = [NewsroomArticle(one.article, dict.fromkeys(LABELS, 0), one.weights) for one in decided]
    with pytest.raises(NewsroomError, match="0 judgements at severity 2 and up"):
        make_newsroom_artifact(plain, calm, tmp_path / "calm")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "there").mkdir()
    with pytest.raises(NewsroomError, match="is there already"):
        make_newsroom_artifact(plain, decided, tmp_path / "there")


def test_the_command_shows_both_curves(
    plain: Path,
    decided: Sequence[NewsroomArticle],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    judged = {"editor": "u-1", "at": "now", "artifact": "a+1"}
    rows = [
        {
            "id": str(number),
            "content_hash": one.article.content_hash,
            "labels": {name: {"severity": s, **judged} for name, s in one.severities.items()},
        }
        for number, one in enumerate(decided)
    ]
    texts = [{"id": str(n), "title": None, "text": o.article.body} for n, o in enumerate(decided)]
    write_jsonl(tmp_path / "decisions.jsonl", rows)
    write_jsonl(tmp_path / "texts.jsonl", texts)
    given = ["calibrate", "--artifact", plain, "--decisions", tmp_path / "decisions.jsonl"]
    out = ["--to", tmp_path / "ours"]
    assert main([*map(str, [*given, *out])]) == 2  # no texts
    assert "--texts" in capsys.readouterr().err
    assert main([*map(str, [*given, *out, "--texts", tmp_path / "texts.jsonl"])]) == 0
    shown = capsys.readouterr().out
    assert "120 of 120 decided articles have their text" in shown
    assert "| Probability | Before: articles | said | seen |" in shown
    assert read_manifest(tmp_path / "ours").version.startswith("tiny+")
