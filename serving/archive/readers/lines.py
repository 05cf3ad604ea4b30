"""Files of lines: split into lines of bounded length, and bytes into text."""

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from serving.archive.readers.common import read_chunks

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DAMAGED = "\ufffd"


def read_lines(stream: BinaryIO, max_bytes: int) -> Iterator[bytes | None]:
    """The lines of a file, each with its end; None for one that is longer, which is never held.

    A byte order mark is left out, UTF-16 that has one is turned into UTF-8. Raises one of `BROKEN`
    where the file is packed and damaged; what stands there is no line.
    """
    begun: list[bytes] = []
    size = 0
    for chunk in as_utf8(read_chunks(stream)):
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            size += len(end)
            yield b"".join((*begun, end, b"\n")) if size <= max_bytes else None
            begun, size = [], 0
        size += len(rest)
        begun.append(rest)
        if size > max_bytes:
            begun.clear()
    if size:
        yield b"".join(begun) if size <= max_bytes else None


def decode(data: bytes) -> str:
    """Text in UTF-8. What is none at all is read as Windows-1252, as browsers do.

    Where some characters are valid and others are damaged, these become U+FFFD.
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    if any(character > "\x7f" for character in text if character != _DAMAGED):
        return text
    return data.decode("cp1252", "replace")


def as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Chunks without a byte order mark, turned into UTF-8 where that is one of UTF-16."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(codecs.BOM_UTF8):
            break
    if head.startswith(_UTF16):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        for chunk in chain([head], chunks):
            yield decoder.decode(chunk).encode()
    else:
        yield head.removeprefix(codecs.BOM_UTF8)
        yield from chunks
