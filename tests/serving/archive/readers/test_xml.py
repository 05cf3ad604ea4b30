"""What all formats of XML share: attacks, damage, sizes and encodings."""

import io
import socket
import tracemalloc
from html import escape
from itertools import chain, repeat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from serving.archive.readers import nitf, wxr
from serving.archive.record import Reader, ReadOptions, Record, Unreadable
from tests.serving.archive.readers.reading import Endless, read_all, read_one, reason, words

ITEMS = ("The pier is closed.", "Caf\u00e9 \u00abA\u00bb \U0001f6a2", "\u05d9\u05dd \u0627\u0644")


def article(text: str) -> str:
    return f"<nitf><body><body.content><p>{text}</p></body.content></body></nitf>"


def many(texts: tuple[str, ...] = ITEMS) -> str:
    return "\n".join(["<all>", *(article(escape(text, quote=False)) for text in texts), "</all>"])


@pytest.mark.parametrize("reader", [nitf.read, wxr.read])
@pytest.mark.parametrize(
    "declarations",
    [
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/passwd">',
        '<!ENTITY % c SYSTEM "http://127.0.0.1:9/x.dtd"> %c;',
    ],
    ids=["billion laughs", "external", "parameter"],
)
def test_a_file_that_declares_entities_is_refused(reader: Reader, declarations: str) -> None:
    data = f"<!DOCTYPE x [{declarations}]><x>{article('&c;')}</x>".encode()
    (item,) = read_all(reader, data)
    assert item == Unreadable(
        "line 1", "the file declares entities, which are not expanded; remove its DTD"
    )


def test_a_dtd_is_not_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/nitf.dtd"
        data = f'<!DOCTYPE nitf SYSTEM "{url}">{article("Caf&eacute; &amp; bar")}'.encode()
        assert words(read_one(nitf.read, data)) == "Caf\u00e9 & bar"
        with pytest.raises(BlockingIOError):
            server.accept()


def test_text_is_not_lost_with_an_entity_of_a_dtd() -> None:
    texts = article("It was &ours; then"), article("The next")
    data = f'<!DOCTYPE nitf SYSTEM "x.dtd"><all>{"".join(texts)}</all>'.encode()
    first, second = read_all(nitf.read, data)
    assert isinstance(first, Unreadable)
    assert "entity" in first.reason
    assert words(second) == "The next"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1255"]
)
def test_encodings(encoding: str) -> None:
    text = "\u05d4\u05e0\u05de\u05dc \u2013 \u201csafe\u201d"
    declared = encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{declared}"?>{article(text)}'.encode(encoding)
    assert words(read_one(nitf.read, data)) == text


def test_latin_1_means_windows_1252() -> None:
    data = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + article("\x93caf\xe9\x94").encode("l1")
    assert words(read_one(nitf.read, data)) == "\u201ccaf\u00e9\u201d"


@pytest.mark.parametrize(
    "encoding",
    [
        "klingon",
        "hex",
        "rot13",
        "undefined",
        "idna",
        "unicode_escape",
        "punycode",
        "utf-7",
        "utf-16",
    ],
)
def test_an_encoding_that_is_none(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?>{article("text")}'.encode()
    assert "encoding" in reason(nitf.read, data)


def test_control_characters_are_left_out_and_nothing_else_is() -> None:
    data = article("a\x00b\x01c \x0bd\x1f\ufffee\t\u0085f\n").encode()
    assert read_one(nitf.read, data).submission.body.blocks[0].source == (
        "<p>abc  de\t\u0085f\n</p>"
    )


def test_bytes_that_are_no_utf_8_do_not_stop_the_reading() -> None:
    assert words(read_one(nitf.read, article("a\xffb").encode("latin-1"))) == "a\ufffdb"


def test_an_item_too_large_is_skipped_and_not_held() -> None:
    begin, end = article("#").encode().split(b"#")
    large = chain([begin], repeat(b"<b>A word</b> and another. " * 1000, 150), [end])
    stream = Endless(chain([b"<all>"], large, [article("small").encode(), b"</all>"]))
    tracemalloc.start()
    try:
        items = list(nitf.read(io.BufferedReader(stream), ReadOptions(max_item_bytes=20_000)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert items[0] == Unreadable("item 1, line 1", "larger than 20000 bytes")
    assert words(items[1]) == "small"
    assert peak < 1_500_000


@pytest.mark.parametrize(
    "part", ["<!-- ", '<a b="', "<?php ", "<", "<a ", "<![CDATA[", "text ", "<b><b/></b>"]
)
def test_nothing_grows_without_end(part: str) -> None:
    """A file that begins something and never ends it."""
    stream = Endless(chain([b"<x><nitf>"], repeat((part + "a" * 90).encode() * 700, 60)))
    tracemalloc.start()
    try:
        items = list(nitf.read(io.BufferedReader(stream), ReadOptions(max_item_bytes=20_000)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(items[-1], Unreadable)
    assert peak < 1_500_000


def test_deep_nesting_is_refused() -> None:
    assert "nested" in reason(nitf.read, ("<nitf>" + "<b>" * 100_000).encode())


def test_a_file_of_something_else() -> None:
    assert reason(nitf.read, b"<html><p>x</p></html>").startswith("there is no <nitf>")
    assert reason(nitf.read, b"").startswith("not well-formed")
    assert reason(nitf.read, b'{"a": 1}').startswith("not well-formed")


def test_reasons_hold_no_text_of_the_file() -> None:
    data = f"<all>{article('fine')}<nitf>secret <secret secret</all>".encode()
    item = read_all(nitf.read, data)[-1]
    assert isinstance(item, Unreadable)
    assert "secret" not in item.reason
    assert item.position == "item 2, line 1"


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_what_was_written_is_read(texts: list[str]) -> None:
    items = read_all(nitf.read, many(tuple(texts)).encode())
    assert len(items) == len(texts)
    for text, item in zip(texts, items, strict=True):
        if isinstance(item, Record):
            assert item.submission.body.blocks[0].source == f"<p>{escape(text, quote=False)}</p>"


@given(st.integers(0, len(many().encode())), st.binary(max_size=4))
@example(0, b"\xff\xfe")
def test_damage_spares_what_stands_before_it(place: int, damage: bytes) -> None:
    whole = many().encode()
    for data in (whole[:place] + damage, whole[:place] + damage + whole[place + len(damage) :]):
        spared = whole[:place].count(b"</nitf>")
        items = read_all(nitf.read, data)
        assert [words(item) for item in items[:spared]] == list(ITEMS[:spared])
