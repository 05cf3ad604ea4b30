"""Web archives: WARC, and WACZ, which is a zip of them. Articles are looked for in whole pages.

gzip is unpacked here: warcio takes damage for the end of the file, and says so on standard error.
"""

import gzip
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

from warcio.archiveiterator import WARCIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from serving.archive.readers.common import BROKEN
from serving.archive.readers.pages import read_page
from serving.archive.record import Item, ReadOptions, Unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_ZIP, _GZIP = b"PK\3\4", b"\x1f\x8b"
_CHUNK = 1 << 16
_MAX_HEAD = 1 << 20  # bytes between two records: blank lines and the head of the next
_MAX_RATIO = 200  # unpacked to packed; web pages come to less than 20
_ANY_RATIO = 100_000_000  # bytes unpacked up to which no ratio is suspicious
_DAMAGED = "cut off or damaged from here on"
_BOMB = f"unpacks to more than {_MAX_RATIO} times its size, as no web archive does"


class _RefusedError(Exception):
    """The file will not be read further; the message says why and holds none of its text."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """The pages of a WARC or WACZ that were delivered (status 200) and are HTML.

    A page without an article is `Unreadable`. Raises OSError where the stream cannot be read.
    """
    head = stream.read(len(_ZIP))
    if head != _ZIP:
        yield from _read_warc(_Unpacked(head, stream), options, "")
    elif stream.seekable():
        yield from _read_wacz(stream, options)
    else:
        with tempfile.TemporaryFile() as copy:  # a zip tells at its end what is in it
            copy.write(head)
            shutil.copyfileobj(stream, copy)
            yield from _read_wacz(cast(BinaryIO, copy), options)


def _read_wacz(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    try:
        container = zipfile.ZipFile(stream)
    except (*BROKEN, ValueError, RuntimeError):
        yield Unreadable("contents of the zip", "the file is cut off or damaged")
        return
    for entry in container.infolist():
        if not (entry.filename.startswith("archive/") and ".warc" in entry.filename):
            continue
        place = f"{entry.filename}, "
        if entry.file_size > max(_ANY_RATIO, _MAX_RATIO * entry.compress_size):
            yield Unreadable(f"{place}record 1", _BOMB)
            continue
        if entry.header_offset < 0:  # zipfile would seek to it
            yield Unreadable(f"{place}record 1", _DAMAGED)
            continue
        try:
            with container.open(entry) as packed:
                yield from _read_warc(_Unpacked(b"", cast(BinaryIO, packed)), options, place)
        except (*BROKEN, RuntimeError):  # a password is wanted, or its method is not known
            yield Unreadable(f"{place}record 1", "it cannot be unpacked from the zip")


def _read_warc(source: "_Unpacked", options: ReadOptions, place: str) -> Iterator[Item]:
    """The pages of one WARC. What cannot be read ends it, and is said."""
    records = WARCIterator(source, no_record_parse=True)
    records.reader.set_decomp(None)
    records.INC_RECORD = ""  # it would print a line of the file
    number = 0
    while True:
        number += 1
        position = f"{place}record {number}"
        try:
            source.allow(_MAX_HEAD)
            record = next(iter(records), None)
            if record is None:
                if number == 1:
                    yield Unreadable(position, "there is no record in this file")
                return
            source.allow(None)
            item = _item(record, position, options)
            _read_to_end(record)
        except ArchiveLoadFailed:  # its message has a line of the file in it
            yield Unreadable(position, _DAMAGED)
            return
        except _RefusedError as error:
            yield Unreadable(position, str(error))
            return
        if item is not None:
            yield item


def _item(record: ArcWarcRecord, position: str, options: ReadOptions) -> Item | None:
    """What a record holds. Raises _RefusedError if its end cannot be known."""
    length = record.rec_headers.get_header("Content-Length") or ""
    if not (length.isascii() and length.isdecimal()):
        raise _RefusedError("its head is cut off or damaged: it has no Content-Length")
    if record.rec_type not in ("response", "resource"):
        return None
    return read_page(record, int(length), position, options.max_item_bytes)


def _read_to_end(record: ArcWarcRecord) -> None:
    while record.raw_stream.read(_CHUNK):
        pass
    if record.raw_stream.limit:
        raise _RefusedError("the file ends within it")


class _Unpacked:
    """A WARC as warcio is to read it: not packed, and not searched for records without end."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._packed = _Counted(head, stream)
        self._stream: io.BufferedReader | gzip.GzipFile = io.BufferedReader(self._packed)
        if self._stream.peek(len(_GZIP)).startswith(_GZIP):
            self._stream = gzip.GzipFile(fileobj=self._stream)
        self._given = 0
        self._allowed: int | None = None

    def allow(self, size: int | None) -> None:
        """How much may be read until this is called again."""
        self._allowed = size

    def read(self, size: int) -> bytes:
        """Raises _RefusedError."""
        if self._allowed is not None and self._allowed <= 0:
            raise _RefusedError(f"no record begins within {_MAX_HEAD} bytes")
        # Not `read`, which loses the good part of what it has read before it comes upon the bad.
        try:
            data = self._stream.read1(size)
        except BROKEN:  # an EOFError among them, which warcio would take for the end
            raise _RefusedError(_DAMAGED) from None
        self._given += len(data)
        if self._given > max(_ANY_RATIO, _MAX_RATIO * self._packed.taken):
            raise _RefusedError(_BOMB)
        if self._allowed is not None:
            self._allowed -= len(data)
        return data


class _Counted(io.RawIOBase):
    """A stream, some bytes of which were read before, and how much was taken of it."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self.taken = 0
        self._head = head
        self._rest = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """How many bytes were put into `buffer`."""
        view = memoryview(buffer)
        data, self._head = self._head or self._rest.read(len(view)), b""
        view[: len(data)] = data
        self.taken += len(data)
        return len(data)
