"""Where things stand in a TOML file: tomllib reads values and forgets their lines."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Self, TypeVar

from labels.schema import Reader, describe

T = TypeVar("T")


def find_lines(source: str) -> dict[str, int]:
    """Return the line (from 1) of every table and key of a TOML document that tomllib accepts.

    Keys are paths as in errors: `rules[2].when.label`. What stands in an inline table or a list has
    the line on which the statement that holds it begins.
    """
    lines: dict[str, int] = {}
    counts: Counter[str] = Counter()
    table = ""
    for line, statement in _statements(source):
        parsed = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            for table in _enter(parsed, counts):
                lines.setdefault(table, line)
        else:
            for path in _paths(parsed, table):
                lines.setdefault(path, line)
    return lines


def _statements(source: str) -> Iterator[tuple[int, str]]:
    """Every header and every key with its value; each ends where what was read so far is TOML."""
    begun, statement = 0, ""
    for line, text in enumerate(source.split("\n"), start=1):
        if not statement:
            if not text.strip() or text.lstrip().startswith("#"):
                continue
            begun = line
        statement += text + "\n"
        if _is_toml(statement):
            yield begun, statement
            statement = ""


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _enter(header: Mapping[str, Any], counts: Counter[str]) -> Iterator[str]:
    """The paths that a header, which is one chain of keys, leads through; last its own table's."""
    path, inner = "", dict(header)
    while inner:
        key, value = next(iter(inner.items()))
        path = _join(path, key)
        yield path
        if isinstance(value, list):
            counts[path] += 1
        if counts[path]:
            path = f"{path}[{counts[path] - 1}]"
            yield path
        inner = value if isinstance(value, dict) else {}


def _paths(value: object, path: str) -> Iterator[str]:
    inner: list[tuple[str, object]] = []
    if isinstance(value, dict):
        inner = [(_join(path, key), item) for key, item in value.items()]
    elif isinstance(value, list):
        inner = [(f"{path}[{number}]", item) for number, item in enumerate(value)]
    for inner_path, item in inner:
        yield inner_path
        yield from _paths(item, inner_path)


def _join(path: str, key: str) -> str:
    return f"{path}.{describe(key)}" if path else describe(key)


@dataclass(frozen=True)
class LocatedReader(Reader):
    """A reader of one TOML file whose errors begin with file and line. Accepts float as well."""

    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def at(self, path: str) -> Self:
        """The reader whose errors name the line of `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        line = self.lines.get(path, 1)
        return replace(self, place=f"{self.file}:{line}")

    def build(self, kind: type[T], value: object, path: str = "") -> T:
        """As `Reader.build`; an unknown key is shown on its own line."""
        if isinstance(value, dict) and is_dataclass(kind):
            known = [item.name for item in fields(kind)]
            for key in value:
                where = f"key of {path or 'the top level'}"
                self.at(_join(path, key)).require_known([key], known, where)
        return Reader.build(self.at(path), kind, value, path)

    def _fit(self, hint: Any, value: Any, path: str) -> Any:
        here = self.at(path)
        if hint is float:
            if type(value) in (int, float):
                return float(value)
            raise here.refuse(f"{path} has a wrong value", "a number", describe(value))
        return Reader._fit(here, hint, value, path)
