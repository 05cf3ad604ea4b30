"""Files of ninjs documents (IPTC): one, an array of them, or one after the other."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from serving.archive.readers.common import BROKEN, read_chunks
from serving.archive.readers.documents import ninjs_item, parse_json
from serving.archive.record import Item, ReadOptions, Unreadable

_OUTSIDE_STRINGS = re.compile(rb'[{}"]')
_INSIDE_STRINGS = re.compile(rb'["\\]')
_BETWEEN = b" \t\r\n,[]\xef\xbb\xbf"  # the last three are a byte order mark


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """The documents that are texts and usable. After a bad one the next is read."""
    splitter = Splitter(options.max_item_bytes)
    number = 0
    trouble = ""
    try:
        for chunk in read_chunks(stream):
            for source in splitter.feed(chunk):
                number += 1
                item = _item(source, f"item {number}", options)
                if item is not None:
                    yield item
    except BROKEN:
        trouble = "the file is cut off or damaged here"
    if splitter.depth:
        trouble = trouble or "the file ends within it"
    elif splitter.stray:
        trouble = trouble or "something in the file is no object of JSON and was left out"
    elif not number:
        trouble = trouble or "there is no ninjs document in the file"
    if trouble:
        yield Unreadable(f"item {number + 1}", trouble)


class Splitter:
    """Finds the outermost objects in a stream of JSON, without reading what is in them."""

    def __init__(self, max_bytes: int) -> None:
        self.depth = 0
        self.stray = False  # something stood outside of objects
        self._max_bytes = max_bytes
        self._object = bytearray()
        self._in_string = False
        self._escaped = False  # a backslash was the last of a chunk

    def feed(self, chunk: bytes) -> Iterator[bytes | None]:
        """The objects that end in this chunk; None for one that is too large."""
        begin, place = 0, int(self._escaped)
        self._escaped = False
        while stop := self._stops().search(chunk, place):
            place = stop.end()
            if stop[0] == b"\\":
                place += 1
                self._escaped = place > len(chunk)
            elif stop[0] == b'"':
                self._in_string = not self._in_string
            elif stop[0] == b"{":
                if not self.depth:
                    self._keep(chunk[begin : stop.start()])
                    begin = stop.start()
                self.depth += 1
            elif self.depth:
                self._keep(chunk[begin:place])
                begin = place
                self.depth -= 1
                if not self.depth:
                    yield bytes(self._object) if len(self._object) <= self._max_bytes else None
                    self._object.clear()
        self._keep(chunk[begin:])

    def _stops(self) -> re.Pattern[bytes]:
        return _INSIDE_STRINGS if self._in_string else _OUTSIDE_STRINGS

    def _keep(self, part: bytes) -> None:
        """Of an object that is too large, no more than shows that it is."""
        if self.depth:
            self._object += part[: self._max_bytes + 1 - len(self._object)]
        elif part.strip(_BETWEEN):
            self.stray = True


def _item(source: bytes | None, position: str, options: ReadOptions) -> Item | None:
    if source is None:
        return Unreadable(position, f"larger than {options.max_item_bytes} bytes")
    try:
        return ninjs_item(parse_json(source.decode("utf-8-sig")), position)
    except (ValueError, RecursionError):
        return Unreadable(position, "no valid JSON in UTF-8")
