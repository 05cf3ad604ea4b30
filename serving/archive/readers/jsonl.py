"""One JSON object a line, ninjs documents among them."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from serving.archive.fields import item_of
from serving.archive.readers.common import BROKEN, as_item
from serving.archive.record import Item, ReadOptions, Unreadable
from serving.bodies.ninjs import NinjsError, is_ninjs
from serving.submission import from_ninjs

_NOT_UTF8 = "it is not in UTF-8"


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """See `Reader`. Empty lines are passed over; a line that is too long is never held."""
    number = 0
    try:
        while line := stream.readline(options.max_item_bytes + 1):
            number += 1
            position = f"line {number}"
            if len(line) > options.max_item_bytes:
                _skip_line(stream, line)
                yield Unreadable(position, f"larger than {options.max_item_bytes} bytes")
            elif line.strip():
                yield _item(line, position, options)
    except BROKEN:
        yield Unreadable(f"line {number + 1}", "the packed file is damaged from here on")


def _skip_line(stream: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(1 << 16)


def _item(line: bytes, position: str, options: ReadOptions) -> Item:
    try:
        values: Any = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Unreadable(position, _NOT_UTF8)
    except json.JSONDecodeError as error:
        return Unreadable(position, f"it is no JSON: {error.msg} at character {error.pos}")
    except (RecursionError, ValueError):  # also a number of too many digits
        return Unreadable(position, "it is JSON that is nested too deeply or has a number too long")
    if not isinstance(values, dict):
        return Unreadable(position, "it is no JSON object")
    if not options.fields and is_ninjs(values):
        return ninjs_item(values, position)
    return item_of(values, position, options.fields)


def ninjs_item(values: dict[str, Any], position: str) -> Item:
    """An article from a ninjs document."""
    try:
        submission = from_ninjs(values)
    except NinjsError:
        return Unreadable(position, "the ninjs document has no body that is text")
    date = values.get("versioncreated") or values.get("firstcreated")
    url = values.get("uri")
    return as_item(
        position,
        submission,
        url=url if isinstance(url, str) and url.startswith("http") else None,
        date=date if isinstance(date, str) else None,
    )
