"""A newsroom whose taste differs from the codebook's: what 200 of its decisions bring.

`python -m benchmarks.newsroom --corpus FOLDER` takes the dev split for the newsroom's articles. Its
editors are told of violence only where it is grave, and of minors as soon as they are present; of
trauma they think as the codebook does. Now and then they slip by a step. They are asked about every
flagged article and a quarter of the clear ones, until 200 labels are judged; an artifact is
calibrated on that, as `forewarn calibrate` does, and both are measured on the other dev articles,
none of them of a story that was asked about. This is done with many draws. Then candidates from one
honest and several poisoned sets of decisions are put before the gate, which reads the frozen test
set; nothing is chosen by what it says. Writes `benchmarks/results/newsroom.json`.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import processor
from classifier import SensitivityClassifier
from classifier.artifact import released_artifact
from classifier.calibration import STEPS, read_calibration
from classifier.runtime import usable_cores
from forewarn.options import add_corpus
from training.corpus import Example, read_split
from training.gate import Gate, compare_artifacts
from training.newsroom import NewsroomArticle, NewsroomError, severity_table, split_newsroom
from training.newsroom_artifact import calibrate_labels, make_newsroom_artifact
from training.newsroom_calibration import FLAG, Figures, Judged, LabelCalibration, measure
from training.shingles import shingles_of, stories

RESULTS = Path(__file__).with_name("results") / "newsroom.json"
TASTE = {"minors": (0, 2, 3, 3), "violence": (0, 0, 1, 2), "trauma": (0, 1, 2, 3)}
SLIPS = 0.05  # of the judgements are a step off
JUDGEMENTS = 200
CLEAR = 0.25  # share of the clear articles that editors are asked about
Floats = NDArray[np.float64]
Poison = Callable[[dict[str, int], np.random.Generator], dict[str, int]]


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=40)
    add_corpus(parser)
    arguments = parser.parse_args()
    result = {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "taste": TASTE,
        "judgements": JUDGEMENTS,
        "draws": arguments.draws,
        **simulate(arguments.corpus, arguments.draws),
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def simulate(corpus: Path, draws: int) -> dict[str, Any]:
    """All draws on the dev split, then the gate on candidates of the first."""
    artifact = released_artifact()
    classifier = SensitivityClassifier.load(artifact)
    examples = read_split(corpus, "dev")
    odds = [classifier.log_odds(example.article) for example in examples]
    read = [(e, o) for e, o in zip(examples, odds, strict=True) if o is not None]
    examples, scores = [e for e, _ in read], np.stack([o for _, o in read])
    told = stories([shingles_of(e.article) for e in examples])
    old = read_calibration(artifact / "calibration.json")
    probabilities = old.probabilities(scores, len(TASTE))[:, FLAG : STEPS * len(TASTE) : STEPS]
    met = probabilities >= old.threshold[FLAG : STEPS * len(TASTE) : STEPS]
    flagged = np.asarray(met.any(1), dtype=np.bool_)
    newsrooms = [draw_decisions(examples, flagged, seed) for seed in range(draws)]
    gains = [
        gain(classifier, examples, scores, told, [articles[i] for i in asked], asked)
        for articles, asked in newsrooms
    ]
    first = [newsrooms[0][0][i] for i in newsrooms[0][1]]
    return {
        "other_articles": int(np.mean([g["articles"] for g in gains])),
        "labels": {label: summary([g[label] for g in gains]) for label in TASTE},
        "gate": gates(artifact, corpus, first),
    }


def draw_decisions(
    examples: Sequence[Example], flagged: NDArray[np.bool_], seed: int
) -> tuple[list[NewsroomArticle], list[int]]:
    """All articles with what the editors think of them, and the numbers of those asked about."""
    dice = np.random.default_rng(seed)
    chance = np.where(flagged, 1.0, CLEAR)
    articles = [
        NewsroomArticle(example.article, opinion(example, dice), dict.fromkeys(TASTE, 1 / share))
        for example, share in zip(examples, chance, strict=True)
    ]
    order = dice.permutation(np.flatnonzero(dice.random(len(chance)) < chance))
    return articles, [int(number) for number in order[: -(-JUDGEMENTS // len(TASTE))]]


def opinion(example: Example, dice: np.random.Generator) -> dict[str, int]:
    """The severities that an editor of this newsroom gives."""
    slips = np.where(dice.random(len(TASTE)) < SLIPS, dice.choice([-1, 1], len(TASTE)), 0)
    given = [levels[example.labels[label]] for label, levels in TASTE.items()]
    return dict(zip(TASTE, map(int, np.clip(given + slips, 0, 3)), strict=True))


def gain(
    classifier: SensitivityClassifier,
    examples: Sequence[Example],
    scores: Floats,
    told: NDArray[np.int64],
    decided: list[NewsroomArticle],
    asked: Sequence[int],
) -> dict[str, Any]:
    """Figures before and after on the articles of stories that nobody was asked about."""
    old = read_calibration(released_artifact() / "calibration.json")
    split = split_newsroom(decided)
    place = {examples[i].article.content_hash: i for i in asked}
    fit = [place[one.article.content_hash] for one in split.fit]
    severities, weights = severity_table(split.fit, classifier.taxonomy)
    found = calibrate_labels(list(TASTE), old, scores[fit], severities, weights, split.fold)
    others = ~np.isin(told, told[list(asked)])
    result: dict[str, Any] = {"articles": int(others.sum())}
    for row, (label, levels) in enumerate(TASTE.items()):
        steps = slice(row * STEPS, (row + 1) * STEPS)
        truth = np.array([levels[e.labels[label]] for e in examples], dtype=np.float64)
        judged = Judged(scores[:, steps], truth, np.ones(len(truth)), told).rows(others)
        before = LabelCalibration(1.0, np.zeros(STEPS), old.threshold[steps])
        after = found.labels[label].calibration
        pair = [
            measure(judged, one.probabilities(judged.scores), one.flagged(judged.scores))
            for one in (before, after)
        ]
        result[label] = (*pair, found.labels[label].kept is None)
    return result


def summary(found: Sequence[tuple[Figures, Figures, bool]]) -> dict[str, Any]:
    """Means over the draws, with the share of draws in which a figure did not get worse."""
    told: dict[str, Any] = {"fitted": round(float(np.mean([fitted for *_, fitted in found])), 3)}
    for name, sign in (("log_loss", -1), ("ece", -1), ("f1", 1)):
        pairs = np.array([[getattr(one, name) for one in pair[:2]] for pair in found])
        change = sign * (pairs[:, 1] - pairs[:, 0])
        told[name] = {
            "before": round(float(pairs[:, 0].mean()), 4),
            "after": round(float(pairs[:, 1].mean()), 4),
            "not_worse": round(float((change >= 0).mean()), 3),
            "worst": round(float(change.min()), 4),
        }
    return told


def upside_down(severities: dict[str, int], dice: np.random.Generator) -> dict[str, int]:
    """Grave is called harmless, and harmless grave."""
    return {label: 3 - severity for label, severity in severities.items()}


def at_random(severities: dict[str, int], dice: np.random.Generator) -> dict[str, int]:
    """Somebody clicks without reading."""
    return {label: int(dice.integers(4)) for label in severities}


def hushed(severities: dict[str, int], dice: np.random.Generator) -> dict[str, int]:
    """Violence is waved through, but for one in five, so that it is not too plain."""
    return severities | {"violence": 0 if dice.random() < 0.8 else severities["violence"]}


POISONS: dict[str, Poison] = {
    "honest": lambda severities, dice: severities,
    "upside_down": upside_down,
    "at_random": at_random,
    "hushed": hushed,
}


def gates(artifact: Path, corpus: Path, decided: list[NewsroomArticle]) -> dict[str, Any]:
    """What comes of candidates from honest and from poisoned decisions."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, poison in POISONS.items():
            dice = np.random.default_rng(1)
            given = [replace(one, severities=poison(one.severities, dice)) for one in decided]
            candidate = Path(folder) / name
            try:
                made = make_newsroom_artifact(artifact, given, candidate)
            except NewsroomError:
                told[name] = {"calibrated": False}
                continue
            labels = [label for label, result in made.labels.items() if not result.kept]
            gate = compare_artifacts(candidate, artifact, corpus, given)
            told[name] = {"calibrated": True, "labels": labels, **verdict(gate)}
    return told


def verdict(gate: Gate) -> dict[str, Any]:
    """Whether it passed, and the figures that got worse on whole sets."""
    return {
        "passed": gate.passed,
        "worse": [
            f"{one.on}, {one.section}: {one.label} {one.figure} {one.before} → {one.after}"
            for one in gate.comparisons
            if one.regression and one.section == "all"
        ],
        "test": {
            f"{one.label} {one.figure}": [one.before, one.after]
            for one in gate.comparisons
            if one.on == "test" and one.section == "all"
        },
    }


if __name__ == "__main__":
    main()
