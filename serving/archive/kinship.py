"""Where a text tells of kinship: the words that tie an adult to a child."""

import re
from collections.abc import Iterator
from functools import cache

from classifier.identification.words import read_words

_AROUND = 30  # characters in which 'her two small' is looked for before 'children'
_OWN_BEFORE = re.compile(r"\b(?:his|her|their|my|whose|own) (?:[\w-]+ ){0,2}$")
_POSSESSIVE_BEFORE = re.compile(r"['’]s? (?:[\w-]+ ){0,2}$")


def find_kinship(text: str) -> tuple[list[int], list[int]]:
    """Where kinship is told as somebody's own ('his daughter', 'her two small children'), and
    where it must stand close to a name to be of that one ('the stepfather', 'Quill's children').
    """
    words = read_words()
    kin = words.relative | words.offspring
    own: list[int] = []
    close: list[int] = []
    for root in _roots():
        for at, word in _words_with(text, root):
            if word not in kin and word not in words.child:
                continue
            begin = max(0, at - _AROUND)
            if _OWN_BEFORE.search(text, begin, at):
                own.append(at)
            elif word in kin or _POSSESSIVE_BEFORE.search(text, begin, at):
                close.append(at)
    return sorted(own), sorted(close)


def _words_with(text: str, root: str) -> Iterator[tuple[int, str]]:
    """The words that hold a root, and where they begin."""
    at = text.find(root)
    while at >= 0:
        start, end = at, at + len(root)
        while text[start - 1 : start].isalpha():
            start -= 1
        while text[end : end + 1].isalpha():
            end += 1
        yield start, text[start:end]
        at = text.find(root, end)


@cache
def _roots() -> tuple[str, ...]:
    """Words of kinship that have no other in them: 'father' stands for 'grandfather' too."""
    words = read_words().relative | read_words().offspring | read_words().child
    return tuple(w for w in words if not any(v in w for v in words - {w}))
