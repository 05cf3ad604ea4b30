"""How well the check of identification does, alone and beside the classifier.

Its rules were written on the train split and joined with the classifier's answers on dev; what is
reported of test was never looked at. Truth is the annotated sub-label `minor_identifiable`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier import Assessment, SensitivityClassifier
from classifier.identification import Identification, find_identification, identification_risk
from classifier.identification.risk import LABEL, SUB_LABEL
from training.card import fill_tables, markdown_table, with_interval
from training.corpus import Example, read_split
from training.metrics import Bools, Floats, average_precision, bootstrap, precision_recall_f1

FIGURES = "identification.json"
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "identification.md"
SPLITS = ("dev", "test")
DECIDERS = {
    "classifier": "the classifier's `minor_identifiable` alone",
    "check_likely": "the check alone: `likely`",
    "check_possible": "the check alone: `possible` or `likely`",
    "present_likely": "`likely`, where minors are at severity 1 and up",
    "present_possible": "`possible` or `likely`, where minors are at severity 1 and up",
    "involved_likely": "`likely`, where minors are at severity 2 and up",
    "involved_possible": "`possible` or `likely`, where minors are at severity 2 and up",
    "either": "classifier or check (`possible` or `likely`)",
    "both": "classifier and check (`possible` or `likely`)",
    "joined_likely": "**what an editor is shown: `likely`**",
    "joined_possible": "**what an editor is shown: `possible` or `likely`**",
}


def measure_identification(folder: Path, corpus: Path) -> dict[str, Any]:
    """Measure with the artifact in `folder` on dev and test; write the figures beside it."""
    classifier = SensitivityClassifier.load(folder)
    result: dict[str, Any] = {
        "artifact": classifier.versions.artifact,
        "code": classifier.versions.code,
        "date": date.today().isoformat(),
        "splits": {split: split_figures(classifier, read_split(corpus, split)) for split in SPLITS},
    }
    (folder / FIGURES).write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return result


def split_figures(classifier: SensitivityClassifier, examples: Sequence[Example]) -> dict[str, Any]:
    """The figures of every decider on the judged articles among the examples."""
    judged = [example for example in examples if example.sub_labels is not None]
    truth = np.array([SUB_LABEL in (e.sub_labels or ()) for e in judged], dtype=np.bool_)
    assessments = classifier.assess([example.article for example in judged])
    alone = [find_identification(example.article) for example in judged]
    joined = [
        identification_risk(example.article, assessment)
        for example, assessment in zip(judged, assessments, strict=True)
    ]
    scores = [a.sub_labels[SUB_LABEL].probability if a.labels else 0.0 for a in assessments]
    return {
        "articles": len(judged),
        "positives": int(truth.sum()),
        "average_precision": _average_precision(truth, np.array(scores)),
        "deciders": {
            name: decider_figures(truth, said)
            for name, said in decisions(assessments, alone, joined).items()
        },
    }


def decisions(
    assessments: Sequence[Assessment],
    alone: Sequence[Identification],
    joined: Sequence[Identification],
) -> Mapping[str, Bools]:
    """Who says of which articles that a minor can be identified: an array (N,) for each decider."""
    severities = np.array([a.labels[LABEL].severity if a.labels else 0 for a in assessments])
    present = np.array(
        [bool(a.labels) and a.sub_labels[SUB_LABEL].present for a in assessments], dtype=np.bool_
    )
    likely, possible = _levels(alone)
    joined_likely, joined_possible = _levels(joined)
    return {
        "classifier": present,
        "check_likely": likely,
        "check_possible": possible,
        "present_likely": likely & (severities >= 1),
        "present_possible": possible & (severities >= 1),
        "involved_likely": likely & (severities >= 2),
        "involved_possible": possible & (severities >= 2),
        "either": present | possible,
        "both": present & possible,
        "joined_likely": joined_likely,
        "joined_possible": joined_possible,
    }


def _levels(found: Sequence[Identification]) -> tuple[Bools, Bools]:
    """(N,), (N,): where the risk is `likely`, and where it is `possible` or `likely`."""
    risks = np.array([f.risk for f in found])
    return risks == "likely", risks != "none_found"


def decider_figures(truth: Bools, said: Bools) -> dict[str, Any]:
    """Counts, and precision, recall and F1 with their 95 % intervals; all arrays are (N,)."""

    def figures(rows: NDArray[np.int64]) -> dict[str, float]:
        precision, recall, f1 = precision_recall_f1(truth[rows], said[rows])
        return {"precision": precision, "recall": recall, "f1": f1}

    intervals = bootstrap(figures, len(truth))
    values = figures(np.arange(len(truth)))
    return {"said": int(said.sum()), "right": int((said & truth).sum())} | {
        name: {"value": round(value, 4), "interval": intervals[name]}
        for name, value in values.items()
    }


def _average_precision(truth: Bools, scores: Floats) -> dict[str, Any] | None:
    if not truth.any():
        return None

    def figures(rows: NDArray[np.int64]) -> dict[str, float]:
        return {"value": average_precision(truth[rows], scores[rows])}

    return {
        "value": round(average_precision(truth, scores), 4),
        "interval": bootstrap(figures, len(truth))["value"],
    }


def identification_table(measured: Mapping[str, Any]) -> str:
    """The figures of all splits as Markdown, in per cent."""
    return "\n\n".join(
        f"{split.capitalize()}: {found['articles']} articles, {found['positives']} with an "
        f"identifiable minor. {_ranking(found['average_precision'])}\n\n{_split_table(found)}"
        for split, found in measured["splits"].items()
    )


def _split_table(found: Mapping[str, Any]) -> str:
    rows = [["Who decides", "Said", "Right", "Precision", "Recall", "F1"]]
    for name, figures in found["deciders"].items():
        shares = [with_interval(figures[key]) for key in ("precision", "recall", "f1")]
        rows.append([DECIDERS[name], str(figures["said"]), str(figures["right"]), *shares])
    return markdown_table(rows)


def _ranking(figure: Mapping[str, Any] | None) -> str:
    return (
        f"Average precision of the classifier's probability: {with_interval(figure)}."
        if figure
        else ""
    )


def document_identification(measured: Mapping[str, Any], document: Path = DOCUMENT) -> None:
    """Bring the table in the document up to date."""
    text = document.read_text("utf-8")
    source = f"Artifact `{measured['artifact']}`, measured on {measured['date']}."
    table = f"{source}\n\n{identification_table(measured)}"
    document.write_text(fill_tables(text, {"identification": table}), "utf-8")
