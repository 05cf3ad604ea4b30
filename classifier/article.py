"""An article, and the one rendering of it that training and serving share."""

from dataclasses import dataclass
from functools import cached_property

import sentencex

from classifier.text import NormalisedText, content_hash, normalise

Field = str  # "title" or "body"


@dataclass(frozen=True)
class Article:
    """What a newsroom sends: a title (may be empty), a body as plain text, and what it knows.

    `language` is a BCP 47 tag where the newsroom knows it; `section` is carried, not read.
    """

    body: str
    title: str = ""
    id: str | None = None
    section: str | None = None
    language: str | None = None

    @cached_property
    def content_hash(self) -> str:
        """See `classifier.text.content_hash`."""
        return content_hash(self.title, self.body)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, or a part of one too long for a window; offsets into the normalised field."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rendering:
    """An article as the network reads it: normalised fields and their passages in reading order."""

    title: NormalisedText
    body: NormalisedText
    passages: tuple[Passage, ...]

    def text(self, passage: Passage) -> str:
        """The normalised text of a passage."""
        return self._field(passage).text[passage.start : passage.end]

    def source_span(self, passage: Passage) -> tuple[int, int]:
        """The passage's offsets (code points) in the field as it was sent."""
        return self._field(passage).source_span(passage.start, passage.end)

    def _field(self, passage: Passage) -> NormalisedText:
        return self.title if passage.field == "title" else self.body


def render(article: Article) -> Rendering:
    """Normalise an article and split it into sentences; a title is one passage, and the first."""
    title, body = normalise(article.title), normalise(article.body)
    passages = [Passage("title", 0, len(title.text))] if title.text else []
    passages += [Passage("body", start, end) for start, end in sentence_spans(body.text)]
    return Rendering(title, body, tuple(passages))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of a normalised English text, without the white space around."""
    spans = []
    for sentence in sentencex.get_sentence_boundaries("en", text):
        bare = sentence["text"].strip()
        if bare:
            start = sentence["start_index"] + sentence["text"].index(bare[0])
            spans.append((start, start + len(bare)))
    return spans
