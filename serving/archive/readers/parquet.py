"""Tables in Parquet, an article a row; only the columns that are wanted are read.

Rows are taken one at a time: neither need a row group fit into memory, nor is a text that is stored
once for many rows multiplied there.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from serving.archive.fields import has_body, item_of, wanted_columns, where
from serving.archive.readers.lines import decode
from serving.archive.record import Item, ReadOptions, Unreadable

_FILE = "file"
_BUFFER = 1 << 20
_MAX_RATIO = 200  # unpacked to packed; text comes to less than 20
_ANY_RATIO = 100_000_000  # bytes unpacked up to which no ratio is suspicious


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """An item for each row. Of a row group that cannot be decoded, those before the damage."""
    if not stream.seekable():
        reason = "Parquet is read from its end, which is not possible here: unpack or copy the file"
        yield Unreadable(_FILE, reason)
        return
    watched = _Watched(stream)
    try:
        file = pq.ParquetFile(
            pa.PythonFile(watched, mode="r"),
            buffer_size=_BUFFER,
            page_checksum_verification=True,
        )
        names = file.schema_arrow.names
    except (OSError, ValueError, pa.ArrowException) as error:
        watched.raise_trouble()
        yield Unreadable(_FILE, f"no Parquet file, or cut off ({type(error).__name__})")
        return
    if not has_body(names, options.fields):
        wanted = where("body", options.fields)
        yield Unreadable(_FILE, f"it has no column of bodies: expected {wanted}")
        return
    columns = wanted_columns(names, options.fields)
    first = 1
    for group in range(file.num_row_groups):
        yield from _read_group(file, watched, group, first, columns, options)
        first += file.metadata.row_group(group).num_rows


def _read_group(
    file: pq.ParquetFile,
    stream: "_Watched",
    group: int,
    first: int,
    columns: list[str],
    options: ReadOptions,
) -> Iterator[Item]:
    number = first
    try:
        if _is_bomb(file.metadata.row_group(group), columns):
            reason = f"row group {group + 1} unpacks to more than {_MAX_RATIO} times its size"
            yield Unreadable(f"row {number}", reason)
            return
        for row in file.iter_batches(1, [group], columns, use_threads=False):
            yield _item(row, f"row {number}", options)
            number += 1
    except (OSError, ValueError, pa.ArrowException) as error:
        stream.raise_trouble()
        reason = f"row group {group + 1} cannot be decoded from here on ({type(error).__name__})"
        yield Unreadable(f"row {number}", reason)


def _is_bomb(group: Any, columns: list[str]) -> bool:
    chunks = (group.column(number) for number in range(group.num_columns))
    return any(
        chunk.total_uncompressed_size > max(_ANY_RATIO, _MAX_RATIO * chunk.total_compressed_size)
        for chunk in chunks
        if chunk.path_in_schema.startswith(tuple(columns))
    )


def _item(row: pa.RecordBatch, position: str, options: ReadOptions) -> Item:
    try:
        named = zip(row.schema.names, row.columns, strict=True)
        values = {name: _plain(column) for name, column in named}
    except (ValueError, OverflowError, pa.ArrowException) as error:
        return Unreadable(position, f"a value cannot be decoded ({type(error).__name__})")
    if sum(map(_size, values.values())) > options.max_item_bytes:
        return Unreadable(position, f"larger than {options.max_item_bytes} bytes")
    return item_of(values, position, options.fields)


def _plain(column: pa.Array) -> Any:
    """The value of a column of one row."""
    if pa.types.is_timestamp(column.type):  # Python's dates are no finer than microseconds
        zone = "UTC" if column.type.tz else None
        column = column.cast(pa.timestamp("us", zone), safe=False)
    (value,) = column
    if isinstance(value, pa.StringScalar | pa.BinaryScalar) and value.is_valid:
        return decode(value.as_buffer().to_pybytes())  # not all writers see to it that it is UTF-8
    return value.as_py()


def _size(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else 0


class _Watched(io.RawIOBase):
    """A stream that remembers its own trouble: Arrow raises OSError for damaged data as well."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._trouble: Exception | None = None

    def raise_trouble(self) -> None:
        """Raise what reading raised, if anything."""
        if self._trouble:
            raise self._trouble

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except Exception as error:
            self._trouble = error
            raise
