"""Files of one article: plain texts, pages and fragments of them."""

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.readers import load_reader
from serving.archive.record import Reader, ReadOptions, Unreadable
from serving.archive.unpacking import unpack
from tests.serving.archive.readers.reading import read_all, read_one, reason, words

READ_TEXT = load_reader("text")
READ_HTML = load_reader("html")
PARAGRAPHS = [
    "The pier in Saltby was shut on Friday after a ferry struck it, the harbour office said.",
    "Nobody was hurt. Divers will look at the piles next week, and trains replace the ferry.",
    "The council wants to know why the ferry left the harbour while the wind was so strong.",
]
PAGE = f"""<!DOCTYPE html><html><head><meta charset="windows-1252"><title>Pier shut</title>
<meta property="article:published_time" content="2019-05-04T10:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/coast">Coast</a></nav>
<article><h1>Pier “shut”</h1>{"".join(f"<p>{text}</p>" for text in PARAGRAPHS)}</article>
<footer>All rights reserved. Cookies.</footer></body></html>"""


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("Pier shut\n\nIt is shut.\n", "Pier shut", "It is shut."),
        ("Pier shut\r\n\r\nIt is shut.\r\n", "Pier shut", "It is shut."),
        ("\n\nPier shut\n \t\nIt is shut.", "Pier shut", "It is shut."),
        ("It is shut.\nSince Friday.", "", "It is shut. Since Friday."),
        ("It is shut.\n\n", "", "It is shut."),
        ("shut " * 99 + "\n\nIt is.", "", "shut " * 99 + "It is."),
    ],
)
def test_a_first_line_that_stands_alone_is_the_title(text: str, title: str, body: str) -> None:
    record = read_one(READ_TEXT, text.encode())
    assert (record.submission.title, words(record)) == (title, body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_texts_are_decoded(encoding: str) -> None:
    assert words(read_one(READ_TEXT, "“Café” shut".encode(encoding))) == "“Café” shut"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_all_of_a_text_is_read(text: str) -> None:
    sent = read_one(READ_TEXT, f"-{text}-".encode()).submission
    read = f"{sent.title} {sent.body.blocks[0].source}"
    assert read.split() == f"-{text}-".split()


@given(st.binary())
def test_nothing_makes_it_fail(data: bytes) -> None:
    assert len(read_all(READ_TEXT, data)) == 1
    assert len(read_all(READ_HTML, data)) == 1


def test_the_article_of_a_page_is_read() -> None:
    record = read_one(READ_HTML, PAGE.encode("cp1252"))
    assert all(text in words(record) for text in PARAGRAPHS)
    assert "Cookies" not in words(record)
    assert record.submission.title == "Pier “shut”"
    assert record.date == "2019-05-04"


def test_a_fragment_is_read_as_it_is() -> None:
    record = read_one(READ_HTML, b"<h2>Pier</h2><p>Caf\xc3\xa9 &amp; pier <i>shut</i>.</p>")
    assert words(record) == "Pier Café & pier shut."
    assert record.submission.body.blocks[0].format == "html"


def test_a_page_without_an_article_is_told() -> None:
    assert reason(READ_HTML, b"<html><body></body></html>") == "no article text found"


@pytest.mark.parametrize("read", [READ_TEXT, READ_HTML], ids=["text", "html"])
def test_what_cannot_be_read_is_told(read: Reader) -> None:
    assert reason(read, b"a" * 300, 200) == "larger than 200 bytes"
    assert reason(read, b" \n") == "it has neither a title nor a text"
    cut_off = unpack(io.BytesIO(gzip.compress(PAGE.encode())[:-20]))
    assert list(read(cut_off, ReadOptions())) == [
        Unreadable("file", "the file is cut off or damaged")
    ]
