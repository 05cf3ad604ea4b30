"""Reads bytes as a file of an archive, for the tests of readers."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from serving.archive.record import Item, Reader, ReadOptions, Record, Unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def read_all(reader: Reader, data: bytes, max_item_bytes: int | None = None) -> list[Item]:
    options = ReadOptions(max_item_bytes=max_item_bytes) if max_item_bytes else ReadOptions()
    return list(reader(io.BytesIO(data), options))


def read_one(reader: Reader, data: bytes, max_item_bytes: int | None = None) -> Record:
    (item,) = read_all(reader, data, max_item_bytes)
    assert isinstance(item, Record), item
    return item


def reason(reader: Reader, data: bytes, max_item_bytes: int | None = None) -> str:
    """Why the last item could not be read."""
    item = read_all(reader, data, max_item_bytes)[-1]
    assert isinstance(item, Unreadable), item
    return item.reason


def words(item: Item) -> str:
    """The visible text of a record, white space folded."""
    assert isinstance(item, Record), item
    return " ".join(item.submission.body.text.split())


class Endless(io.RawIOBase):
    """A stream that is made while it is read, and cannot be sought in."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = part
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
