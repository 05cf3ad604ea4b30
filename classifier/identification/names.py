"""Which rows of capitals are names, and of what. There is no list of names: shape and neighbours
decide, so it knows no country better than another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from classifier.identification.tokens import Token
from classifier.identification.words import Words, read_words

NameKind = Literal["person", "school", "club", "street", "other"]
_LONGEST = 6  # words; a longer row of capitals is a heading
_STOPS = frozenset('.!?"”’')
_HEADING = 0.5  # share of capitals among its words above which a sentence is a heading


@dataclass(frozen=True, slots=True)
class Name:
    """A row of capitalised words: tokens [first, last)."""

    kind: NameKind
    first: int
    last: int


@dataclass(frozen=True)
class Sentence:
    """A sentence's tokens, and its names by their first token and by the one after their last."""

    tokens: list[Token]
    beginning: dict[int, Name]
    ending: dict[int, Name]


def read_sentences(sentences: Sequence[list[Token]]) -> list[Sentence]:
    """Find the names of an article's sentences.

    A word at the beginning of a sentence is a name only if the article never has it in lower case;
    in a heading only what is a name elsewhere is one.
    """
    plain = {t.text for tokens in sentences for t in tokens if t.kind == "word" and not t.capital}
    rows = [None if _is_heading(tokens) else _rows(tokens, plain) for tokens in sentences]
    known = {
        tokens[place].text
        for tokens, found in zip(sentences, rows, strict=True)
        for first, last in found or ()
        for place in range(first, last)
    }
    return [
        _sentence(tokens, _rows(tokens, plain, known) if found is None else found)
        for tokens, found in zip(sentences, rows, strict=True)
    ]


def _is_heading(tokens: Sequence[Token]) -> bool:
    """Mostly capitals, and no stop at the end."""
    words = [token.capital for token in tokens if token.kind == "word"]
    open_ended = bool(tokens) and tokens[-1].text not in _STOPS
    return open_ended and len(words) > 3 and sum(words) > _HEADING * len(words)


def _rows(
    tokens: Sequence[Token], plain: set[str], known: set[str] | None = None
) -> list[tuple[int, int]]:
    """Rows of capitals as tokens [first, last); of `known` words only, where that is given."""
    words, rows, place = read_words(), [], 0
    while place < len(tokens):
        last = _row_end(tokens, place, words, known)
        first = place
        while first < last and _opens(tokens, first, plain, words):
            first += 1
        if first < last and last - first <= _LONGEST:
            rows.append((first, last))
        place = max(last, place + 1)
    return rows


def _row_end(tokens: Sequence[Token], place: int, words: Words, known: set[str] | None) -> int:
    """Where the row of capitals that begins at `place` ends; `place` itself where there is none."""
    end = place
    while end < len(tokens) and (
        _is_capital(tokens[end], known) or (end > place and _joins(tokens, end, words))
    ):
        end += 1
    return end


def _is_capital(token: Token, known: set[str] | None) -> bool:
    return token.kind == "word" and token.capital and (known is None or token.text in known)


def _joins(tokens: Sequence[Token], place: int, words: Words) -> bool:
    """Whether a particle, or the stop of an initial or title, stands between two capitals."""
    token, before = tokens[place], tokens[place - 1]
    if place + 1 == len(tokens) or not tokens[place + 1].capital:
        return False
    stop = token.text == "." and (len(before.text) == 1 or before.text in words.title)
    return stop or token.text in words.particle


def _opens(tokens: Sequence[Token], place: int, plain: set[str], words: Words) -> bool:
    """Whether the capital says nothing: a common word, or one that begins a sentence or quote."""
    text = tokens[place].text
    if text in words.common or text in words.between or text in words.child:
        return True
    begins = place == 0 or tokens[place - 1].text in "\"'“‘:—–.•"
    return begins and text in plain


def _sentence(tokens: list[Token], rows: Sequence[tuple[int, int]]) -> Sentence:
    names = [Name(_kind(tokens, first, last), first, last) for first, last in rows]
    return Sentence(tokens, {n.first: n for n in names}, {n.last: n for n in names})


def _kind(tokens: Sequence[Token], first: int, last: int) -> NameKind:
    before = tokens[first - 1].text if first else ""
    return name_kind([token.text for token in tokens[first:last]], before)


def name_kind(row: Sequence[str], before: str) -> NameKind:
    """What a row of capitalised words names, given the word before it; all in lower case."""
    words = read_words()
    if not words.school.isdisjoint(row[1:]) and words.grown.isdisjoint(row):
        named = set(row) - words.school - words.school_kind
        return "school" if named else "other"
    if len(row) > 1 and row[-1] in words.street:
        return "street"
    unlike = (words.institution, words.calendar, words.title, words.relative, words.school)
    if not all(some.isdisjoint(row) for some in unlike):
        return "other"
    if len(row) > 1 and row[-1] in words.club:
        return "club"
    return "other" if before in words.locative or before in words.title else "person"
