"""Text as the network reads it, with the way back to the text as it came in."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

REPLACEMENT = "\ufffd"
PLANES = range(0x20000), range(0xE0000, 0xF0000)  # with white space and invisible characters


def is_invisible(character: str) -> bool:
    """Whether it is a control (Cc) or format (Cf) character that is not white space.

    Soft hyphens, zero-width joiners, bidirectional marks, byte-order marks, NUL: a reader does not
    see them, a tokenizer would stumble over them.
    """
    return unicodedata.category(character) in ("Cc", "Cf") and not character.isspace()


def _ranges(belongs: Callable[[str], bool]) -> str:
    r"""The characters that belong, for a class of a regular expression.

    As ranges and without `\s`: single characters beyond U+FFFF, and categories, are compared with
    every character of a text one by one. Those of Unicode 17 stand in three of its 17 planes.
    """
    codes = [code for plane in PLANES for code in plane if belongs(chr(code))]
    runs = [list(run) for _, run in groupby(enumerate(codes), lambda at: at[1] - at[0])]
    return "".join(f"\\U{run[0][1]:08x}-\\U{run[-1][1]:08x}" for run in runs)


_OPEN = _ranges(lambda character: character.isspace() or is_invisible(character))
# Runs that need work: white space and invisible characters together, or lone surrogates.
_RUN = re.compile(rf"[{_OPEN}]+|[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_PARAGRAPH = re.compile(r"(?:\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029])")


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A text with white space folded and invisible characters gone.

    `text[i]` came from `source[offsets[i]]`; offsets count code points of the text as sent.
    """

    text: str
    offsets: NDArray[np.int32]  # (len(text),)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the source of the non-empty span [start, end) of `text`."""
        return int(self.offsets[start]), int(self.offsets[end - 1]) + 1


def normalise(source: str) -> NormalisedText:
    """Fold white space, drop invisible characters, replace lone surrogates.

    A run of white space becomes one space, or an empty line where it holds two line breaks or more
    (a paragraph ends there). Nothing else changes, so every character keeps its place in the
    source.
    """
    pieces: list[str] = []
    offsets: list[NDArray[np.int32]] = []
    done = 0

    def keep(start: int, end: int) -> None:
        if end > start:
            pieces.append(source[start:end])
            offsets.append(np.arange(start, end, dtype=np.int32))

    for run in _RUN.finditer(source):
        start, end = run.span()
        if run[0] == " " and start > 0 and end < len(source):
            continue
        keep(done, start)
        done = end
        put = _replacement(run[0])
        if put.isspace() and (not pieces or end == len(source)):
            continue
        pieces.append(put)
        offsets.append(np.full(len(put), start, dtype=np.int32))
    keep(done, len(source))
    joined = np.concatenate(offsets) if offsets else np.empty(0, dtype=np.int32)
    return NormalisedText("".join(pieces), joined)


def _replacement(run: str) -> str:
    if "\ud800" <= run[0] <= "\udfff":
        return REPLACEMENT
    if not _SPACE.search(run):
        return ""
    return "\n\n" if len(_PARAGRAPH.findall(run)) > 1 else " "


def content_hash(title: str, body: str) -> str:
    """SHA-256 (hex) of title and body as a reader sees them.

    Taken over the normalised texts with single spaces and in Unicode NFC, joined by a line feed, in
    UTF-8: an autosave that changes only white space or the form of accents keeps its hash.
    """
    visible = "\n".join(" ".join(normalise(part).text.split()) for part in (title, body))
    return hashlib.sha256(unicodedata.normalize("NFC", visible).encode()).hexdigest()
