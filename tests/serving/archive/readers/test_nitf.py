"""NITF: where its fields are, and what of its body is text."""

import pytest

from serving.archive.readers import nitf
from tests.serving.archive.readers.reading import read_one, reason, words

ARTICLE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">
<nitf{namespace} xml:lang="en-GB">
 <head>
  <title>Slug of the story</title>
  <docdata>
   <doc-id id-string="herald-17" regsrc="HER"/>
   <date.issue norm="20190504T101500+0100"/>
   <date.release norm="20190505"/>
  </docdata>
  <pubdata type="web" ex-ref="https://herald.example/pier" position.section="Coast"/>
 </head>
 <body>
  <body.head>
   <hedline><hl1 id="h">Pier <em>closes</em>
    at last</hl1><hl2>After ninety years</hl2></hedline>
   <byline>By A Reporter</byline>
  </body.head>
  <body.content>
   <p lede="true"><location>Otter Bay</location> shut its pier &amp; pool on <chron>Friday</chron>,
    5 &lt; 6.</p>
   <media media-type="image">
    <media-metadata name="iso" value="200">200</media-metadata>
    <media-reference source="pier.jpg">pier.jpg</media-reference>
    <media-object encoding="base64">QUJD</media-object>
    <media-caption>The pier<br/>at noon</media-caption>
    <media-producer>Photo: B Keeper</media-producer>
   </media>
   <block><hl2>What next</hl2><bq><block><p>&#8220;We wait.&#8221;</p></block></bq></block>
   <!-- not shown -->
   <table><tr><td>one</td><td>two</td></tr></table>
  </body.content>
  <body.end><tagline>Printed in Otter Bay</tagline></body.end>
 </body>
</nitf>"""
PLAIN = "<nitf>{head}<body><body.content>{body}</body.content></body></nitf>"


@pytest.mark.parametrize("namespace", ["", ' xmlns="http://iptc.org/std/NITF/2006-10-18/"'])
def test_an_article_is_read(namespace: str) -> None:
    record = read_one(nitf.read, ARTICLE.replace("{namespace}", namespace).encode())
    assert record.submission.title == "Pier closes at last"
    assert record.submission.id == "herald-17"
    assert record.submission.section == "Coast"
    assert record.submission.language == "en-GB"
    assert record.date == "2019-05-04T10:15:00+01:00"
    assert record.url == "https://herald.example/pier"
    assert words(record) == (
        "Otter Bay shut its pier & pool on Friday, 5 < 6. The pier at noon Photo: B Keeper "
        "What next \u201cWe wait.\u201d one two"
    )


def test_blocks_stay_apart() -> None:
    record = read_one(nitf.read, PLAIN.format(head="", body="<hl2>One</hl2><p>Two</p>").encode())
    assert record.submission.body.text.split("\n\n") == ["", "One", "", "Two", ""]


@pytest.mark.parametrize(
    ("head", "title"),
    [("<head><title>From the head</title></head>", "From the head"), ("", "")],
)
def test_without_a_headline(head: str, title: str) -> None:
    record = read_one(nitf.read, PLAIN.format(head=head, body="<p>Text</p>").encode())
    assert record.submission.title == title
    assert record.submission.id is None
    assert record.date is None
    assert record.url is None


@pytest.mark.parametrize(
    ("norm", "date"),
    [
        ("20190504", "2019-05-04"),
        ("20190504T101500Z", "2019-05-04T10:15:00Z"),
        ("2019-05", "2019-05"),
        ("20190504T10:15", "2019-05-04T10:15:00"),
        ("4 May", None),
        ("9" * 1000, None),
    ],
)
def test_dates(norm: str, date: str | None) -> None:
    head = f'<head><docdata><date.release norm="{norm}"/></docdata></head>'
    assert read_one(nitf.read, PLAIN.format(head=head, body="Text").encode()).date == date


@pytest.mark.parametrize("article", ["<nitf/>", PLAIN.format(head="", body="")])
def test_an_article_without_anything_to_read(article: str) -> None:
    assert reason(nitf.read, article.encode()) == "it has neither a title nor a text"
