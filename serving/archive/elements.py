"""Adults, schools and small places that an article names: what may tell who a minor is.

Every article of an archive is read for them, so this is one scan for rows of capitals, which the
rules of `classifier.identification` judge, and not the whole check: it knows no sentences.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

from classifier.identification.names import name_kind
from classifier.identification.places import place_with
from classifier.identification.tokens import is_minor_age
from classifier.identification.words import read_words
from serving.archive.kinship import find_kinship

Kind = Literal["adult", "school", "place"]

REACH = 120  # characters between a name and 'her son': about a sentence
CLOSE = 40  # characters between a name and 'the stepfather'
_LONGEST = 6  # words; a longer row of capitals is a heading
_AROUND = 30  # characters in which two words are looked for, or an age
_BEGINS = frozenset("\n.!?:\"'“‘”’—–•")  # what stands before a sentence
_FORMS = frozenset({"mr", "mrs", "ms", "miss"})  # they say no more of somebody than a name does
_OFFICES = frozenset(  # stand before the names of people who speak of a case
    {"attorney", "barrister", "cllr", "commissioner", "councillor", "dig", "director", "gov"}
    | {"lawyer", "mp", "rep", "secretary", "solicitor", "spokesperson", "ssp"}
)
_WORD = re.compile(r"[^\W\d_]+")
_AGE_AFTER = re.compile(r"(?:, ?| ?\()(?:aged )?(\d\d?|[a-z]+)(?=[,);.]| and | who | was )")
_AGE_BEFORE = re.compile(r"(\w+)[- ](?:year|month)s?[- ]old $")


@dataclass(frozen=True, slots=True)
class Element:
    """A name in a text; `name` is what is compared, start and end are code points.

    `sure` is whether more than two capitals say that an adult is one. `kin` is the name of an adult
    whom the text ties to a child: of an adult itself, of a school or place somebody who is named
    beside it. The offsets are those of the mention with that tie, or else of the first.
    """

    kind: Kind
    name: str
    start: int
    end: int
    sure: bool = True
    kin: str | None = None


class _Row(NamedTuple):
    """Capitalised words that follow each other, in lower case; without form, but where it was."""

    words: list[str]
    start: int
    end: int
    formal: bool  # whether it had one: 'Mrs'


def find_elements(text: str) -> list[Element]:
    """The elements of a text, each once, in the order of their first mentions."""
    mentions = _mentions(text)
    own, close = find_kinship(text)
    found: dict[tuple[Kind, str], Element] = {}
    tied: dict[str, Element] = {}  # adults
    for one in mentions:
        known = found.setdefault((one.kind, one.name), one)
        if one.sure and not known.sure:
            found[one.kind, one.name] = replace(known, sure=True)
        if one.kind != "adult" or one.name in tied:
            continue
        if _reaches(own, one, REACH) or _reaches(close, one, CLOSE):
            tied[one.name] = one
    for name, one in tied.items():
        sure = found["adult", name].sure
        found["adult", name] = replace(one, sure=sure, kin=name)
    return list((found | _beside(mentions, tied)).values())


def _beside(
    mentions: Sequence[Element], tied: dict[str, Element]
) -> dict[tuple[Kind, str], Element]:
    """Schools and places beside an adult who is tied to a child."""
    adults = [one for one in mentions if one.kind == "adult" and one.name in tied]
    starts = [one.start for one in adults]
    found: dict[tuple[Kind, str], Element] = {}
    for one in mentions:
        key = (one.kind, one.name)
        if one.kind != "adult" and key not in found and _reaches(starts, one, REACH):
            at = bisect_left(starts, one.start, hi=len(starts) - 1)
            before = at > 0 and one.start - starts[at - 1] < starts[at] - one.start
            found[key] = replace(one, kin=adults[at - before].name)
    return found


def _reaches(places: Sequence[int], mention: Element, reach: int) -> bool:
    """Whether one of these places, in rising order, is near a mention."""
    at = bisect_left(places, mention.start - reach)
    return at < len(places) and places[at] <= mention.end + reach


def _mentions(text: str) -> list[Element]:
    """Every mention in reading order, of adults also by their last name."""
    rows = list(_rows(text))
    single = {row.words[0] for row in rows if len(row.words) == 1}
    found: list[Element] = []
    adults: dict[str, str] = {}  # by last name
    minors: set[str] = set()
    for row in rows:
        if len(row.words) == 1:
            if name := adults.get(row.words[0]):
                found.append(Element("adult", name, row.start, row.end))
                continue
        elif adult := _adult(text, row):
            age = _age(text, row)
            if age and is_minor_age(age):
                minors.add(adult)
            adults[row.words[-1]] = adult
            sure = bool(age) or row.formal or row.words[-1] in single
            found.append(Element("adult", adult, row.start, row.end, sure))
            continue
        if place := _named_place(row) or _place_beside(text, row):
            found.append(Element(*place, row.start, row.end))
    return [one for one in found if one.name not in minors]


def _adult(text: str, row: _Row) -> str | None:
    """The name of somebody who is named in full, without initials."""
    words = row.words
    if len(words[0]) == 1 or len(words[-1]) == 1:
        return None
    before = "".join(_words(text[max(0, row.start - _AROUND) : row.start])[-1:])
    if before in _OFFICES or name_kind(words, before) != "person":
        return None
    return " ".join([word for word in words if len(word) > 1])


def _named_place(row: _Row) -> tuple[Kind, str] | None:
    """What 'Tarn Hill School', 'Tarn Hill Rovers' or 'Elm Road' is."""
    words = row.words
    kind = name_kind(words, "") if len(words) > 1 else "other"
    if kind == "club" or (kind == "school" and words[-1] in read_words().school):
        return "school", _school(words)
    return ("place", " ".join(words)) if kind == "street" else None


def _place_beside(text: str, row: _Row) -> tuple[Kind, str] | None:
    """What 'Ashby' is in 'Ashby high school' and in 'the village of Ashby'."""
    if not (text.endswith("of ", 0, row.start) or _place_after().match(text, row.end)):
        return None
    before = _words(text[max(0, row.start - _AROUND) : row.start])[-2:]
    after = _words(text[row.end : row.end + _AROUND])[:2]
    place = place_with(before, after)
    if not place:
        return None
    kind, _, more = place
    if kind == "school_or_club":
        return "school", _school(row.words + after[:more])
    return "place", " ".join(row.words)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _school(words: Sequence[str]) -> str:
    """The name without what may be left out: 'Tarn Hill Primary' is 'Tarn Hill Primary School'."""
    return " ".join([word for word in words if word != "school"])


def _age(text: str, row: _Row) -> str | None:
    """The age in 'Ada Quill, 9,' and 'nine-year-old Ada Quill', as it is written."""
    begin = max(0, row.start - _AROUND)
    age = _AGE_AFTER.match(text, row.end) or _AGE_BEFORE.search(text, begin, row.start)
    return age[1].lower() if age else None


def _rows(text: str) -> Iterator[_Row]:
    """Rows of capitals, without what only begins a sentence: a word that is plain or a common one,
    or stands in small letters elsewhere."""
    openers, elsewhere = _openers(), set(text.split())
    for found in _row().finditer(text):
        start, end = found.span()
        lower = found[0].lower()
        row = [lower] if lower.isalpha() else lower.replace(".", "").split()
        plain = row[0] in openers or row[0].endswith("-old")
        if plain or (row[0] in elsewhere and _begins_sentence(text, start)):
            row, start = _strip(text, row, start)
        formal = len(row) > 1 and row[0] in _FORMS
        if formal:
            row = row[1:]
        if 0 < len(row) <= _LONGEST:
            yield _Row(row, start, end, formal)


def _strip(text: str, row: list[str], start: int) -> tuple[list[str], int]:
    """A row without its first word and the openers behind it, and where it begins."""
    openers = _openers()
    stripped = 1
    while stripped < len(row) and row[stripped] in openers:
        stripped += 1
    for word in row[:stripped]:
        start += len(word)
        while start < len(text) and not text[start].isalpha():
            start += 1
    return row[stripped:], start


def _begins_sentence(text: str, start: int) -> bool:
    before = text[start - 1 : start] if start else "\n"
    if before == " ":
        before = text[start - 2 : start - 1]
    return before in _BEGINS


@cache
def _openers() -> frozenset[str]:
    words = read_words()
    return words.common | words.between | words.child


@cache
def _row() -> re.Pattern[str]:
    """Words that begin with a capital and are not all capitals, and what joins them."""
    capital = "".join(letter for letter in map(chr, range(0x2000)) if letter.isupper())
    particles = "|".join(sorted(read_words().particle))
    # The capital first, before what is looked for around it: so the search jumps to capitals.
    word = (
        rf"[{capital}](?<!\w[{capital}])(?![{capital}]+\b)"
        r"(?:[^\W\d_]|[\u0300-\u036f]|['’-](?!s\b)(?=[^\W\d_]))*"
    )
    stop = rf"(?:(?:(?<=\b[{capital}])|(?<=\b(?:Mr|Ms|Dr|St))|(?<=\bMrs))\.)?"
    gap = rf"{stop}[^\S\n]{{1,2}}(?:(?:{particles})[^\S\n])*"
    return re.compile(rf"{word}(?:{gap}{word})*")


@cache
def _place_after() -> re.Pattern[str]:
    """Begins what `place_with` may take for the end of a place's name."""
    words = read_words()
    return re.compile(rf" (?:{'|'.join(words.school | words.school_kind | words.place)})\b")
