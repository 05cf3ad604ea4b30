"""Annotations put together with the texts that they were made for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labels.annotations import FIELDS, Annotation, Span, text_hash
from labels.errors import AnnotationError
from labels.schema import Reader, describe


@dataclass(frozen=True)
class JoinReport:
    """What came of a join; all three lists are in the order of the annotations.

    joined: the annotation's fields with `title` and `text`, ready for `write_jsonl`.
    missing: ids without a text.
    altered: ids whose text is not the annotated one: another hash, or passages that do not fit.
    """

    joined: list[dict[str, Any]]
    missing: list[str]
    altered: list[str]

    def summary(self) -> str:
        """Return a paragraph that says how many were joined, and what to do about the others."""
        total = len(self.joined) + len(self.missing) + len(self.altered)
        parts = [f"{len(self.joined):,} of {total:,} annotations joined with their texts."]
        if self.missing:
            parts.append(f"No text for {_some(self.missing)}: add them to the texts.")
        if self.altered:
            parts.append(
                f"Not the annotated text for {_some(self.altered)}: "
                "get the text as it was annotated, or annotate the article anew."
            )
        return " ".join(parts)


def join(annotations: Iterable[Annotation], texts: Iterable[Mapping[str, object]]) -> JoinReport:
    """Put each annotation together with the text that has its id.

    texts: objects with `id`, `text`, and `title` (may be null or absent); other keys and other
    articles are passed over. Raises AnnotationError for an object that is no article, and for two
    texts of one annotation.
    """
    wanted = list(annotations)
    found = _texts_by_id({annotation.id for annotation in wanted}, texts)
    report = JoinReport([], [], [])
    for annotation in wanted:
        article = found.get(annotation.id)
        if article is None:
            report.missing.append(annotation.id)
        elif _is_annotated(annotation, article):
            report.joined.append(annotation.as_row() | article)
        else:
            report.altered.append(annotation.id)
    return report


def _texts_by_id(
    ids: Collection[str], texts: Iterable[Mapping[str, object]]
) -> dict[str, dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = {}
    for number, article in enumerate(texts, 1):
        reader = Reader(f"text number {number}", AnnotationError)
        id_, title, text = (article.get(key) for key in ("id", *FIELDS))
        if not (isinstance(id_, str) and isinstance(title, str | None) and isinstance(text, str)):
            got = ", ".join(f"{key}: {type(article.get(key)).__name__}" for key in ("id", *FIELDS))
            raise reader.refuse("this is no article", "id: str, title: str or null, text: str", got)
        if id_ in found:
            raise reader.refuse("an id comes again", "each id once", describe(id_))
        if id_ in ids:
            found[id_] = {"title": title, "text": text}
    return found


def _is_annotated(annotation: Annotation, article: Mapping[str, str | None]) -> bool:
    if text_hash(article["text"] or "") != annotation.sha256:
        return False
    return all(_fits(span, article[span.field] or "") for span in annotation.spans)


def _fits(span: Span, text: str) -> bool:
    """Tell whether the span lies in the text, has no white space at its ends, and cuts no word.

    The hash forgives other white space, but that moves every passage behind it; moved passages
    cut a word or take in a blank almost always.
    """
    passage = text[span.start : span.end]
    if len(passage) < span.end - span.start or passage != passage.strip():
        return False
    pairs = (text[max(edge - 1, 0) : edge + 1] for edge in (span.start, span.end))
    return not any(len(pair) > 1 and pair.isalnum() for pair in pairs)


def _some(ids: list[str], shown: int = 5) -> str:
    more = f" and {len(ids) - shown:,} more" if len(ids) > shown else ""
    return ", ".join(ids[:shown]) + more
