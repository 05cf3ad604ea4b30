"""NewsML-G2 as the IPTC's own library writes it, and the corners of the format."""

import NewsMLG2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from NewsMLG2.contentmeta import Headline, Language, Subject
from NewsMLG2.newsitem import ContentSet, InlineData, InlineXML
from NewsMLG2.newsmessage import ItemSet

from serving.archive.readers import newsml
from serving.archive.record import Record, Unreadable
from tests.serving.archive.readers.reading import read_all, read_one, reason, words

NITF = """<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body>
<body.head><hedline><hl1>From the NITF</hl1></hedline></body.head>
<body.content><p>The pier is <em>shut</em> &amp; cold.</p><hl2>Why</hl2></body.content>
</body></nitf>"""
XHTML = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>No</title></head>
<body><p>The pier is shut.</p><script>no()</script><img src="a.jpg"/><p>Yes</p></body></html>"""
FRAGMENT = '<div xmlns="http://www.w3.org/1999/xhtml"><p>A part of a page</p></div>'


def markup(source: str, kind: str = "application/nitf+xml") -> InlineXML:
    inline = InlineXML()
    inline.contenttype = kind
    inline.set_extension_element("content", etree.fromstring(source))
    return inline


def data(text: str, kind: str | None = "text/plain", encoding: str | None = None) -> InlineData:
    inline = InlineData(text=text)
    for name, value in (("contenttype", kind), ("encoding", encoding)):
        if value:
            setattr(inline, name, value)
    return inline


def news_item(*contents: object, title: str = "Pier shut", kind: str = "text") -> NewsMLG2.NewsItem:
    item = NewsMLG2.NewsItem()
    item.guid = "tag:herald.example,2024:pier"
    item.xml_lang = "en-GB"
    item.itemmeta.itemclass.qcode = f"ninat:{kind}"
    item.itemmeta.provider.qcode = "nprov:IPTC"
    item.itemmeta.versioncreated = "2024-07-02T12:00:00+03:00"
    item.contentmeta = NewsMLG2.NewsItemContentMeta()
    item.contentmeta.headline = [Headline(text=title)] if title else []
    item.contentset = ContentSet()
    item.contentset.inlinexml = [part for part in contents if isinstance(part, InlineXML)]
    item.contentset.inlinedata = [part for part in contents if isinstance(part, InlineData)]
    return item


def written(item: NewsMLG2.NewsItem) -> bytes:
    document = NewsMLG2.NewsMLG2Document()
    document.set_item(item)
    return bytes(document.to_xml_string(), "utf-8")


def message(*items: NewsMLG2.NewsItem) -> bytes:
    whole = NewsMLG2.NewsMessage()
    whole.itemset = ItemSet()
    whole.itemset.id = "set"  # without an attribute it would not be written
    for number, item in enumerate(items):
        whole.itemset.set_extension_element(f"item {number}", item.to_xml())
    return bytes(etree.tostring(whole.to_xml()))


def test_an_item_is_read() -> None:
    item = news_item(markup(NITF))
    item.contentmeta.contentcreated = "2024-07-01T10:00:00Z"
    item.contentmeta.language = [language := Language()]
    language.tag = "en"
    item.contentmeta.subject = [Subject(), subject := Subject()]
    subject.name = "Coast"
    record = read_one(newsml.read, written(item))
    assert words(record) == "The pier is shut & cold. Why"
    assert record.submission.title == "Pier shut"
    assert record.submission.id == "tag:herald.example,2024:pier"
    assert record.submission.section == "Coast"
    assert record.submission.language == "en"
    assert record.date == "2024-07-01T10:00:00Z"
    assert record.url is None


def test_what_stands_in_for_fields_that_are_missing() -> None:
    item = news_item(markup(NITF), title="")
    item.guid = "https://herald.example/pier"
    record = read_one(newsml.read, written(item))
    assert record.submission.title == "From the NITF"
    assert record.submission.language == "en-GB"
    assert record.submission.section is None
    assert record.date == "2024-07-02T12:00:00+03:00"
    assert record.url == "https://herald.example/pier"


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        ([markup(XHTML, "application/xhtml+xml")], "The pier is shut. Yes"),
        ([markup(FRAGMENT, "application/xhtml+xml")], "A part of a page"),
        ([data("<p>Five &lt; six</p>", "text/html")], "Five < six"),
        ([data("<p>Five")], "<p>Five"),
        ([data("<p>Five</p>", kind=None)], "Five"),
        ([data("Plain"), markup(NITF)], "The pier is shut & cold. Why"),
        ([data("Plain"), data("<p>Rich</p>", "text/html")], "Rich"),
        ([data("QUJD", encoding="encd:base64"), data("Plain")], "Plain"),
    ],
)
def test_renditions(contents: list[object], text: str) -> None:
    assert words(read_one(newsml.read, written(news_item(*contents)))) == text


def test_the_main_headline_is_taken() -> None:
    item = news_item(data("Text"))
    item.contentmeta.headline = [Headline(text="Short"), Headline(text="Long")]
    item.contentmeta.headline._array_contents[0].role = "hlrole:short"
    item.contentmeta.headline._array_contents[1].role = "hlrole:main"
    assert read_one(newsml.read, written(item)).submission.title == "Long"


def test_the_items_of_a_message_are_read() -> None:
    broken = news_item(data("QUJD", encoding="encd:base64"))
    package = NewsMLG2.PackageItem()
    package.guid = "tag:herald.example,2024:package"
    package.itemmeta.itemclass.qcode = "ninat:composite"
    package.itemmeta.provider.qcode = "nprov:IPTC"
    picture = news_item(kind="picture")
    items = read_all(
        newsml.read,
        message(news_item(data("One")), package, picture, broken, news_item(data("Two"))),
    )
    assert [type(item) for item in items] == [Record, Unreadable, Record]
    assert [item.position for item in items] == [f"item {n}, line 1" for n in (1, 3, 4)]
    assert words(items[-1]) == "Two"
    unreadable = items[1]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.reason.startswith("it holds no text: expected NITF or XHTML in inlineXML")


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_withdrawn_items_are_no_articles(status: str) -> None:
    item = news_item(data("Text"))
    item.itemmeta.pubstatus.qcode = f"stat:{status}"
    assert read_all(newsml.read, written(item)) == []


def test_a_usable_item_is_read() -> None:
    item = news_item(data("Text"))
    item.itemmeta.pubstatus.uri = "http://cv.iptc.org/newscodes/pubstatusg2/usable"
    assert words(read_one(newsml.read, written(item))) == "Text"


def test_an_item_without_anything_to_read() -> None:
    bare = written(news_item(data(" "), title=""))
    assert reason(newsml.read, bare) == "it has neither a title nor a text"


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_what_was_written_is_read(texts: list[str]) -> None:
    items = read_all(newsml.read, message(*(news_item(data(text)) for text in texts)))
    assert [i.submission.body.text for i in items if isinstance(i, Record)] == texts


WHOLE = message(*(news_item(markup(NITF), data(text)) for text in ("One", "Two", "Three")))


@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=8))
def test_damage_spares_what_stands_before_it(place: int, damage: bytes) -> None:
    damaged = read_all(newsml.read, WHOLE[:place] + damage + WHOLE[place + len(damage) :])
    spared = WHOLE[:place].count(b"</newsItem>")
    assert [words(item) for item in damaged[:spared]] == ["The pier is shut & cold. Why"] * spared
