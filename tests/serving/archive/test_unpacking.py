"""Packed files: whatever was whole is given, and what was not is said."""

import gzip
import io
import random
import tracemalloc
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.unpacking import unpack
from tests.serving.archive.packing import PACKERS
from tests.serving.archive.readers.reading import Endless

packers = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
LINES = b"".join(b"%d the ferry was late\n" % number for number in range(20_000))


def read_whole(stream: BinaryIO) -> tuple[bytes, bool]:
    """What is read, and whether it ends well."""
    content = b""
    try:
        while data := stream.read(10_000):
            content += data
    except EOFError:
        return content, False
    return content, True


@packers
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(0, 40))
def test_all_members_are_read(
    pack: Callable[[bytes], bytes], members: list[bytes], padding: int
) -> None:
    packed = b"".join(map(pack, members)) + bytes(padding)
    assert read_whole(unpack(io.BytesIO(packed))) == (b"".join(members), True)


@packers
def test_what_cannot_be_sought_in_is_unpacked(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(LINES)
    pieces = (packed[place : place + 999] for place in range(0, len(packed), 999))
    stream = unpack(cast(BinaryIO, Endless(pieces)))
    assert not stream.seekable()
    assert read_whole(stream) == (LINES, True)


@given(st.binary(max_size=100))
def test_what_is_not_packed_stays(content: bytes) -> None:
    file = io.BytesIO(b"BZh9 is no bzip2: " + content)
    assert unpack(file) is file
    assert file.tell() == 0


@packers
@pytest.mark.parametrize("lost", [1, 7, 400])
def test_of_a_file_that_is_cut_off_all_that_is_whole_is_read(
    pack: Callable[[bytes], bytes], lost: int
) -> None:
    content, well = read_whole(unpack(io.BytesIO(pack(LINES) + pack(LINES)[:-lost])))
    assert not well
    assert content.startswith(LINES)
    assert (LINES + LINES).startswith(content)


@packers
@pytest.mark.parametrize("tail", [b"this is not packed", b"\x1f\x8b\x08junk"])
def test_damage_is_said_after_what_is_whole(pack: Callable[[bytes], bytes], tail: bytes) -> None:
    assert read_whole(unpack(io.BytesIO(pack(LINES) + tail))) == (LINES, False)


def test_a_checksum_that_does_not_fit_is_damage() -> None:
    packed = bytearray(gzip.compress(b"late"))
    packed[-8] ^= 1
    assert not read_whole(unpack(io.BytesIO(packed)))[1]


def test_frames_to_be_skipped_are_skipped() -> None:
    skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    pack = PACKERS["zstd"]
    packed = skipped + pack(b"one") + skipped + pack(b"two")
    assert read_whole(unpack(io.BytesIO(packed))) == (b"onetwo", True)


@packers
def test_a_bomb_takes_no_memory(pack: Callable[[bytes], bytes]) -> None:
    size = 30_000_000
    stream = unpack(io.BytesIO(pack(bytes(size))))
    tracemalloc.start()
    try:
        while data := stream.read(1 << 20):
            size -= len(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 0
    assert peak < 12_000_000  # bzip2 and zstd keep a block, or a window, of some megabytes


def test_trouble_of_the_disk_is_not_taken_for_damage() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 1 << 16:
                raise OSError("the disk is gone")
            return super().read(size)

    noise = random.Random(0).randbytes(200_000)
    stream = unpack(Failing(gzip.compress(noise)))
    with pytest.raises(OSError, match="the disk is gone"):
        read_whole(stream)


def test_closing_it_closes_the_file() -> None:
    file = io.BytesIO(zlib.compress(b"late", wbits=31))
    unpack(file).close()
    assert file.closed
