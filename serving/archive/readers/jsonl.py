"""One object of JSON a line, ninjs documents among them."""

from collections.abc import Iterator
from typing import BinaryIO

from serving.archive.readers.common import BROKEN
from serving.archive.readers.documents import read_document
from serving.archive.readers.lines import read_lines
from serving.archive.record import Item, ReadOptions, Unreadable


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """An item for each line that is not blank."""
    number = 0
    try:
        for number, line in enumerate(read_lines(stream, options.max_item_bytes), start=1):
            if line is None:
                yield Unreadable(f"line {number}", f"larger than {options.max_item_bytes} bytes")
            elif line.strip():
                item = read_document(line, f"line {number}", options)
                if item is not None:
                    yield item
    except BROKEN:
        yield Unreadable(f"line {number + 1}", "the file is cut off or damaged here")
