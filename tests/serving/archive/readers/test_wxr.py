"""Exports of WordPress: one that it wrote itself, and the corners of the format."""

from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.readers import wxr
from serving.archive.record import ReadOptions, Record
from tests.serving.archive.readers.reading import read_all, read_one, reason, words

EXPORT = Path(__file__).parent / "data" / "wordpress.xml"


def export(*items: str, version: str = "1.2") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/{version}/excerpt/"
 xmlns:wp="http://wordpress.org/export/{version}/"><channel><title>A paper</title>
{"".join(items)}</channel></rss>""".encode()


def post(content: str, title: str = "", kind: str = "post", date: str = "") -> str:
    content = content.replace("]]>", "]]]]><![CDATA[>")
    return f"""<item><title>{escape(title)}</title><excerpt:encoded>No</excerpt:encoded>
<content:encoded><![CDATA[{content}]]></content:encoded><wp:post_type>{kind}</wp:post_type>
<wp:status>publish</wp:status>{date}</item>"""


@pytest.fixture(scope="module")
def records() -> list[Record]:
    with EXPORT.open("rb") as file:
        items = list(wxr.read(file, ReadOptions()))
    found = [item for item in items if isinstance(item, Record)]
    assert found == items
    return found


def test_published_posts_and_pages_are_read(records: list[Record]) -> None:
    assert [record.submission.title for record in records] == [
        "Ferry & tug collide — “nobody hurt”",
        "A classic post",
        "About us",
        "الميناء",
        "Only pictures",
        "Twice",
    ]


def test_a_post_is_read_whole(records: list[Record]) -> None:
    record = records[0]
    assert words(record) == (
        "Two boats met in the fog & stuck 🚢. The tug at noon. log[i]]> end ]]> of log"
    )
    assert record.submission.id == "4"
    assert record.submission.section == "Crime"
    assert record.date == "2024-07-01T08:30:00Z"
    assert record.url == "https://herald.example/2024/ferry-tug-collide-nobody-hurt"
    assert record.position == "item 1, line 94"


def test_shortcodes_and_control_characters_of_a_classic_post(records: list[Record]) -> None:
    assert words(records[1]) == (
        "The mayor opened the pier. The pier A vertical tab and a bell came with it."
    )


def test_the_last_wording_is_read(records: list[Record]) -> None:
    assert words(records[-1]) == "Second wording."
    assert words(records[3]) == "אבא והים"


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_versions(version: str) -> None:
    assert words(read_one(wxr.read, export(post("<p>Text</p>"), version=version))) == "Text"


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("<wp:post_date_gmt>2019-05-04 10:00:00</wp:post_date_gmt>", "2019-05-04T10:00:00Z"),
        (
            "<wp:post_date>2019-05-04 11:00:00</wp:post_date>"
            "<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>",
            "2019-05-04T11:00:00",
        ),
        ("<wp:post_date_gmt>yesterday</wp:post_date_gmt>", None),
        ("", None),
    ],
)
def test_dates(fields: str, date: str | None) -> None:
    assert read_one(wxr.read, export(post("Text", date=fields))).date == date


def test_other_kinds_of_posts_are_no_articles() -> None:
    kinds = [post("Text", kind=kind) for kind in ("attachment", "revision", "product", "")]
    assert read_all(wxr.read, export(*kinds)) == []


def test_a_post_without_anything_to_read() -> None:
    assert reason(wxr.read, export(post(" \n"))) == "it has neither a title nor a text"


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@given(st.lists(TEXTS.map(lambda text: f"x{text}"), min_size=1, max_size=5))
def test_what_was_written_is_read(contents: list[str]) -> None:
    items = read_all(wxr.read, export(*map(post, contents)))
    assert [i.submission.body.blocks[0].source for i in items if isinstance(i, Record)] == contents


@given(st.integers(0, EXPORT.stat().st_size), st.binary(min_size=1, max_size=8))
def test_damage_spares_what_stands_before_it(place: int, damage: bytes) -> None:
    whole = EXPORT.read_bytes()
    damaged = read_all(wxr.read, whole[:place] + damage + whole[place + len(damage) :])
    ended = whole[:place].count(b"</item>")
    before = [i for i in read_all(wxr.read, whole) if int(i.position.split()[1][:-1]) <= ended]
    assert damaged[: len(before)] == before
