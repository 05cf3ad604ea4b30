"""Cues that are places: schools, clubs, streets, villages, and accounts on social networks."""

from collections.abc import Iterator, Sequence
from typing import Literal

from classifier.identification.names import Name, Sentence
from classifier.identification.words import read_words

PlaceKind = Literal["school_or_club", "street_or_place", "social_handle"]


def find_places(sentence: Sentence) -> Iterator[tuple[PlaceKind, int, int]]:
    """Kinds, and tokens [first, last), whether a minor is near or not."""
    for name in sentence.beginning.values():
        if name.kind in ("school", "club"):
            yield "school_or_club", name.first, name.last
        elif name.kind == "street":
            yield "street_or_place", name.first, name.last
        else:
            yield from _named_place(sentence, name)
    for place, token in enumerate(sentence.tokens):
        if token.kind == "handle":
            yield "social_handle", place, place + 1


def _named_place(sentence: Sentence, name: Name) -> Iterator[tuple[PlaceKind, int, int]]:
    after = [token.text for token in sentence.tokens[name.last : name.last + 2]]
    before = [token.text for token in sentence.tokens[max(0, name.first - 2) : name.first]]
    if found := place_with(before, after):
        kind, words_before, words_after = found
        yield kind, name.first - words_before, name.last + words_after


def place_with(
    before: Sequence[str], after: Sequence[str]
) -> tuple[Literal["school_or_club", "street_or_place"], int, int] | None:
    """'Ashby high school', 'Ashby village', 'the village of Ashby': of which kind, and how many
    words before and after the name belong to it, given the two before and the two after."""
    words = read_words()
    if after and after[0] in words.school:
        return "school_or_club", 0, 1
    if len(after) == 2 and after[0] in words.school_kind and after[1] in words.school:
        return "school_or_club", 0, 2
    if after and after[0] in words.place:
        return "street_or_place", 0, 1
    if len(before) == 2 and before[1] == "of" and before[0] in words.place:
        return "street_or_place", 2, 0
    return None
