"""Tables as text: a row for each article, and a first row that names the columns.

Fields may hold line breaks, so a quotation mark that is not closed would take in all the rest of a
file. It takes in its own line: reading goes on behind that.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from serving.archive.fields import has_body, item_of, where
from serving.archive.readers.common import BROKEN
from serving.archive.readers.lines import decode, read_lines
from serving.archive.record import Item, ReadOptions, Unreadable

_DELIMITERS = ",;\t|"
# What csv.Error comes to: it has no other cause here.
_RETURN = "a carriage return alone stands in it: end lines otherwise, or put it in quotation marks"


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """An item for each row that is not empty; its position is the line on which it begins."""
    # One number for the whole process; `_Lines` sees to it that no row is larger than ours.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_item_bytes))
    lines = _Lines(read_lines(stream, options.max_item_bytes), options.max_item_bytes)
    header: list[str] | None = None
    try:
        for row in _rows(lines):
            if isinstance(row, Unreadable):
                yield row
            elif header is None:
                header = [name.strip() for name in row]
                if not has_body(header, options.fields):
                    wanted = where("body", options.fields)
                    reason = f"the first row names no column of bodies: expected {wanted}"
                    yield Unreadable(lines.position, reason)
                    return
            elif len(row) != len(header):
                reason = f"it has {len(row)} columns, expected {len(header)} as the first row has"
                yield Unreadable(lines.position, reason)
            else:
                named = dict(zip(header, row, strict=True))
                yield item_of(named, lines.position, options.fields)
    except BROKEN:
        yield Unreadable(f"line {lines.number + 1}", "the file is cut off or damaged here")


def _rows(lines: "_Lines") -> Iterator[list[str] | Unreadable]:
    reader = csv.reader(lines, delimiter=_delimiter(lines.first))
    while True:
        lines.begin_row()
        try:
            row = next(reader, None)
        except (csv.Error, _TooLongError) as error:
            yield Unreadable(
                lines.position, _RETURN if isinstance(error, csv.Error) else str(error)
            )
            lines.go_back()
            continue
        if row is None:
            return
        if lines.ended_within:
            yield Unreadable(lines.position, "a quotation mark in it is not closed")
            lines.go_back()
        elif row:
            yield row


def _delimiter(line: str) -> str:
    """What parts the names of columns. csv.Sniffer looks at articles too, and errs."""
    return max(_DELIMITERS, key=line.count)


class _TooLongError(Exception):
    """A row is too large; the message holds none of its text."""


class _Lines:
    """Lines for csv.reader, which asks for another one only within a row."""

    def __init__(self, lines: Iterator[bytes | None], max_bytes: int) -> None:
        self.number = 0  # of the line given last
        self.ended_within = False  # the file ended, and the row has not
        self._lines = lines
        self._max_bytes = max_bytes
        self._row: list[bytes | None] = []
        self._size = 0
        self._again: deque[bytes | None] = deque()

    @property
    def position(self) -> str:
        """Where the row in hand begins."""
        return f"line {self.number - len(self._row) + 1}"

    @property
    def first(self) -> str:
        """The first line, which is given again."""
        line = next(self._lines, b"")
        self._again.append(line)
        return decode(line or b"")

    def begin_row(self) -> None:
        """Forget the row in hand."""
        self._row, self._size, self.ended_within = [], 0, False

    def go_back(self) -> None:
        """Give all lines of the row again but its first."""
        self._again.extendleft(reversed(self._row[1:]))
        self.number -= len(self._row) - 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        try:
            line = self._again.popleft() if self._again else next(self._lines)
        except StopIteration:
            self.ended_within = bool(self._row)
            raise
        self.number += 1
        self._row.append(line)
        self._size += len(line or b"")
        if line is None or self._size > self._max_bytes:
            raise _TooLongError(f"larger than {self._max_bytes} bytes")
        return decode(line)
