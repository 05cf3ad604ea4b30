"""The cues: what in a sentence may tell who a minor is.

Each rule looks a bounded number of words ahead or back, so the time is linear in the text.
"""

from collections.abc import Iterator
from typing import Literal

from classifier.identification.names import Name, Sentence
from classifier.identification.places import find_places
from classifier.identification.tokens import Token, is_minor_age
from classifier.identification.words import read_words

CueKind = Literal[
    "age_near_name",
    "child_named",
    "named_relative",
    "kinship_with_accused",
    "school_or_club",
    "street_or_place",
    "social_handle",
]
Found = tuple[CueKind, int, int]  # tokens [first, last)

_STEPS = 5  # words between a minor and a name, at the most
_REACH = 30  # words between a name and 'her son', at the most
_MARKS = frozenset(",;:(-–—")
_JOINS = frozenset({",", "(", "is", "-", "–", "—"})
_AFTER_AGE = frozenset({",", ")", ";", ".", "and", "who", "was", "-", "–", "—"})
_OWN = frozenset({"his", "her", "their", "my", "our", "own", "whose"})
_BESIDE = frozenset({"and", "with"})


def find_cues(sentence: Sentence) -> Iterator[Found]:
    """The cues of a sentence, kind by kind."""
    yield from _ages_near_names(sentence)
    yield from _named_children(sentence)
    yield from _named_relatives(sentence)
    yield from _children_of_named(sentence)
    yield from _kinship(sentence)
    yield from find_places(sentence)


def speaks_of_minor(sentence: Sentence) -> bool:
    """Whether a child or an age under 18 is in the sentence."""
    child = read_words().child
    return any(
        token.kind == "minor_age" or token.text in child or _name_with_age(sentence, place)
        for place, token in enumerate(sentence.tokens)
    )


def speaks_of_death(sentence: Sentence) -> bool:
    """Whether somebody dies or is mourned in the sentence."""
    return any(token.text in read_words().death for token in sentence.tokens)


def _ages_near_names(sentence: Sentence) -> Iterator[Found]:
    """'Seven-year-old Ada', 'Ada Quill, 9,', 'Ada Quill, aged nine'."""
    for place, token in enumerate(sentence.tokens):
        if token.kind == "minor_age":
            yield from _beside_name(sentence, place, "age_near_name")
        elif name := _name_with_age(sentence, place):
            yield "age_near_name", name.first, place + 1


def _name_with_age(sentence: Sentence, place: int) -> Name | None:
    """The person of 'Ada Quill, 9,' or 'Ada Quill (9)', if the token at `place` is the age."""
    tokens = sentence.tokens
    name = sentence.ending.get(place - 1)
    if (
        name
        and name.kind == "person"
        and tokens[place - 1].text in (",", "(")
        and is_minor_age(tokens[place].text)
        and (place + 1 == len(tokens) or tokens[place + 1].text in _AFTER_AGE)
    ):
        return name
    return None


def _named_children(sentence: Sentence) -> Iterator[Found]:
    """'The boy, named as Ada Quill', 'Ada Quill, her younger daughter'."""
    for place, token in enumerate(sentence.tokens):
        if _is_child(token.text):
            yield from _beside_name(sentence, place, "child_named")


def _named_relatives(sentence: Sentence) -> Iterator[Found]:
    """'His father, Tom Quill', 'mother of Ada', 'daughter of Tom Quill'."""
    words = read_words()
    for place, token in enumerate(sentence.tokens):
        relative = token.text in words.relative
        if not relative and token.text not in words.offspring:
            continue
        end = _name_after_of(sentence, place + 1)
        if end:
            yield "named_relative", place, end
        elif relative:
            yield from _beside_name(sentence, place, "named_relative")


def _children_of_named(sentence: Sentence) -> Iterator[Found]:
    """'Tom Quill's son', 'Tom Quill and his son', 'Tom Quill was held after his son …'."""
    name = None
    for place, token in enumerate(sentence.tokens):
        found = sentence.ending.get(place)
        # One capital that begins a sentence may be any word; right before "'s" it will do.
        if found and found.kind == "person" and (found.first or place > 1 or _is_apostrophe(token)):
            name = found
        if name is None or place - name.last > _REACH:
            continue
        apostrophe = place == name.last and _is_apostrophe(token)
        if (apostrophe or token.text in _OWN) and (end := _child_after(sentence, place + 1)):
            yield "named_relative", name.first, end


def _is_apostrophe(token: Token) -> bool:
    return token.kind == "possessive" or token.text in "'’"


def _kinship(sentence: Sentence) -> Iterator[Found]:
    """In a sentence about an accusation 'her son', or a relative beside a minor."""
    words = read_words()
    if not any(token.text in words.accused for token in sentence.tokens):
        return
    minor = speaks_of_minor(sentence)
    for place, token in enumerate(sentence.tokens):
        if token.text in _OWN and (end := _child_after(sentence, place + 1)):
            yield "kinship_with_accused", place, end
        elif minor and token.text in words.relative:
            yield "kinship_with_accused", place, place + 1


def _beside_name(sentence: Sentence, place: int, kind: CueKind) -> Iterator[Found]:
    """The token at `place` with the person's name after it, or else before it."""
    end = _name_after(sentence, place + 1)
    if end:
        yield kind, place, end
        return
    start = _name_before(sentence, place)
    if start is not None:
        yield kind, start, place + 1


def _name_after(sentence: Sentence, place: int) -> int | None:
    """Where the person's name that follows within a few steps ends."""
    for number in range(place, min(place + _STEPS + 1, len(sentence.tokens))):
        name = sentence.beginning.get(number)
        if name:
            return name.last if name.kind == "person" else None
        if not _may_stand_between(sentence, number):
            return None
    return None


def _name_after_of(sentence: Sentence, place: int) -> int | None:
    tokens = sentence.tokens
    if place < len(tokens) and tokens[place].text == "of":
        return _name_after(sentence, place + 1)
    return None


def _name_before(sentence: Sentence, place: int) -> int | None:
    """Where the name begins that stands, with a comma or 'is' after it, shortly before `place`."""
    for number in range(place - 1, max(0, place - _STEPS), -1):
        name = sentence.ending.get(number)
        if name and name.kind == "person":
            return name.first if sentence.tokens[number].text in _JOINS else None
        if not _may_stand_between(sentence, number):
            return None
    return None


def _child_after(sentence: Sentence, place: int) -> int | None:
    """Where 'two small daughters' ends."""
    for number in range(place, min(place + _STEPS, len(sentence.tokens))):
        if _is_child(sentence.tokens[number].text):
            return number + 1
        if not _may_stand_between(sentence, number):
            return None
    return None


def _is_child(text: str) -> bool:
    words = read_words()
    return text in words.child or text in words.offspring


def _may_stand_between(sentence: Sentence, place: int) -> bool:
    words, token = read_words(), sentence.tokens[place]
    return (
        token.kind in ("minor_age", "adult_age", "possessive")
        or token.text in _MARKS
        or token.text in words.between
        or token.text in words.numbers
        or _is_child(token.text)
    )
