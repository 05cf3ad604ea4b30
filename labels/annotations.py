"""Annotations of articles, without the articles; annotations/README.md documents the format."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from labels.jsonl import read_jsonl, write_jsonl
from labels.schema import Reader, describe
from labels.taxonomy import LEVELS, Taxonomy, read_taxonomy

FIELDS = ("title", "text")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Span:
    """A passage: code points `start` up to, not including, `end` of the article's `field`."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """What an annotator decided for one article, under the codebook.

    labels: the severity of every label, in the order of the taxonomy.
    evidence: for every label its passages, most telling first; none at severity 0.
    """

    id: str
    source: str
    outlet: str | None = None
    url: str | None = None
    date: str | None = None
    stratum: str
    cut: bool = False
    sha256: str
    labels: dict[str, int]
    sub_labels: tuple[str, ...]
    details: tuple[str, ...]
    treatment: str
    evidence: dict[str, tuple[Span, ...]]

    @classmethod
    def from_row(cls, row: object, reader: Reader, taxonomy: Taxonomy) -> Self:
        """Build an annotation from a line's object; raises the reader's error if it is not one."""
        if isinstance(row, dict) and (text := [key for key in FIELDS if key in row]):
            remedy = "Make the annotations from this file with strip_texts."
            raise reader.refuse("article text", "an annotation alone", ", ".join(text), remedy)
        found = reader.build(cls, row)
        _check(found, reader, taxonomy)
        return replace(
            found,
            labels={label: found.labels[label] for label in taxonomy.label_ids},
            evidence={label: found.evidence.get(label, ()) for label in taxonomy.label_ids},
        )

    def as_row(self) -> dict[str, Any]:
        """Return the object that `from_row` reads, in plain values and the order of the fields."""
        passages = {label: [asdict(s) for s in spans] for label, spans in self.evidence.items()}
        lists = {"sub_labels": list(self.sub_labels), "details": list(self.details)}
        return asdict(self) | lists | {"evidence": passages}

    @property
    def spans(self) -> tuple[Span, ...]:
        """All passages of evidence, label by label; one that serves two labels comes twice."""
        return tuple(span for passages in self.evidence.values() for span in passages)


def read_annotations(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of a JSONL file, plain or gzipped (`.gz`), in the file's order.

    Raises AnnotationError, naming file and line, when the iteration comes to a line that is not an
    annotation under this package's taxonomy, or has the id of an earlier one.
    """
    return _annotations(read_jsonl(path))


def strip_texts(corpus_file: Path, out_file: Path) -> None:
    """Write the annotations of a corpus file without its texts, sorted by id.

    Everything that is not a field of an Annotation stays behind, and of a url what does not lead to
    the article. Raises AnnotationError as `read_annotations` does.
    """
    rows = ((reader, _without_text(row)) for reader, row in read_jsonl(corpus_file))
    kept = sorted(_annotations(rows), key=lambda annotation: annotation.id)
    write_jsonl(
        out_file, (replace(one, url=one.url and _address(one.url)).as_row() for one in kept)
    )


def text_hash(text: str) -> str:
    """Return the SHA-256, in hex, that an annotation keeps of its article's text.

    Taken over the text in NFC, each run of white space made one space and none left at the ends, in
    UTF-8, so that it outlives the line breaks and encodings of content management systems.
    """
    collapsed = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(collapsed.encode("utf-8", "surrogatepass")).hexdigest()


def _annotations(rows: Iterable[tuple[Reader, object]]) -> Iterator[Annotation]:
    taxonomy, seen = read_taxonomy(), set[str]()
    for reader, row in rows:
        annotation = Annotation.from_row(row, reader, taxonomy)
        if annotation.id in seen:
            raise reader.refuse("an id comes again", "each id once", describe(annotation.id))
        seen.add(annotation.id)
        yield annotation


def _check(found: Annotation, reader: Reader, taxonomy: Taxonomy) -> None:
    """Refuse what the types allow and the codebook does not."""
    for words, known, what in (
        (found.labels, taxonomy.label_ids, "label"),
        (found.evidence, taxonomy.label_ids, "label of evidence"),
        (found.sub_labels, taxonomy.sub_label_ids, "sub-label"),
        (found.details, taxonomy.detail_ids, "detail"),
        ((found.treatment,), taxonomy.treatment_ids, "treatment"),
        ((span.field for span in found.spans), FIELDS, "field of evidence"),
    ):
        reader.require_known(words, known, what)
    if len(found.labels) < len(taxonomy.labels):
        expected, got = ", ".join(taxonomy.label_ids), ", ".join(found.labels) or "none"
        raise reader.refuse("a label is missing", expected, got, "Judge the article for it.")
    given = {label for label, level in found.labels.items() if level > 0}
    marks = (*found.sub_labels, *found.details)
    bad_hash = set() if _SHA256.fullmatch(found.sha256) else {describe(found.sha256)}
    for wrong, what, expected in (
        (bad_hash, "sha256 is no hash", "64 digits of 0-9 and a-f"),
        (set(found.labels.values()) - set(LEVELS), "unknown severities", "0, 1, 2 or 3"),
        ({one for one in marks if marks.count(one) > 1}, "marks come twice", "each once"),
        (
            {one.id for one in taxonomy.sub_labels if one.id in marks and one.parent not in given},
            "sub-labels whose parent is at 0",
            "a parent at 1 or more",
        ),
        (
            {label for label, spans in found.evidence.items() if spans and label not in given},
            "evidence for labels at 0",
            "evidence at 1 or more only",
        ),
        (
            {f"{s.start}-{s.end}" for s in found.spans if not 0 <= s.start < s.end},
            "spans without an inside",
            "0 <= start < end",
        ),
    ):
        if wrong:
            raise reader.refuse(what, expected, ", ".join(sorted(map(str, wrong))))


def _without_text(row: object) -> object:
    if not isinstance(row, dict):
        return row
    return {field.name: row[field.name] for field in fields(Annotation) if field.name in row}


def _address(url: str) -> str:
    """Return what leads to the article.

    The rest of a query follows readers about, and can hold a whole headline; a key `id` names the
    article at some outlets.
    """
    address, _, query = url.partition("#")[0].partition("?")
    ids = [f"id={value}" for key, value in parse_qsl(unquote(query)) if key == "id"]
    return "?".join([address, *ids[:1]])
