"""Tables in Parquet: what Arrow writes is read, and damage costs a row group."""

import io
import random
from datetime import UTC, date, datetime
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.readers import load_reader
from serving.archive.record import ReadOptions, Record, Unreadable
from tests.serving.archive.readers.reading import Endless, read_all, read_one, reason, words

READ = load_reader("parquet")
PLAIN = st.text(st.characters(exclude_categories=["Cs"]))
ROWS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 2**60), "text": PLAIN.map("-{}".format)}),
    min_size=1,
)


def written(table: pa.Table | list[dict[str, Any]], **options: Any) -> bytes:
    if isinstance(table, list):
        table = pa.Table.from_pylist(table)
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def report(number: int) -> dict[str, Any]:
    dice = random.Random(number)
    return {"text": " ".join(f"pier{dice.randrange(9999)}" for _ in range(50)), "views": number}


REPORTS = [report(number) for number in range(90)]


@given(ROWS, st.integers(1, 9), st.sampled_from(["none", "snappy", "zstd"]), st.booleans())
def test_what_is_written_is_read(
    rows: list[dict[str, Any]], group: int, compression: str, dictionary: bool
) -> None:
    data = written(rows, row_group_size=group, compression=compression, use_dictionary=dictionary)
    found = [item.submission for item in read_all(READ, data) if isinstance(item, Record)]
    assert [{"id": int(one.id or ""), "text": one.body.blocks[0].source} for one in found] == rows


def test_positions_are_rows_of_the_file() -> None:
    items = read_all(READ, written(REPORTS, row_group_size=40))
    assert [item.position for item in items] == [f"row {number}" for number in range(1, 91)]


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_a_row_group_that_is_damaged_does_not_hide_the_others(compression: str) -> None:
    data = bytearray(written(REPORTS, row_group_size=30, compression=compression))
    column = pq.read_metadata(io.BytesIO(data)).row_group(1).column(0)
    start, size = column.dictionary_page_offset, column.total_compressed_size
    data[start + 30 : start + size] = random.Random(0).randbytes(size - 30)
    items = read_all(READ, bytes(data))
    (bad,) = (item for item in items if isinstance(item, Unreadable))
    assert bad.position == "row 31"
    assert bad.reason.startswith("row group 2 cannot be decoded from here on")
    assert [item.position for item in items if item is not bad] == [
        f"row {number}" for number in (*range(1, 31), *range(61, 91))
    ]


@given(st.data())
def test_nothing_makes_it_fail(data: st.DataObject) -> None:
    file = bytearray(written(REPORTS[:20], row_group_size=10))
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    read_all(READ, bytes(file[: data.draw(st.integers(0, len(file)))]))


def test_only_what_is_wanted_is_decoded() -> None:
    rows = [{**row, "vector": [0.5] * 9} for row in REPORTS]
    data = bytearray(written(rows))
    column = pq.read_metadata(io.BytesIO(data)).row_group(0).column(2)
    assert column.path_in_schema.startswith("vector")
    start = column.dictionary_page_offset
    data[start : start + column.total_compressed_size] = bytes(column.total_compressed_size)
    assert all(isinstance(item, Record) for item in read_all(READ, bytes(data)))


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (date(2019, 5, 4), pa.date32(), "2019-05-04"),
        (datetime(2019, 5, 4, 10), pa.timestamp("s"), "2019-05-04T10:00:00"),
        (1556964000000000001, pa.timestamp("ns"), "2019-05-04T10:00:00"),
        (datetime(2019, 5, 4, 10, tzinfo=UTC), pa.timestamp("ms", "UTC"), "2019-05-04T10:00:00Z"),
        (
            datetime(2019, 5, 4, 10, tzinfo=UTC),
            pa.timestamp("us", "Europe/London"),
            "2019-05-04T10:00:00Z",
        ),
        (2019, pa.int16(), "2019"),
        ("4 May 2019", pa.string(), "2019-05-04"),
        (None, pa.null(), None),
    ],
)
def test_dates_of_every_kind(value: object, kind: pa.DataType, expected: str | None) -> None:
    table = pa.table({"text": ["Shut."], "date": pa.array([value], kind)})
    assert read_one(READ, written(table)).date == expected


def test_a_date_that_python_does_not_have_costs_its_row() -> None:
    dates = pa.array([2**61, 0], pa.timestamp("us"))
    bad, good = read_all(READ, written(pa.table({"text": ["Shut.", "Open."], "date": dates})))
    assert bad == Unreadable("row 1", "a value cannot be decoded (OverflowError)")
    assert words(good) == "Open."


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (pa.string(), pa.binary()),
        (pa.large_string(), pa.large_binary()),
        (pa.binary(), pa.binary()),
    ],
)
def test_text_that_is_not_utf8_is_read(kind: pa.DataType, stored: pa.DataType) -> None:
    raw = pa.array([b"caf\xe9 \x93shut\x94"], stored)
    table = pa.table({"text": pa.Array.from_buffers(kind, 1, raw.buffers())})
    assert words(read_one(READ, written(table))) == "café “shut”"


def test_nested_columns_are_read() -> None:
    row = {"title": {"rendered": "Pier&#8217;s end"}, "content": {"rendered": "<p>Shut.</p>"}}
    record = read_one(READ, written([row]))
    assert (record.submission.title, words(record)) == ("Pier’s end", "Shut.")


def test_a_row_that_is_too_large_is_told() -> None:
    bad, good = read_all(READ, written([{"text": "a" * 300}, {"text": "Shut."}]), 200)
    assert bad == Unreadable("row 1", "larger than 200 bytes")
    assert words(good) == "Shut."


def test_one_large_text_for_many_rows_is_held_once() -> None:
    data = written([{"text": "a" * 5_000_000}] * 40, compression="none")
    usual = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(counted)
    try:
        items = read_all(READ, data)
    finally:
        pa.set_memory_pool(usual)
    assert all(isinstance(item, Record) for item in items)
    assert 5_000_000 < counted.max_memory() < 30_000_000


def test_a_bomb_is_not_unpacked() -> None:
    data = written([{"text": "a" * 150_000_000}], compression="zstd")
    assert len(data) < 100_000
    assert reason(READ, data) == "row group 1 unpacks to more than 200 times its size"


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(99) + b"PAR1"])
def test_what_is_no_parquet_is_told(data: bytes) -> None:
    assert reason(READ, data).startswith("no Parquet file, or cut off")


def test_a_table_without_bodies_is_told_once() -> None:
    data = written([{"views": 1}, {"views": 2}])
    (item,) = read_all(READ, data)
    assert isinstance(item, Unreadable)
    assert item.reason.startswith("it has no column of bodies: expected text, body, ")


def test_a_stream_that_cannot_be_sought_in_is_told() -> None:
    (item,) = READ(cast(BinaryIO, Endless(iter([written(REPORTS)]))), ReadOptions())
    assert isinstance(item, Unreadable)
    assert item.reason.startswith("Parquet is read from its end")


def test_trouble_of_the_disk_is_not_taken_for_damage() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() < 1_000:
                raise OSError("the disk is gone")
            return super().read(size)

    with pytest.raises(OSError, match="the disk is gone"):
        list(READ(Failing(written(REPORTS)), ReadOptions()))
