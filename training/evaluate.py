"""Evaluation on the test split, through the classifier that serves."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from classifier import Assessment, SensitivityClassifier
from labels import Taxonomy
from training.baselines import keyword_baseline, tfidf_baseline
from training.corpus import Example, read_split, spans_agree
from training.metrics import Predictions, Truth, label_figures, measure, read_truth

METRICS = "metrics.json"
FEWEST = 5  # positives and negatives that a slice needs for its average precision to be told


def evaluate(folder: Path, corpus: Path) -> dict[str, Any]:
    """Measure the artifact on the test split beside the baselines; write `metrics.json` into it."""
    classifier = SensitivityClassifier.load(folder)
    taxonomy = classifier.taxonomy
    train, dev, test = (read_split(corpus, split) for split in ("train", "dev", "test"))
    assessments = classifier.assess([example.article for example in test])
    truth = read_truth(test, taxonomy)
    said = read_predictions(assessments, test, taxonomy)
    result = {
        "artifact": classifier.versions.artifact,
        "code": classifier.versions.code,
        "date": date.today().isoformat(),
        "split": "test",
        "classifier": measure(truth, said, taxonomy),
        "treatment_accuracy": treatment_accuracy(assessments, test),
        "hard_clear": false_alarms(assessments, test),
        "not_checked": sum(a.verdict == "not_checked" for a in assessments),
        "by_source": slices(truth, said, [e.source for e in test], taxonomy),
        "by_treatment": slices(truth, said, [str(e.treatment) for e in test], taxonomy),
        "by_stratum": slices(truth, said, [e.stratum.split(":")[0] for e in test], taxonomy),
        "baselines": {
            "keywords": measure(truth, keyword_baseline(dev, test, taxonomy), taxonomy),
            "tfidf": measure(truth, tfidf_baseline(train, dev, test, taxonomy), taxonomy),
        },
    }
    text = json.dumps(result, indent=1, allow_nan=True).replace("NaN", "null")
    (folder / METRICS).write_text(text + "\n", "utf-8")
    return dict(json.loads(text))


def read_predictions(
    assessments: Sequence[Assessment], examples: Sequence[Example], taxonomy: Taxonomy
) -> Predictions:
    """Assessments as arrays. What was not checked counts as probability 0, and as missed."""
    labels, subs = taxonomy.label_ids, taxonomy.sub_label_ids

    def table(columns: Sequence[str], value: Callable[[Assessment, str], float]) -> Any:
        return np.array(
            [[value(a, name) if a.labels else 0.0 for name in columns] for a in assessments]
        )

    hits = [
        [first_passage_hit(a, e, label) for label in labels]
        for a, e in zip(assessments, examples, strict=True)
    ]
    return Predictions(
        table(labels, lambda a, name: a.labels[name].probabilities[1]),
        table(labels, lambda a, name: a.labels[name].flagged).astype(bool),
        table(subs, lambda a, name: a.sub_labels[name].probability),
        table(subs, lambda a, name: a.sub_labels[name].present).astype(bool),
        np.array(hits, dtype=bool),
    )


def first_passage_hit(assessment: Assessment, example: Example, label: str) -> bool:
    """Whether the passage shown first is an annotated one; showing none is a miss."""
    shown = assessment.labels[label].evidence if assessment.labels else ()
    if not shown:
        return False
    first = shown[0]
    return any(
        span.field == first.field and spans_agree((first.start, first.end), (span.start, span.end))
        for span in (example.evidence or {}).get(label, ())
    )


def treatment_accuracy(assessments: Sequence[Assessment], examples: Sequence[Example]) -> float:
    """Share of articles whose likeliest treatment is the annotated one."""
    right = [
        a.treatment is not None and a.treatment.label == e.treatment
        for a, e in zip(assessments, examples, strict=True)
    ]
    return round(float(np.mean(right)), 4)


def false_alarms(
    assessments: Sequence[Assessment], examples: Sequence[Example]
) -> dict[str, float]:
    """Flags among `hard` articles (violent words, harmless matter) that are 0 in every label."""
    flags = [
        a.verdict == "flagged"
        for a, e in zip(assessments, examples, strict=True)
        if e.stratum.startswith("hard") and not any(e.labels.values())
    ]
    rate = round(float(np.mean(flags)), 4) if flags else 0.0
    return {"articles": len(flags), "flagged": sum(flags), "rate": rate}


def slices(
    truth: Truth, said: Predictions, names: Sequence[str], taxonomy: Taxonomy
) -> dict[str, Any]:
    """The figures of each label within each slice of the articles, largest slice first."""
    groups = np.array(names)
    found, sizes = np.unique(groups, return_counts=True)
    result = {}
    for name in found[np.argsort(-sizes, kind="stable")]:
        rows = groups == name
        result[str(name)] = {"articles": int(rows.sum())} | {
            label: _slice(truth, said, rows, column)
            for column, label in enumerate(taxonomy.label_ids)
        }
    return result


def _slice(truth: Truth, said: Predictions, rows: Any, column: int) -> dict[str, Any]:
    real = truth.flagged[rows, column]
    figures = label_figures(real, said.probabilities[rows, column], said.flagged[rows, column])
    if min(real.sum(), (~real).sum()) < FEWEST:
        figures["average_precision"] = float("nan")
    return {"positives": int(real.sum())} | {
        name: round(figures[name], 4) for name in ("average_precision", "f1", "precision", "recall")
    }
