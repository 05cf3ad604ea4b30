"""NITF (IPTC), versions 3.x, with or without a namespace."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from serving.archive.readers.common import as_item, submit, web_address
from serving.archive.readers.xml import as_html, attribute_at, read_items, text_at
from serving.archive.record import Item, ReadOptions
from serving.bodies.body import Block

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Elements of NITF that HTML names otherwise; those that readers do not see are left out.
_NAMES = {
    "hl2": "h2",
    "bq": "blockquote",
    "block": "div",
    "credit": "p",
    "datasource": "p",
    "fn": "p",
    "media": "figure",
    "media-caption": "figcaption",
    "media-producer": "p",
    "media-metadata": "",
    "media-object": "",
    "media-reference": "",
    "nitf-table": "div",
    "nitf-table-metadata": "",
    "note": "aside",
}


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """The articles of a file: usually one."""
    return read_items(stream, options, "nitf", _article)


def body_html(nitf: Element) -> str | None:
    """The text of an article as HTML; None where it has none."""
    content = nitf.find(".//{*}body.content")
    return None if content is None else as_html(content, _NAMES)


def headline(nitf: Element) -> str:
    """The main headline, or else the title."""
    return text_at(nitf, ".//{*}hedline/{*}hl1") or text_at(nitf, "{*}head/{*}title")


def _article(nitf: Element, position: str) -> Item:
    data = "{*}head/{*}docdata"
    publication = "{*}head/{*}pubdata"
    submission = submit(
        Block(body_html(nitf) or "", "html"),
        headline(nitf),
        id=attribute_at(nitf, f"{data}/{{*}}doc-id", "id-string"),
        section=attribute_at(nitf, publication, "position.section"),
        language=nitf.get(LANGUAGE) or attribute_at(nitf, "{*}body", LANGUAGE),
    )
    date = attribute_at(nitf, f"{data}/{{*}}date.issue", "norm") or attribute_at(
        nitf, f"{data}/{{*}}date.release", "norm"
    )
    url = web_address(attribute_at(nitf, publication, "ex-ref"))
    return as_item(position, submission, url=url, date=date)
