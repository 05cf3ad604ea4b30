"""Marks in a text: which of its parts belong to which passages, paragraph by paragraph."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_BREAK = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Span:
    """A passage of a text, in code points; `number` is its place among all, from 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that belongs to the same passages throughout, maybe to none.

    `first` are those that begin here.
    """

    text: str
    start: int
    numbers: tuple[int, ...]
    first: tuple[int, ...]


def mark_up(text: str, spans: Sequence[Span]) -> list[list[Piece]]:
    """The paragraphs of a text, each as its pieces in reading order.

    Spans may overlap. One that does not lie within the text is left out: it belongs to another.
    """
    here = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    told: set[int] = set()
    paragraphs = []
    for begin, end in _paragraphs(text):
        edges = {begin, end}
        for span in here:
            edges |= {edge for edge in (span.start, span.end) if begin < edge < end}
        ordered = sorted(edges)
        pieces = []
        for start, stop in pairwise(ordered):
            numbers = tuple(one.number for one in here if one.start <= start and stop <= one.end)
            first = tuple(number for number in numbers if number not in told)
            told.update(first)
            pieces.append(Piece(text[start:stop], start, numbers, first))
        paragraphs.append(pieces)
    return paragraphs


def _paragraphs(text: str) -> list[tuple[int, int]]:
    found, begin = [], 0
    for gap in _BREAK.finditer(text):
        found.append((begin, gap.start()))
        begin = gap.end()
    found.append((begin, len(text)))
    return [(start, end) for start, end in found if end > start]
