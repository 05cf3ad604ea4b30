"""Annotated articles as they are trained on and evaluated with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from datasets import load_dataset
from numpy.typing import NDArray

from classifier.article import Article, Passage
from classifier.windows import EncodedArticle
from labels import Taxonomy

SPLITS = ("train", "dev", "test")
OVERLAP = 0.5  # share of the shorter of passage and annotated span that they must have in common


@dataclass(frozen=True)
class Span:
    """An annotated passage: offsets into the field as it stands in the corpus."""

    field: str  # "title" or "body"
    start: int
    end: int


@dataclass(frozen=True)
class SoftTargets:
    """Probabilities in the place of judgements."""

    severities: NDArray[np.float32]  # (L, 3)
    sub_labels: NDArray[np.float32]  # (B,)
    details: NDArray[np.float32]  # (I,)


@dataclass(frozen=True)
class Example:
    """An article with what annotators said of it. What nobody judged is absent, not zero.

    `soft`, where it is given, stands in for labels, sub-labels and details.
    """

    article: Article
    source: str
    stratum: str
    labels: dict[str, int]
    sub_labels: frozenset[str] | None
    details: frozenset[str] | None
    treatment: str | None
    evidence: dict[str, tuple[Span, ...]] | None
    soft: SoftTargets | None = None


def read_split(corpus: Path, split: str) -> list[Example]:
    """Read `corpus/SPLIT.jsonl.gz` (the format of labels/annotations with title and text)."""
    path = corpus / f"{split}.jsonl.gz"
    if not path.is_file():
        raise FileNotFoundError(
            f"No annotated articles at {path}. Expected SPLIT.jsonl.gz for {', '.join(SPLITS)}. "
            "Make them from your texts with `forewarn corpus join`, or point --corpus elsewhere."
        )
    rows = load_dataset("json", data_files=str(path), split="train", keep_in_memory=True)
    return [_example(row) for row in rows]


def _example(row: dict[str, Any]) -> Example:
    fields = {"title": "title", "text": "body"}
    evidence = {
        label: tuple(Span(fields[s["field"]], s["start"], s["end"]) for s in spans or ())
        for label, spans in (row.get("evidence") or {}).items()
    }
    return Example(
        article=Article(
            body=row["text"], title=row["title"] or "", id=row["id"], section=row.get("section")
        ),
        source=row["source"],
        stratum=row["stratum"],
        labels={name: value for name, value in row["labels"].items() if value is not None},
        sub_labels=_set(row["sub_labels"]),
        details=_set(row["details"]),
        treatment=row["treatment"],
        evidence=evidence,
    )


def _set(values: list[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def evidence_mask(
    example: Example, encoded: EncodedArticle, label: str
) -> NDArray[np.bool_]:  # (passages,)
    """Which passages of the encoded article are annotated evidence of the label."""
    spans = (example.evidence or {}).get(label, ())
    return np.array(
        [any(_same(encoded, p, span) for span in spans) for p in encoded.passages], dtype=np.bool_
    )


def _same(encoded: EncodedArticle, passage: Passage, span: Span) -> bool:
    if passage.field != span.field:
        return False
    start, end = encoded.rendering.source_span(passage)
    return spans_agree((start, end), (span.start, span.end))


def spans_agree(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans are the same passage, give or take how sentences were split."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return common > 0 and common >= OVERLAP * min(one[1] - one[0], other[1] - other[0])


def cumulative_targets(example: Example, taxonomy: Taxonomy) -> NDArray[np.float32]:
    """(labels, 3): whether the severity is at least 1, 2, 3; NaN where nobody judged."""
    if example.soft:
        return example.soft.severities
    rows = [example.labels.get(label) for label in taxonomy.label_ids]
    return np.array(
        [[np.nan] * 3 if s is None else [float(s >= k) for k in (1, 2, 3)] for s in rows],
        dtype=np.float32,
    )


def output_targets(example: Example, taxonomy: Taxonomy) -> NDArray[np.float32]:
    """(O,), in the order of `classifier.calibration.output_names`; NaN where nobody judged."""
    return np.concatenate(
        [
            cumulative_targets(example, taxonomy).ravel(),
            sub_label_targets(example, taxonomy),
            detail_targets(example, taxonomy),
        ]
    )


def sub_label_targets(example: Example, taxonomy: Taxonomy) -> NDArray[np.float32]:  # (B,)
    """One where a sub-label is given; NaN where nobody judged."""
    if example.soft:
        return example.soft.sub_labels
    return _membership(example.sub_labels, taxonomy.sub_label_ids)


def detail_targets(example: Example, taxonomy: Taxonomy) -> NDArray[np.float32]:  # (I,)
    """One where a detail is given; NaN where nobody judged."""
    if example.soft:
        return example.soft.details
    return _membership(example.details, taxonomy.detail_ids)


def _membership(members: frozenset[str] | None, ids: tuple[str, ...]) -> NDArray[np.float32]:
    if members is None:
        return np.full(len(ids), np.nan, dtype=np.float32)
    return np.array([float(name in members) for name in ids], dtype=np.float32)
