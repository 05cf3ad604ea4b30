"""WordPress eXtended RSS, 1.0 to 1.2: what WordPress exports."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from serving.archive.readers.common import as_item, submit
from serving.archive.readers.xml import read_items, text_at
from serving.archive.record import Item, ReadOptions
from serving.bodies.body import Block
from serving.bodies.markup import read_html

# Others are attachments, menus, revisions and whatever plugins keep.
_ARTICLES = ("post", "page")
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"  # excerpts are `encoded` too
_NO_DATE = "0000-00-00"


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """The published posts and pages of an export."""
    return read_items(stream, options, "item", _post)


def _post(item: Element, position: str) -> Item | None:
    if text_at(item, "{*}post_type") not in _ARTICLES or text_at(item, "{*}status") != "publish":
        return None
    title = item.findtext("title") or ""  # HTML, as editors may write it
    submission = submit(
        Block(item.findtext(_CONTENT) or "", "html"),
        read_html(title).text,
        id=text_at(item, "{*}post_id"),
        section=text_at(item, "category[@domain='category']"),
    )
    return as_item(position, submission, url=text_at(item, "link"), date=_date(item))


def _date(item: Element) -> str:
    universal = text_at(item, "{*}post_date_gmt")
    if universal and not universal.startswith(_NO_DATE):
        return f"{universal}Z"
    return text_at(item, "{*}post_date")
