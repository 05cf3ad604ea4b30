"""Words, ages and marks of a sentence, with the places where they stand.

One expression cuts a sentence into tokens. None of its alternatives can match a stretch in two
ways, so the time is linear whatever is written.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from classifier.identification.words import read_words

TokenKind = Literal["minor_age", "adult_age", "handle", "number", "possessive", "word", "mark"]
OF_AGE = 18
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
_GRADES = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, an age or a mark; `text` is in lower case, offsets count from the sentence's start.

    `capital`: it begins with a capital and is not all capitals, or is a single one.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    capital: bool


def cut_tokens(sentence: str) -> list[Token]:
    """The tokens of a sentence, in order."""
    return [_token(found) for found in _lexer().finditer(sentence)]


def is_minor_age(number: str) -> bool:
    """Whether a number, spelled or in digits, is an age under 18."""
    if number.isascii() and number.isdecimal():
        return len(number) < 3 and 0 < int(number) < OF_AGE
    return number in read_words().numbers


@cache
def _lexer() -> re.Pattern[str]:
    number = rf"(?:\d{{1,2}}|{'|'.join(sorted(read_words().numbers))})"
    grade = rf"(?:{'|'.join(_GRADES.split())}|\d{{1,2}}(?:st|nd|rd|th))"
    return re.compile(
        rf"""
          (?P<handle> (?<![\w@./]) @ \w{{2,30}} (?![\w@]) )
        | (?P<age>
            \b (?:then-)? (?P<old> {number} )
              (?: [-\ ]? (?:year|yr)s? [-\ ]? olds? | [-\ ]? (?:month|week|day)s? [-\ ]? old ) \b
          | \b age[sd]? [ ] (?:just[ ]|only[ ])? (?P<aged> {number} ) \b
          | \b {grade} [-\ ] grade (?:rs?)? \b
          | \b year [ ] \d{{1,2}} [ ] (?:girl|boy|pupil|student) \b
          )
        | (?P<possessive> ['’]s \b )
        | (?P<word> {_LETTER}+ (?: (?: ['’](?!s\b) | - ) {_LETTER}+ )* )
        | (?P<number> \d+ )
        | (?P<mark> \S )
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def _token(found: re.Match[str]) -> Token:
    text, kind = found[0], found.lastgroup or "mark"
    if kind == "age":
        number = (found["old"] or found["aged"] or "").lower()
        minor = not number or "month" in text.lower() or is_minor_age(number)
        kind = "minor_age" if minor else "adult_age"
    capital = text[0].isupper() and (len(text) == 1 or not text.isupper())
    return Token(kind, text.lower(), *found.span(), capital)  # type: ignore[arg-type]
