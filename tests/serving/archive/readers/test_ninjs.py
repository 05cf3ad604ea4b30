"""Files of ninjs: alone, in an array or in a row, whole and broken."""

import io
import json
from itertools import chain, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.readers import ninjs
from serving.archive.record import ReadOptions, Record, Unreadable
from tests.serving.archive.readers.reading import Endless, read_all, read_one, reason, words

DOCUMENT = {
    "uri": "https://herald.example/pier",
    "type": "text",
    "version": "3",
    "firstcreated": "2024-07-01T10:00:00Z",
    "versioncreated": "2024-07-02T10:00:00Z",
    "pubstatus": "usable",
    "language": "en",
    "headline": "Pier {shut}",
    "body_html": '<p>The \\ "pier" is } shut.</p>',
    "subject": [{"name": "coast"}],
}


def documents(*texts: str) -> list[dict[str, Any]]:
    return [{"uri": f"urn:{n}", "body_text": text} for n, text in enumerate(texts)]


def test_a_document_is_read() -> None:
    record = read_one(ninjs.read, json.dumps(DOCUMENT).encode())
    assert words(record) == 'The \\ "pier" is } shut.'
    assert record.submission.title == "Pier {shut}"
    assert record.submission.id == record.url == "https://herald.example/pier"
    assert record.submission.language == "en"
    assert record.submission.section is None
    assert record.date == "2024-07-02T10:00:00Z"
    assert record.position == "item 1"


@pytest.mark.parametrize(
    "file",
    [
        json.dumps(documents("a", "b")),
        json.dumps(documents("a", "b"), indent=2) + "\n",
        "\ufeff" + json.dumps(documents("a", "b")),
        "\n".join(map(json.dumps, documents("a", "b"))),
    ],
    ids=["array", "indented", "byte order mark", "lines"],
)
def test_files_of_several(file: str) -> None:
    items = read_all(ninjs.read, file.encode())
    assert [words(item) for item in items] == ["a", "b"]
    assert [item.position for item in items] == ["item 1", "item 2"]


@pytest.mark.parametrize(
    "other", [{"type": "picture"}, {"pubstatus": "canceled"}, {"pubstatus": "withheld"}]
)
def test_pictures_and_withdrawn_documents_are_no_articles(other: dict[str, str]) -> None:
    assert read_all(ninjs.read, json.dumps(DOCUMENT | other).encode()) == []


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ('{"headline": "x"}', "The ninjs document has no body"),
        ('{"body_text": " "}', "it has neither a title nor a text"),
        ('{"body_text": secret}', "no valid JSON"),
        ('{"a": {"body_text": }}', "no valid JSON"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "no valid JSON"),
        ('{"body_text": "' + "x" * 300_000 + '"}', "larger than 250000 bytes"),
    ],
)
def test_after_a_bad_document_the_next_is_read(bad: str, why: str) -> None:
    file = f'[{{"body_text": "a"}}, {bad}, {{"body_text": "b"}}]'.encode()
    limit = 250_000 if "larger" in why else None
    first, unreadable, last = read_all(ninjs.read, file, limit)
    assert (words(first), words(last)) == ("a", "b")
    assert isinstance(unreadable, Unreadable)
    assert unreadable.position == "item 2"
    assert unreadable.reason.startswith(why)
    assert "secret" not in unreadable.reason


def test_latin_1_is_refused_rather_than_garbled() -> None:
    assert reason(ninjs.read, '{"body_text": "caf\u00e9"}'.encode("latin-1")).startswith("no valid")


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("", "there is no ninjs document"),
        ("[]", "there is no ninjs document"),
        ('{"body_text": "never end', "the file ends within it"),
        ('[1, "two"]', "something in the file is no object"),
        ("<xml/>", "something in the file is no object"),
        ('{"body_text": "a"}}', "something in the file is no object"),
    ],
)
def test_the_end_of_a_file_that_is_not_as_it_should_be(file: str, why: str) -> None:
    assert reason(ninjs.read, file.encode()).startswith(why)


def test_a_large_document_is_not_held() -> None:
    stream = io.BufferedReader(
        Endless(chain([b'{"a": "'], repeat(b"x" * 100_000, 100), [b'"}{"body_text": "small"}']))
    )
    first, second = ninjs.read(stream, ReadOptions(max_item_bytes=1000))
    assert first == Unreadable("item 1", "larger than 1000 bytes")
    assert words(second) == "small"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.text(), JSON_VALUES), min_size=1, max_size=4), st.integers(1, 9))
def test_what_was_written_is_read_in_chunks_of_any_size(
    contents: list[tuple[str, Any]], size: int
) -> None:
    texts = [f"x{text}" for text, _ in contents]
    file = json.dumps([{"body_text": f"x{t}", "other": o} for t, o in contents]).encode()
    parts = (file[place : place + size] for place in range(0, len(file), size))
    items = list(ninjs.read(Endless(parts), ReadOptions()))  # type: ignore[arg-type]
    assert [i.submission.body.text for i in items if isinstance(i, Record)] == texts


WHOLE = json.dumps(documents("a {", 'b "', "c \\")).encode()


@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=8))
def test_damage_spares_what_stands_before_it(place: int, damage: bytes) -> None:
    damaged = read_all(ninjs.read, WHOLE[:place] + damage + WHOLE[place + len(damage) :])
    spared = WHOLE[:place].count(b'"}')
    assert damaged[:spared] == read_all(ninjs.read, WHOLE)[:spared]
