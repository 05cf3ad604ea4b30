"""Tables as text, from the well-written to those in which a quotation mark is missing."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.readers import load_reader
from serving.archive.record import ReadOptions, Record, Unreadable
from tests.serving.archive.readers.reading import read_all, read_one, reason, words

READ = load_reader("csv")
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
ROWS = st.lists(st.tuples(CELLS, CELLS.map("-{}".format), CELLS))
HEAD = b"id,headline,text\n"


@given(
    ROWS,
    st.sampled_from(",;\t|"),
    st.sampled_from(["excel", "unix"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_is_read(
    rows: list[tuple[str, str, str]], delimiter: str, style: str, encoding: str
) -> None:
    table = io.StringIO()
    csv.writer(table, style, delimiter=delimiter).writerows([("id", "text", "section"), *rows])
    items = read_all(READ, table.getvalue().encode(encoding))
    assert [
        (found.id or "", found.body.blocks[0].source, found.section or "")
        for found in (item.submission for item in items if isinstance(item, Record))
    ] == rows


@given(st.binary(), st.integers(3, 60))
def test_nothing_makes_it_fail(data: bytes, limit: int) -> None:
    list(read_all(READ, data))
    list(read_all(READ, HEAD + data, limit))


@given(st.lists(st.text('",\n\r;ab\0', max_size=9)))
def test_no_quotation_mark_makes_it_fail(lines: list[str]) -> None:
    items = read_all(READ, HEAD + "\n".join(lines).encode() + b'\n1,last,"The pier."\n')
    assert any(isinstance(item, Unreadable) or words(item) == "The pier." for item in items)


def test_the_encoding_of_spreadsheets_is_read() -> None:
    record = read_one(READ, "id;headline;text\n1;Café shut;“Shut”, they say\n".encode("cp1252"))
    assert record.submission.title == "Café shut"
    assert words(record) == "“Shut”, they say"


def test_positions_are_lines() -> None:
    items = read_all(READ, HEAD + b'1,a,"one\ntwo"\n\n2,b,three\n')
    assert [item.position for item in items] == ["line 2", "line 5"]


def test_a_quotation_mark_that_is_not_closed_costs_one_line() -> None:
    rows = b"".join(b"%d,Pier,Shut again\n" % number for number in range(50))
    bad, *good = read_all(READ, HEAD + b'0,"Pier,Shut\n' + rows)
    assert bad == Unreadable("line 2", "a quotation mark in it is not closed")
    assert [item.position for item in good] == [f"line {number}" for number in range(3, 53)]
    assert all(words(item) == "Shut again" for item in good)


def test_it_costs_one_line_where_the_rest_of_the_file_is_large() -> None:
    rows = b"".join(b"%d,Pier,Shut again\n" % number for number in range(50))
    bad, *good = read_all(READ, HEAD + b'0,"Pier,Shut\n' + rows, 200)
    assert bad == Unreadable("line 2", "larger than 200 bytes")
    assert len(good) == 50


@pytest.mark.parametrize("row", [b"1,Pier," + b"a" * 300, b'1,Pier,"' + b"a" * 300 + b'"'])
def test_a_row_that_is_too_large_is_told(row: bytes) -> None:
    bad, good = read_all(READ, HEAD + row + b"\n2,Pier,Shut\n", 200)
    assert bad == Unreadable("line 2", "larger than 200 bytes")
    assert good.position == "line 3"


def test_a_field_may_be_larger_than_the_csv_module_allows() -> None:
    assert len(words(read_one(READ, HEAD + b"1,Pier," + b"a" * 200_000))) == 200_000


def test_a_row_of_another_width_is_told() -> None:
    bad, good = read_all(READ, HEAD + b"1,Pier, shut,again\n2,Pier,Shut\n")
    assert bad == Unreadable("line 2", "it has 4 columns, expected 3 as the first row has")
    assert words(good) == "Shut"


def test_a_table_without_bodies_is_told_once_and_without_its_text() -> None:
    (item,) = read_all(READ, b"secret,secrets\nsecret,secret\n")
    assert isinstance(item, Unreadable)
    assert item.reason.startswith("the first row names no column of bodies: expected text, body, ")
    assert "secret" not in item.reason


def test_a_file_of_fields_names_the_column() -> None:
    options = ReadOptions(fields={"body": "Main.Copy", "title": "Slug"})
    (item,) = READ(io.BytesIO(b"Slug,Main.Copy\nPier,Shut\n"), options)
    assert isinstance(item, Record)
    assert (item.submission.title, words(item)) == ("Pier", "Shut")


def test_line_ends_of_old_machines_are_told() -> None:
    assert reason(READ, b"id,text\r1,Shut\r").startswith("a carriage return alone")
