"""Files of JSON objects: one, an array of them, or one after the other, over many lines or not."""

from collections.abc import Iterator
from typing import BinaryIO

from serving.archive.readers.common import BROKEN, read_chunks
from serving.archive.readers.documents import read_document
from serving.archive.readers.lines import as_utf8
from serving.archive.readers.ninjs import Splitter
from serving.archive.record import Item, ReadOptions, Unreadable


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """An item for each outermost object. After a bad one the next is read."""
    splitter = Splitter(options.max_item_bytes)
    number = 0
    trouble = ""
    try:
        for chunk in as_utf8(read_chunks(stream)):
            for source in splitter.feed(chunk):
                number += 1
                position = f"item {number}"
                if source is None:
                    large = f"larger than {options.max_item_bytes} bytes, expected one article"
                    yield Unreadable(position, large)
                elif item := read_document(source, position, options):
                    yield item
    except BROKEN:
        trouble = "the file is cut off or damaged here"
    if splitter.depth:
        trouble = trouble or "the file ends within it"
    elif splitter.stray:
        trouble = trouble or "something in the file is no object of JSON and was left out"
    if trouble:
        yield Unreadable(f"item {number + 1}", trouble)
