"""Text as a reader sees it, each character with its place in the source that it came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int32]


@dataclass(frozen=True)
class VisibleText:
    """Visible text and where it stands in the source, in code points.

    Character i comes from `source[starts[i]:ends[i]]`: one character, or a whole entity. What was
    put in between blocks comes from nothing: its start is its end.
    """

    text: str
    starts: Places  # (len(text),)
    ends: Places  # (len(text),)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Where the non-empty span [start, end) of the visible text stands in the source."""
        return int(self.starts[start]), int(self.ends[end - 1])


def plain_text(source: str) -> VisibleText:
    """A source that is all visible."""
    places = np.arange(len(source) + 1, dtype=np.int32)
    return VisibleText(source, places[:-1], places[1:])


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a visible text: `text` comes from `source[start:end]`.

    Either it is that slice as it is, or all its characters stand for the slice as a whole.
    """

    text: str
    start: int
    end: int


def join_pieces(pieces: Iterable[Piece]) -> VisibleText:
    """Pieces in the order of the source as one visible text."""
    kept = [piece for piece in pieces if piece.text]
    starts = [_starts(piece) for piece in kept]
    ends = [_ends(piece) for piece in kept]
    return VisibleText(
        "".join(piece.text for piece in kept), _concatenate(starts), _concatenate(ends)
    )


def _is_slice(piece: Piece) -> bool:
    return len(piece.text) == piece.end - piece.start


def _starts(piece: Piece) -> Places:
    if _is_slice(piece):
        return np.arange(piece.start, piece.end, dtype=np.int32)
    return np.full(len(piece.text), piece.start, dtype=np.int32)


def _ends(piece: Piece) -> Places:
    if _is_slice(piece):
        return np.arange(piece.start + 1, piece.end + 1, dtype=np.int32)
    return np.full(len(piece.text), piece.end, dtype=np.int32)


def _concatenate(arrays: Sequence[Places]) -> Places:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int32)
