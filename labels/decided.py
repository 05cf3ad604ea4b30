"""What editors decided about labels, an article a line; annotations/README.md has the format."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from labels.jsonl import read_jsonl
from labels.schema import Reader, describe
from labels.taxonomy import LEVELS, Taxonomy, read_taxonomy

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The severity that an editor gave to one label.

    `proposed` is the severity that the editor had before them, `artifact` the version that proposed
    it, `at` when (ISO 8601). `sampling_probability` is that with which the editor was asked at all,
    above 0 and up to 1: what was seldom asked counts for more.
    """

    severity: int
    proposed: int | None = None
    editor: str
    at: str
    artifact: str
    sampling_probability: float = 1.0


@dataclass(frozen=True, kw_only=True)
class DecidedArticle:
    """One version of an article with the labels that editors judged. What is absent nobody judged.

    `content_hash` is that of the answers (`classifier.text.content_hash`); title and text are there
    where the newsroom joined them.
    """

    id: str
    content_hash: str
    section: str | None = None
    labels: dict[str, Judgement]
    title: str | None = None
    text: str | None = None

    @classmethod
    def from_row(cls, row: object, reader: Reader, taxonomy: Taxonomy) -> Self:
        """Build one from a line's object; raises the reader's error if it is not one."""
        found = reader.build(cls, row)
        reader.require_known(found.labels, taxonomy.label_ids, "label")
        if not _SHA256.fullmatch(found.content_hash):
            got = describe(found.content_hash)
            raise reader.refuse("content_hash is no hash", "64 digits of 0-9 and a-f", got)
        if not found.labels:
            raise reader.refuse("no label is judged", "one at least", "none", "Take the line out.")
        for label, judged in found.labels.items():
            for severity in (judged.severity, judged.proposed):
                if severity not in (*LEVELS, None):
                    what = f"labels.{label} has an unknown severity"
                    raise reader.refuse(what, "0, 1, 2 or 3", describe(severity))
            drawn = judged.sampling_probability
            if not 0 < drawn <= 1:
                what = f"labels.{label}.sampling_probability cannot be"
                raise reader.refuse(what, "above 0 and up to 1", describe(drawn))
        return found

    def as_row(self) -> dict[str, Any]:
        """Return the object that `from_row` reads; what is None is left out."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def read_decided(path: Path) -> Iterator[DecidedArticle]:
    """Yield the decided articles of a JSONL file, plain or gzipped, in the file's order.

    Raises AnnotationError, naming file and line, when the iteration comes to a line that is none,
    or tells the same version of an article again.
    """
    taxonomy, seen = read_taxonomy(), set[tuple[str, str]]()
    for reader, row in read_jsonl(path):
        found = DecidedArticle.from_row(row, reader, taxonomy)
        version = (found.id, found.content_hash)
        if version in seen:
            got = describe(found.id)
            raise reader.refuse("a version of an article comes again", "each once", got)
        seen.add(version)
        yield found
