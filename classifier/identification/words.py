"""The word lists of the check, as words.toml spells them."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class Words:
    """Words in lower case; what each list is for stands in words.toml."""

    child: frozenset[str]
    offspring: frozenset[str]
    relative: frozenset[str]
    numbers: frozenset[str]
    between: frozenset[str]
    accused: frozenset[str]
    death: frozenset[str]
    school: frozenset[str]
    school_kind: frozenset[str]
    grown: frozenset[str]
    club: frozenset[str]
    street: frozenset[str]
    place: frozenset[str]
    institution: frozenset[str]
    calendar: frozenset[str]
    title: frozenset[str]
    common: frozenset[str]
    locative: frozenset[str]
    particle: frozenset[str]


@cache
def read_words() -> Words:
    """Read the lists, once."""
    table = tomllib.loads(_FILE.read_text("utf-8"))
    return Words(**{field.name: frozenset(table[field.name].split()) for field in fields(Words)})
