"""Frozen dataclasses out of parsed TOML or JSON; whatever does not fit is refused.

The fields of a dataclass are the keys of its table, their types say what is accepted, and a field
with a default may be left out. Types: str, int, float, bool, X | None, tuple[X, ...], dict[str, X],
and other dataclasses.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from labels.errors import LabelsError

T = TypeVar("T")

_SHOWN = re.compile(r"[\w.:-]{1,40}")
_NAMES = {
    str: "a text that is not empty",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


@dataclass(frozen=True)
class Reader:
    """Builds dataclasses from the values of one place.

    place: the file, and the line where there is one; every error begins with it.
    error: the class of the errors raised.
    null: the value that stands for None (TOML has no null).
    """

    place: str
    error: type[LabelsError]
    null: object = None

    def build(self, kind: type[T], value: object, path: str = "") -> T:
        """Return the `kind` that `value`, a table, spells; `path` leads to it inside the place."""
        if not isinstance(value, dict):
            raise self.refuse(f"{path or 'this'} is no table", "keys with values", describe(value))
        # mypy takes the __hash__ of instances for that of their class.
        hints, required = _shape(kind)  # type: ignore[arg-type]
        self.require_known(value, hints, f"key of {path or 'the top level'}")
        for key in required:
            if key not in value:
                what = f"{path or 'the top level'} lacks the key {key!r}"
                raise self.refuse(what, ", ".join(hints), ", ".join(value) or "nothing", "Add it.")
        prefix = f"{path}." if path else ""
        return kind(**{key: self._fit(hints[key], value[key], prefix + key) for key in value})

    def require_known(self, words: Iterable[str], known: Collection[str], what: str) -> None:
        """Refuse the first of `words` that is not in `known`, naming the nearest that is."""
        for word in words:
            if word not in known:
                near = get_close_matches(str(word), known, n=1)
                remedy = f"Did you mean {near[0]!r}?" if near else "Take it out, or correct it."
                raise self.refuse(f"unknown {what}", ", ".join(known), describe(word), remedy)

    def refuse(
        self, what: str, expected: str, got: str, remedy: str = "Correct it."
    ) -> LabelsError:
        """Return, for raising, the error in four parts."""
        return self.error(f"{self.place}: {what}", expected, got, remedy)

    def _fit(self, hint: Any, value: Any, path: str) -> Any:
        inner, outer = get_args(hint), get_origin(hint)
        if is_dataclass(hint):
            return self.build(hint, value, path)  # type: ignore[arg-type]
        if isinstance(hint, UnionType):
            return None if value == self.null else self._fit(inner[0], value, path)
        if outer is tuple and isinstance(value, list):
            return tuple(self._fit(inner[0], x, f"{path}[{n}]") for n, x in enumerate(value))
        if outer is dict and isinstance(value, dict):
            return {k: self._fit(inner[1], x, f"{path}.{describe(k)}") for k, x in value.items()}
        if hint is float and type(value) is int:
            return float(value)
        if type(value) is hint and value != "":  # not isinstance: True would pass for a number
            return value
        expected = _NAMES.get(hint) or ("a list" if outer is tuple else "a table")
        raise self.refuse(f"{path} has a wrong value", expected, describe(value))


def describe(value: object) -> str:
    """Return what an error may say of a value: whole if like an id, else only its type and size.

    A value in the wrong place may be article text, which no error shows.
    """
    if isinstance(value, str):
        return value if _SHOWN.fullmatch(value) else f"a text of {len(value)} characters"
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    return {"list": "a list", "dict": "a table"}.get(type(value).__name__, type(value).__name__)


@cache
def _shape(kind: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the types of a dataclass's fields, and the names of those without a default."""
    required = tuple(field.name for field in fields(kind) if field.default is MISSING)
    return get_type_hints(kind), required
