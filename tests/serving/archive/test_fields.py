"""Where fields are found, by themselves and by a file that says so."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.fields import has_body, item_of, read_fields, wanted_columns
from serving.archive.record import Item, Record, Unreadable
from serving.errors import ServingError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=9,
)
NAMES = st.sampled_from(["text", "Content", "title", "date", "published_at", "id", "section", "$x"])


def as_record(item: Item) -> Record:
    assert isinstance(item, Record), item
    return item


def read(values: dict[str, Any], **fields: str) -> Record:
    return as_record(item_of(values, "line 1", fields))


def body(values: dict[str, Any], **fields: str) -> str:
    return read(values, **fields).submission.body.blocks[0].source


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"text": "late"}, "late"),
        ({"Body": "late"}, "late"),
        ({"articleBody": "late"}, "late"),
        ({"article_body": "late"}, "late"),
        ({"Full Text": "late"}, "late"),
        ({"body": "second", "text": "first"}, "first"),
        ({"body": "second", "text": " "}, "second"),
        ({"body": "second", "text": None}, "second"),
        ({"content": {"rendered": "late"}}, "late"),
        ({"content.rendered": "late"}, "late"),
        ({"text": ["one", "two"]}, "one\n\ntwo"),
        ({"text": b"caf\xe9"}, "café"),
    ],
)
def test_usual_names_are_known(values: dict[str, Any], expected: str) -> None:
    assert body(values) == expected


def test_all_fields_of_an_article() -> None:
    found = read(
        {
            "_id": {"$oid": "5cd"},
            "Headline": "Pier  shut",
            "webUrl": "https://herald.example/1",
            "publishedAt": {"$date": {"$numberLong": "1556964000000"}},
            "sectionName": "Coast",
            "lang": "en",
            "text": "Shut.",
        }
    )
    assert (found.url, found.date) == ("https://herald.example/1", "2019-05-04T10:00:00Z")
    sent = found.submission
    assert (sent.id, sent.title, sent.section, sent.language) == ("5cd", "Pier shut", "Coast", "en")


@pytest.mark.parametrize(
    ("values", "path", "expected"),
    [
        ({"a": {"b": "late"}}, "a.b", "late"),
        ({"a.b": "late", "a": {"b": "no"}}, "a.b", "late"),
        ({"a": [{"b": "no"}, {"b": "late"}]}, "a.1.b", "late"),
        ({"a": {"b.c": "late"}}, "a.b.c", "late"),
    ],
)
def test_a_path_leads_to_a_field(values: dict[str, Any], path: str, expected: str) -> None:
    assert body({**values, "text": "another"}, body=path) == expected


@pytest.mark.parametrize("path", ["b", "a.2", "a.x", "a.0.b.c", "A.0.b", "a.", ".", "a.-1"])
def test_a_path_that_leads_nowhere_is_told(path: str) -> None:
    item = item_of({"a": [{"b": "secret"}], "text": "secret"}, "line 1", {"body": path})
    assert item == Unreadable("line 1", f"it has no body: expected text in {path}")


@pytest.mark.parametrize(
    ("values", "format"),
    [
        ({"text": "<p>late</p>"}, "html"),
        ({"text": "late < later"}, "text"),
        ({"text": "<p>late</p>", "format": "text"}, "text"),
        ({"text": "late &amp; later", "format": "html"}, "html"),
        ({"text": "late &amp; later", "contentType": "text/html; charset=utf-8"}, "html"),
        ({"text": "<p>late</p>", "format": "standard"}, "html"),
    ],
)
def test_the_format_is_seen_or_said(values: dict[str, Any], format: str) -> None:
    assert read(values).submission.body.blocks[0].format == format


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2019", "2019"),
        (2019, "2019"),
        (2019.0, "2019"),
        ("2019-05", "2019-05"),
        ("2019-05-04", "2019-05-04"),
        (20190504, "2019-05-04"),
        ("2019/05/04", "2019-05-04"),
        ("4 May 2019", "2019-05-04"),
        ("May 4, 2019", "2019-05-04"),
        ("2019-05-04T10:00:00+00:00", "2019-05-04T10:00:00Z"),
        ("2019-05-04 10:00:00 UTC", "2019-05-04T10:00:00Z"),
        ("20190504100000", "2019-05-04T10:00:00"),
        ("Sat, 04 May 2019 10:00:00 GMT", "2019-05-04T10:00:00Z"),
        (1556964000, "2019-05-04T10:00:00Z"),
        ("1556964000", "2019-05-04T10:00:00Z"),
        (1556964000000, "2019-05-04T10:00:00Z"),
        (991648800, "2001-06-04T10:00:00Z"),
        (date(2019, 5, 4), "2019-05-04"),
        (datetime(2019, 5, 4, 10, tzinfo=UTC), "2019-05-04T10:00:00Z"),
        ("04/05/2019", None),  # of May, or of April
        ("yesterday", None),
        ("", None),
        (True, None),
        (float("nan"), None),
        (7, None),
        ("Mon, 04 May 99999999999999 10:00:00 +0000", None),
    ],
)
def test_dates_as_far_as_they_are_known(value: object, expected: str | None) -> None:
    assert read({"text": "late", "date": value}).date == expected


def test_of_two_dates_the_first_that_is_one_is_taken() -> None:
    assert read({"text": "late", "published": "today", "date": "2019-05-04"}).date == "2019-05-04"


def test_a_title_may_be_written_in_html() -> None:
    assert read({"title": "Pier&#8217;s <i>end</i>"}, body="title").submission.title == "Pier’s end"


@given(st.dictionaries(NAMES | st.text(), JSON), st.dictionaries(st.just("body"), st.text()))
def test_no_values_make_it_fail(values: dict[str, Any], fields: dict[str, str]) -> None:
    assert item_of(values, "line 1", fields).position == "line 1"


def test_columns_that_are_wanted() -> None:
    columns = ["Id", "Content", "embedding", "Main.Copy", "meta"]
    assert wanted_columns(columns, {}) == ["Id", "Content"]
    fields = {"body": "Main.Copy", "title": "meta.slug"}
    assert wanted_columns(columns, fields) == ["Id", "Main.Copy", "meta"]
    assert has_body(columns, {})
    assert has_body(["a"], {"body": "a.b"})
    assert not has_body(columns, {"body": "copy"})


def test_a_file_of_fields_is_read(tmp_path: Path) -> None:
    file = tmp_path / "fields.toml"
    file.write_text('[fields]\nbody = "content.rendered"\nformat = "kind"\n')
    assert read_fields(file) == {"body": "content.rendered", "format": "kind"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[fields]\nbodi = "content"', "'bodi' is unknown.*Did you mean 'body'?"),
        (b'[field]\nbody = "content"', "'field' is unknown.*Did you mean 'fields'?"),
        (b"[fields]\nbody = 3", "body is no text"),
        (b'[fields]\nbody = ""', "body is no text"),
        (b'fields = "content"', "fields is no table"),
        (b"[fields", "cannot be read"),
        (b"\xff", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_file_of_fields_that_says_something_else_is_refused(
    content: bytes | None, expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "fields.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ServingError, match=expected):
        read_fields(file)
