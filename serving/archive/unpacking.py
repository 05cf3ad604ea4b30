"""The bytes of a file as they were before it was packed with gzip, bzip2 or Zstandard."""

import bz2
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 16


def unpack(file: BinaryIO) -> BinaryIO:
    """The file itself, or if its first bytes are those of a packed one, a stream of what is in it.

    Packed parts that follow one another are read to the last. Where one is cut off or damaged, all
    that comes before is given first, then EOFError is raised; OSError is trouble with `file`. No
    more than a few blocks are in memory, however much there is to unpack.
    """
    if file.seekable():
        head = file.read(_MAGIC_LENGTH)
        file.seek(0)
    else:
        file = cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, file)))
        head = cast(io.BufferedReader, file).peek(_MAGIC_LENGTH)
    unpacker = next((kind for magic, kind in _MAGIC if magic.match(head)), None)
    return cast(BinaryIO, _Unpacked(file, unpacker)) if unpacker else file


class _Unpacker(Protocol):
    """Unpacks one part; bz2 and zstd of the standard library have it like this."""

    @property
    def eof(self) -> bool:
        """Whether the part is whole."""

    @property
    def needs_input(self) -> bool:
        """Whether there is no more to give without new data."""

    @property
    def unused_data(self) -> bytes:
        """What was fed and stands behind the part."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most so many bytes; the rest is given when it is called again."""


class _Gzip:
    """The same for gzip, for which zlib has it otherwise. Checks length and checksum."""

    def __init__(self) -> None:
        self._inflating = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inflating.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflating.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        unpacked = self._inflating.decompress(self._inflating.unconsumed_tail + data, max_length)
        self.needs_input = not self._inflating.unconsumed_tail and len(unpacked) < max_length
        return unpacked


# A text may begin with 'BZh': bzip2 has the digits of pi (or in an empty one, of its root) as well.
_MAGIC: tuple[tuple[re.Pattern[bytes], Callable[[], _Unpacker]], ...] = (
    (re.compile(rb"\x1f\x8b\x08"), _Gzip),
    (re.compile(rb"BZh[1-9](1AY&SY|\x17\x72\x45\x38\x50\x90)"), bz2.BZ2Decompressor),
    (re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", re.DOTALL), zstd.ZstdDecompressor),
)
_MAGIC_LENGTH = 10


class _Unpacked(io.RawIOBase):
    """What a packed file holds. A read may give less than was asked for."""

    def __init__(self, file: BinaryIO, unpacker: Callable[[], _Unpacker]) -> None:
        self._file = file
        self._parts = _unpacked(file, unpacker)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        self._rest = self._rest or next(self._parts, b"")
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


def _unpacked(file: BinaryIO, new: Callable[[], _Unpacker]) -> Iterator[bytes]:
    """The content of all parts, in pieces that are not empty."""
    data = file.read(_CHUNK)
    while data:
        part = new()
        while not part.eof:
            try:
                piece = part.decompress(data, _CHUNK)
            except (OSError, zlib.error, zstd.ZstdError):
                raise EOFError("The packed file is damaged.") from None
            if piece:
                yield piece
            data = b""
            if part.needs_input and not part.eof:
                data = file.read(_CHUNK)
                if not data and not piece:
                    raise EOFError("The packed file is cut off.")
        data = _behind(part.unused_data, file)


def _behind(data: bytes, file: BinaryIO) -> bytes:
    """The beginning of the next part; tapes and some tools fill up with zeros."""
    while not (data := data.lstrip(b"\0")):
        data = file.read(_CHUNK)
        if not data:
            break
    return data
