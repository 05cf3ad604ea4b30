"""Lines of bounded length, and bytes that may be in any encoding."""

import io
import tracemalloc
from itertools import repeat
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.readers.lines import decode, read_lines
from tests.serving.archive.readers.reading import Endless


def pieces(content: bytes, size: int) -> BinaryIO:
    parts = (content[place : place + size] for place in range(0, len(content), size))
    return cast(BinaryIO, Endless(parts))


@given(
    st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b""))), st.integers(1, 9)
)
def test_lines_are_those_of_the_file(lines: list[bytes], size: int) -> None:
    content = b"-" + b"\n".join(lines)
    assert list(read_lines(pieces(content, size), 100)) == io.BytesIO(content).readlines()


@given(st.lists(st.integers(0, 20), max_size=9), st.integers(1, 9))
def test_a_line_that_is_too_long_is_none_and_the_next_is_read(
    lengths: list[int], size: int
) -> None:
    content = b"".join(b"a" * length + b"\n" for length in lengths)
    found = list(read_lines(pieces(content, size), 10))
    assert [line is None for line in found] == [length > 10 for length in lengths]


def test_a_line_without_end_is_not_held() -> None:
    tracemalloc.start()
    try:
        lines = read_lines(cast(BinaryIO, Endless(repeat(b"a" * 50_000, 600))), 100_000)
        assert list(lines) == [None]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff")))
def test_the_encoding_is_told_by_the_byte_order_mark(encoding: str, text: str) -> None:
    (line,) = read_lines(pieces(f"-{text.replace(chr(10), '')}".encode(encoding), 3), 10_000)
    assert line is not None
    assert decode(line) == f"-{text.replace(chr(10), '')}"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9 \x93late\x94", "café “late”"),  # Windows-1252
        (b"caf\xc3\xa9 \xff late", "café \ufffd late"),  # UTF-8, a byte of which is damaged
        (b"\xef\xbb\xbfcaf\xc3\xa9", "\ufeffcafé"),  # in the middle of a file it is no mark
    ],
)
def test_what_is_not_utf8_is_read_as_browsers_do(data: bytes, text: str) -> None:
    assert decode(data) == text
