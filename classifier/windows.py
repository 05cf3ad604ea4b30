"""From article to tensors: the one path that training, evaluation, API and archive share.

A window is `[CLS] title [SEP] passage passage … [SEP]`: whole sentences, with the title as context.
Windows are gathered into sections, the length that the network has learned to judge as a whole; an
article is one section unless it is longer than those it was trained on. A longer one is read in
shorter sections, or a grave paragraph would be lost in the mean over all that is harmless.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from classifier.article import Article, Passage, Rendering, render

NO_SLOT = -1


@dataclass(frozen=True, slots=True)
class Windowing:
    """How articles are cut; belongs to the artifact, since weights are good for one windowing."""

    tokens: int = 192  # of a window, special tokens included
    title_tokens: int = 40  # of the title that go with every window
    piece_tokens: int = 48  # of a part of a sentence that is too long for a window
    slots: int = 32  # passages in a window, at the most
    section_windows: int = 8  # of an article that is judged as a whole, at the most
    long_section_windows: int = 4  # judged together where an article has more, at the most


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens of one window and the passages they belong to."""

    ids: NDArray[np.int64]  # (tokens,), not padded
    slots: NDArray[np.int64]  # (tokens,), place in `passages` or NO_SLOT
    passages: tuple[int, ...]  # indices into EncodedArticle.passages


@dataclass(frozen=True, slots=True)
class EncodedArticle:
    """An article as windows, grouped into sections.

    `passages` may be finer than the rendering's: a sentence too long for a window is several.
    `unknown_share` is the share of visible characters that the tokenizer has no word for.
    """

    rendering: Rendering
    passages: tuple[Passage, ...]
    sections: tuple[tuple[Window, ...], ...]
    unknown_share: float

    @property
    def windows(self) -> Iterator[Window]:
        """All windows in reading order."""
        return (window for section in self.sections for window in section)


@dataclass(frozen=True, slots=True)
class _Piece:
    passage: Passage
    ids: list[int]


class ArticleEncoder:
    """Turns articles into windows with one tokenizer and one windowing."""

    def __init__(self, tokenizer: Tokenizer, windowing: Windowing) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.tokenizer = tokenizer
        self.windowing = windowing
        self.pad_id = _special(tokenizer, "[PAD]", "<pad>")
        self.mask_id = _special(tokenizer, "[MASK]", "<mask>")
        self._start = _special(tokenizer, "[CLS]", "<s>")
        self._end = _special(tokenizer, "[SEP]", "</s>")
        self._unknown = _special(tokenizer, "[UNK]", "<unk>")

    @classmethod
    def from_file(cls, path: Path, windowing: Windowing) -> "ArticleEncoder":
        """Read a Hugging Face `tokenizer.json`."""
        return cls(Tokenizer.from_file(str(path)), windowing)

    def encode(self, article: Article) -> EncodedArticle:
        """Read an article of any length, to its end."""
        rendering = render(article)
        texts = [rendering.text(passage) for passage in rendering.passages]
        encodings = self.tokenizer.encode_batch(texts, add_special_tokens=False)
        pieces = [
            piece
            for passage, encoding in zip(rendering.passages, encodings, strict=True)
            for piece in self._pieces(passage, encoding)
        ]
        return EncodedArticle(
            rendering,
            tuple(piece.passage for piece in pieces),
            self._sections(pieces),
            self._unknown_share(encodings, texts),
        )

    def _pieces(self, passage: Passage, encoding: Encoding) -> Iterator[_Piece]:
        """Cut a passage where it outgrows a window, between words where there are any."""
        windowing = self.windowing
        room = windowing.tokens - windowing.title_tokens - 3
        ids, spans, words = encoding.ids, encoding.offsets, encoding.word_ids
        # Parts are short: in the mean over a long one a few grave words would be lost.
        limit = room if len(ids) <= room else min(room, windowing.piece_tokens)
        if passage.field == "title":
            limit = windowing.title_tokens
        start = 0
        while start < len(ids):
            end = min(start + limit, len(ids))
            if end < len(ids):
                end = _break_before(words, spans, start, end)
            first, last = spans[start][0], spans[end - 1][1]
            part = Passage(passage.field, passage.start + first, passage.start + last)
            if start == 0 and end == len(ids):
                part = passage
            yield _Piece(part, ids[start:end])
            start, limit = end, min(room, windowing.piece_tokens)

    def _sections(self, pieces: list[_Piece]) -> tuple[tuple[Window, ...], ...]:
        titled = bool(pieces) and pieces[0].passage.field == "title"
        title = pieces[0].ids if titled else []
        groups = list(self._groups(pieces, len(title), first=int(titled)))
        if titled and not groups:
            groups = [[]]
        whole = len(groups) <= self.windowing.section_windows
        most = self.windowing.section_windows if whole else self.windowing.long_section_windows
        count = -(-len(groups) // most)
        bounds = [round(i * len(groups) / count) for i in range(count + 1)] if count else [0]
        return tuple(
            tuple(
                self._window(pieces, title, group, own_title=titled and i == 0)
                for i, group in enumerate(groups[start:end])
            )
            for start, end in pairwise(bounds)
        )

    def _groups(self, pieces: list[_Piece], title: int, first: int) -> Iterator[list[int]]:
        """Fill windows with whole passages, in order; a place is kept for the title."""
        room = self.windowing.tokens - title - 3
        group: list[int] = []
        used = 0
        for index in range(first, len(pieces)):
            size = len(pieces[index].ids)
            if group and (used + size > room or len(group) == self.windowing.slots - 1):
                yield group
                group, used = [], 0
            group.append(index)
            used += size
        if group:
            yield group

    def _window(
        self, pieces: list[_Piece], title: list[int], group: Sequence[int], own_title: bool
    ) -> Window:
        """Lay out one window; in a section's first, the title is a passage too."""
        ids = [self._start, *title] + ([self._end] if title else [])
        slots = [NO_SLOT] * len(ids)
        passages = list(group)
        if own_title:
            slots[1 : 1 + len(title)] = [0] * len(title)
            passages.insert(0, 0)
        for slot, index in enumerate(group, start=int(own_title)):
            ids += pieces[index].ids
            slots += [slot] * len(pieces[index].ids)
        return Window(
            np.array([*ids, self._end], dtype=np.int64),
            np.array([*slots, NO_SLOT], dtype=np.int64),
            tuple(passages),
        )

    def _unknown_share(self, encodings: Sequence[Encoding], texts: Sequence[str]) -> float:
        visible = sum(len(text) - text.count(" ") for text in texts)
        unknown = sum(
            end - start
            for encoding in encodings
            for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
            if token == self._unknown
        )
        return unknown / visible if visible else 0.0


def _break_before(
    words: Sequence[int | None], spans: Sequence[tuple[int, int]], start: int, end: int
) -> int:
    """The last place in (start, end] where a word begins, or else a character, or else `end`."""
    for place in range(end, start, -1):
        if words[place] != words[place - 1]:
            return place
    for place in range(end, start, -1):
        if spans[place][0] >= spans[place - 1][1]:
            return place
    return end


def _special(tokenizer: Tokenizer, *names: str) -> int:
    for name in names:
        token = tokenizer.token_to_id(name)
        if token is not None:
            return int(token)
    raise ValueError(
        f"The tokenizer has no special token {' or '.join(names)}; Forewarn reads encoders of the "
        "BERT and RoBERTa families. Configure such an encoder."
    )
