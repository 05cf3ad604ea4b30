"""An assessment as a page shows it: the record, and the text where there is one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from classifier.article import Article, render
from serving.api.requests import ClassifyRequest
from serving.desk.marking import Piece, Span, mark_up
from serving.desk.record import Record

HARD = 3  # the severity that is counted, and that a hint to pause goes by
_LONGEST_QUOTE = 160


@dataclass(frozen=True, slots=True)
class Texts:
    """What readers see of an article. `quotes` are all that an archive kept, by mark, from 1."""

    title: str = ""
    body: str = ""
    short: Mapping[str, str] | None = None
    quotes: Mapping[int, str] | None = None

    @property
    def whole(self) -> bool:
        """Whether there is an article to show, and not only what was quoted of it."""
        return bool(self.body)


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage in the list, with what it says."""

    number: int
    field: str
    start: int
    end: int
    labels: list[tuple[str, float]]  # with scores, the highest first
    cues: list[str]
    quote: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that a page needs of an assessment."""

    record: Record
    marks: list[Mark]
    title: list[list[Piece]]
    body: list[list[Piece]]
    texts: Texts | None
    sentences: list[tuple[str, int, int, str]]  # field, start, end, words

    @property
    def hard(self) -> bool:
        """Whether a label has severity 3."""
        return any(found["severity"] >= HARD for found in self.record["labels"].values())

    @property
    def summary(self) -> str:
        """What the folded text holds, in plain words."""
        many = len(self.marks)
        return f"{many} passage{'s' * (many != 1)}" if many else "no passages"


def show_record(record: Record, texts: Texts | None) -> Shown:
    """A record as a page shows it; `texts` is None where no text is kept."""
    marks = [
        Mark(
            number,
            mark["field"],
            mark["start"],
            mark["end"],
            sorted(mark["labels"].items(), key=lambda one: -one[1]),
            sorted(set(mark["cues"])),
            _quote(mark, number, texts),
        )
        for number, mark in enumerate(record["marks"], 1)
    ]
    given = texts or Texts()
    title, body = (
        mark_up(
            getattr(given, field),
            [Span(one.number, one.start, one.end) for one in marks if one.field == field],
        )
        for field in ("title", "body")
    )
    return Shown(record, marks, title, body, texts, list(_sentences(given)))


def texts_asked(asked: ClassifyRequest) -> Texts:
    """The texts of an article that was just sent."""
    article = asked.submission.article
    short = {name: text.body for name, text in asked.short_texts.items()}
    return Texts(article.title, article.body, short)


def texts_kept(kept: Mapping[str, Any] | None) -> Texts | None:
    """The texts of an article in the queue, where they are kept."""
    if kept is None:
        return None
    if "quotes" in kept:
        return Texts(quotes={int(number): quote for number, quote in kept["quotes"].items()})
    return texts_asked(asked_kept(kept))


def asked_kept(kept: Mapping[str, Any], section: str | None = None) -> ClassifyRequest:
    """A kept article, as it was asked about."""
    given = {"title": kept["title"], "body": kept["blocks"], "language": kept["language"]}
    given["section"] = section
    return ClassifyRequest.model_validate(given | kept["short"])


def _quote(mark: Mapping[str, Any], number: int, texts: Texts | None) -> str | None:
    if texts is None:
        return None
    if texts.quotes is not None:
        return texts.quotes.get(number)
    return str(getattr(texts, mark["field"])[mark["start"] : mark["end"]])


def _sentences(texts: Texts) -> Iterator[tuple[str, int, int, str]]:
    """Every passage of the article, for whoever chooses one without selecting it."""
    if not texts.whole:
        return
    rendering = render(Article(texts.body, texts.title))
    for passage in rendering.passages:
        start, end = rendering.source_span(passage)
        words = rendering.text(passage)
        short = words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"
        yield passage.field, start, end, short
