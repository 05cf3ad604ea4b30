"""Try: an article is read, shown as it is, and kept nowhere."""

import html
import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from serving.desk.marking import Span, mark_up
from tests.serving.desk.conftest import ARTICLE, Browser

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def marked(page: str) -> list[str]:
    """The words of every mark, without its number and its reason."""
    found = []
    for inner in re.findall(r"<mark [^>]*>(.*?)</mark>", page, re.DOTALL):
        words = re.sub(r'<span class="(?:no|why)".*?</span>', "", inner, flags=re.DOTALL)
        found.append(html.unescape(words))
    return found


def test_an_article_is_shown_with_its_passages(local: Browser) -> None:
    local.get("/desk/try")
    page = local.post("/desk/try", **ARTICLE)
    assert "Flagged" in page
    assert 'aria-label="severity 3 of 3"' in page
    words = marked(page)
    assert "A man was injured in the city on Monday, police said." in words
    assert re.search(r'<a href="#p1">Passage 1 of \d+: ', page)
    assert "forewarn-en" in page or "tiny" in page


def test_marks_of_html_stand_where_a_reader_sees_them(local: Browser) -> None:
    source = (
        "<p>A <b>man</b> was injured &amp; taken to hospital.</p><style>p { color: red }</style>"
        "<p>The boy was with his mother.</p>"
    )
    local.get("/desk/try")
    words = marked(local.post("/desk/try", body=source, format="html"))
    assert "A man was injured & taken to hospital." in words
    assert "The boy was with his mother." in words
    assert "color: red" not in local.page.partition('id="result"')[2]


def test_hostile_text_is_text(local: Browser) -> None:
    local.get("/desk/try")
    page = local.post(
        "/desk/try",
        title=HOSTILE,
        section=HOSTILE,
        body=f"{HOSTILE} The boy was killed.",
        format="text",
    )
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert html.escape("<script>alert(1)</script>") in page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("story.txt", b"The boy was killed in the city."),
        ("story.html", b"<p>The boy was <i>killed</i> in the city.</p>"),
        (
            "story.json",
            b'{"uri": "x", "headline": "H", "body_html": "<p>The boy was killed in the city.</p>"}',
        ),
    ],
)
def test_a_file_is_read(name: str, content: bytes, local: Browser) -> None:
    local.get("/desk/try")
    page = local.post("/desk/try", files={"file": (name, content)})
    assert "The boy was killed in the city." in marked(page)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"body": "  "}, 422),
        ({"files": {"file": ("a.pdf", b"%PDF")}}, 415),
        ({"files": {"file": ("a.txt", b"\xff\xfe")}}, 422),
        ({"files": {"file": ("a.json", b"{")}}, 400),
        ({"body": "x" * 3_000}, 413),
    ],
)
def test_what_is_no_article_is_told(fields: dict[str, object], status: int, local: Browser) -> None:
    local.get("/desk/try")
    page = local.post("/desk/try", status, **fields)
    assert 'role="alert"' in page


def test_nothing_is_stored(local: Browser, desk_app: FastAPI, tmp_path: Path) -> None:
    local.get("/desk/try")
    local.post("/desk/try", body="The boy was killed in Quillmere.")
    for file in tmp_path.glob("forewarn.db*"):
        assert b"Quillmere" not in file.read_bytes()


def test_passages_may_overlap_and_end_anywhere() -> None:
    text = "One two.\n\nThree four."
    spans = [Span(1, 0, 8), Span(2, 4, 15), Span(3, 10, 99)]
    pieces = [piece for paragraph in mark_up(text, spans) for piece in paragraph]
    assert [(piece.text, piece.numbers, piece.first) for piece in pieces] == [
        ("One ", (1,), (1,)),
        ("two.", (1, 2), (2,)),
        ("Three", (2,), ()),
        (" four.", (), ()),
    ]
