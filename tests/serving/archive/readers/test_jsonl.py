"""Lines of JSON, whole and broken, and files of JSON in any other shape."""

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.readers import load_reader
from serving.archive.record import Reader, ReadOptions, Record, Unreadable
from tests.serving.archive.readers.reading import Endless, read_all, read_one, reason, words

READ = load_reader("jsonl")
READ_JSON = load_reader("json")
GOOD = b'{"text": "The ferry was late."}\n'
PLAIN = st.text(st.characters(exclude_categories=["Cs"]))
ARTICLES = st.lists(
    st.fixed_dictionaries({"id": st.integers(), "text": PLAIN.map("-{}".format), "other": PLAIN})
)
either = pytest.mark.parametrize("read", [READ, READ_JSON], ids=["jsonl", "json"])


def texts(read: Reader, data: bytes) -> list[str]:
    items = read_all(read, data)
    return [item.submission.body.blocks[0].source for item in items if isinstance(item, Record)]


@given(ARTICLES, st.booleans())
def test_what_is_written_is_read(articles: list[dict[str, Any]], ascii: bool) -> None:
    lines = (json.dumps(article, ensure_ascii=ascii) for article in articles)
    data = "\n\n".join(lines).encode()
    assert texts(READ, data) == [article["text"] for article in articles]
    assert texts(READ_JSON, data) == [article["text"] for article in articles]


@given(ARTICLES, st.sampled_from([None, 2]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_an_array_is_read(articles: list[dict[str, Any]], indent: int | None, code: str) -> None:
    data = json.dumps(articles, indent=indent).encode(code)
    assert texts(READ_JSON, data) == [article["text"] for article in articles]


@either
@given(
    st.binary() | st.lists(st.sampled_from(list('{}[]",:\\ \n1ntu\0'))).map("".join).map(str.encode)
)
def test_nothing_makes_it_fail(read: Reader, data: bytes) -> None:
    for item in read_all(read, data):
        assert isinstance(item, Unreadable)


def test_positions_count_all_lines() -> None:
    items = read_all(READ, b"\n" + GOOD + b"\nno\n" + GOOD)
    assert [item.position for item in items] == ["line 2", "line 4", "line 5"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"text": "secret', "no valid JSON: Unterminated string starting at character 9"),
        (b'{"text": "secret"} secret', "no valid JSON: Extra data at character 19"),
        (b'["secret"]', "no object of JSON: expected {…}"),
        (b'{"text": 1e5}' + b"[" * 100_000, "no valid JSON: Extra data at character 13"),
        (b'{"a": ' + b"[" * 100_000, "its JSON is nested too deeply"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "its JSON has a number with too many digits"),
        (b'{"summary": "secret"}', "it has no body: expected text in text, body, body_html, "),
        (b'{"text": " ", "title": ""}', "it has neither a title nor a text"),
        (b'{"text": null}', "it has neither a title nor a text"),
        (b'{"text": {"secret": "secret"}}', "it has no body: "),
        (b'{"uri": "x", "body_html": 3}', "The ninjs document has no body that can be read: "),
    ],
)
def test_a_bad_line_is_told_without_its_text_and_the_next_is_read(
    line: bytes, expected: str
) -> None:
    bad, good = read_all(READ, line + b"\n" + GOOD)
    assert isinstance(bad, Unreadable)
    assert bad.reason.startswith(expected)
    assert "secret" not in bad.reason
    assert words(good) == "The ferry was late."


def test_a_line_that_is_too_long_is_never_held() -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(600):
            yield b"a" * 50_000
        yield b'"}\n' + GOOD

    tracemalloc.start()
    try:
        options = ReadOptions(max_item_bytes=100_000)
        bad, good = READ(cast(BinaryIO, Endless(parts())), options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert bad == Unreadable("line 1", "larger than 100000 bytes")
    assert words(good) == "The ferry was late."
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b'"\\ud83d\\ude22"', "\U0001f622"),
        (b'"\\ud83d!"', "\ufffd!"),  # half of a character could not be stored
        (b'"caf\xe9"', "café"),
        (b'"caf\xc3\xa9 \xff"', "café \ufffd"),
        (b'"first", "text": "second"', "second"),
        (b'"at\tfive"', "at\tfive"),
        (b'"late", "score": NaN, "views": -Infinity', "late"),
    ],
)
@either
def test_odd_json_is_read(read: Reader, written: bytes, text: str) -> None:
    assert texts(read, b'{"text": ' + written + b"}") == [text]


def test_ninjs_among_others() -> None:
    document = {
        "uri": "https://herald.example/1",
        "type": "text",
        "versioncreated": "2024-07-02T10:00:00Z",
        "headlines": [{"role": "main", "value": "Pier shut"}],
        "bodies": [{"contentType": "text/html", "value": "<p>The pier is shut.</p>"}],
    }
    record = read_one(READ, json.dumps(document).encode())
    assert words(record) == "The pier is shut."
    assert record.submission.title == "Pier shut"
    assert record.date == "2024-07-02T10:00:00Z"
    assert record.url == "https://herald.example/1"


@pytest.mark.parametrize("other", [{"type": "picture"}, {"pubstatus": "canceled"}])
def test_ninjs_that_is_no_article_is_passed_over(other: dict[str, str]) -> None:
    document = {"uri": "urn:1", "body_text": "A caption.", **other}
    assert read_all(READ, json.dumps(document).encode()) == []


def test_html_that_is_not_in_ninjs_keeps_its_title() -> None:
    record = read_one(READ, b'{"title": "Pier shut", "body_html": "<p>It is shut.</p>"}')
    assert (record.submission.title, words(record)) == ("Pier shut", "It is shut.")


def test_an_object_around_all_articles_is_told() -> None:
    data = json.dumps({"articles": [{"text": "late"}] * 99}).encode()
    assert reason(READ_JSON, data, 500) == "larger than 500 bytes, expected one article"


def test_json_that_ends_within_an_object_is_told() -> None:
    assert reason(READ_JSON, GOOD + b'{"text": "late') == "the file ends within it"
