"""How well the recipe carries over to newspapers that it was not trained on.

The sources are dealt into folds of about the same size. For each fold an artifact is made of the
other sources, briefly trained, and asked for the articles of the sources left out: every source is
left out once. The figures are of such artifacts, not of the released one, which saw all sources.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from classifier import SensitivityClassifier
from labels import Taxonomy, read_taxonomy
from training.config import TrainingConfig
from training.corpus import Example, read_split
from training.evaluate import read_predictions
from training.metrics import (
    average_precision,
    macro_average_precision,
    precision_recall_f1,
    read_truth,
)
from training.release import seal_artifact
from training.train import train

FIGURES = "leave_out.json"
FEWEST = 10  # positives and negatives that a source needs for its own figures


def leave_sources_out(
    config: TrainingConfig,
    corpus: Path,
    workspace: Path,
    out: Path,
    folds: int = 4,
    epochs: int = 1,
) -> dict[str, Any]:
    """Train once a fold in `workspace` (folds that are done are not trained again); write to `out`.

    Thresholds come from dev articles of the sources that were trained on. The test split is not
    read.
    """
    config = replace(config, optimisation=replace(config.optimisation, epochs=epochs))
    taxonomy = read_taxonomy()
    examples, dev = read_split(corpus, "train"), read_split(corpus, "dev")
    results = [
        _one_fold(config, taxonomy, examples, dev, left_out, workspace / f"fold-{number}")
        for number, left_out in enumerate(deal_sources(examples, folds))
    ]
    answer = {"epochs": epochs, "folds": results}
    out.write_text(json.dumps(answer, indent=1) + "\n", "utf-8")
    return answer


def deal_sources(examples: Sequence[Example], folds: int) -> list[frozenset[str]]:
    """Sources in `folds` groups: the largest goes to the smallest group, one after the other."""
    groups: list[tuple[int, set[str]]] = [(0, set()) for _ in range(folds)]
    counts = Counter(example.source for example in examples)
    for source, size in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        smallest = min(range(folds), key=lambda i: groups[i][0])
        total, members = groups[smallest]
        groups[smallest] = (total + size, members | {source})
    return [frozenset(members) for _, members in groups]


def _one_fold(
    config: TrainingConfig,
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    dev: Sequence[Example],
    left_out: frozenset[str],
    workspace: Path,
) -> dict[str, Any]:
    done = workspace / FIGURES
    if done.is_file():
        return dict(json.loads(done.read_text("utf-8")))
    seen = [example for example in examples if example.source not in left_out]
    known = [example for example in dev if example.source not in left_out]
    unseen = [example for example in examples if example.source in left_out]
    weights = train(config, taxonomy, seen, [], workspace)
    seal_artifact(config, weights, seen, known, workspace / "artifact", {})
    classifier = SensitivityClassifier.load(workspace / "artifact")
    sources = {
        source: _figures(classifier, [e for e in unseen if e.source == source])
        for source in sorted(left_out)
    }
    figures = {
        "trained_on": len(seen),
        "known": _figures(classifier, known),
        "left_out": _figures(classifier, unseen),
        "sources": sources,
    }
    done.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return figures


def _figures(classifier: SensitivityClassifier, examples: Sequence[Example]) -> dict[str, Any]:
    """Of each label that has enough articles of both kinds."""
    taxonomy = classifier.taxonomy
    truth = read_truth(examples, taxonomy)
    assessments = classifier.assess([example.article for example in examples])
    said = read_predictions(assessments, examples, taxonomy)
    result: dict[str, Any] = {"articles": len(examples)}
    for column, label in enumerate(taxonomy.label_ids):
        real, scores = truth.flagged[:, column], said.probabilities[:, column]
        if min(real.sum(), (~real).sum()) < FEWEST:
            continue
        result[label] = {
            "positives": int(real.sum()),
            "average_precision": round(average_precision(real, scores), 4),
            "f1": round(precision_recall_f1(real, said.flagged[:, column])[2], 4),
        }
    if truth.sub_labels.any(0).all():
        macro = macro_average_precision(truth.sub_labels, said.sub_labels)
        result["sub_labels_macro_average_precision"] = round(macro, 4)
    return result
