"""NewsML-G2 (IPTC): news items, alone or in a news message."""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from serving.archive.readers import nitf
from serving.archive.readers.common import as_item, submit, web_address
from serving.archive.readers.xml import as_html, attribute_at, read_items, text_at
from serving.archive.record import Item, ReadOptions, Unreadable
from serving.bodies.body import Block, read_block

_META = "{*}contentMeta"


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """The news items that are texts. Pictures and withdrawn items are no articles."""
    return read_items(stream, options, "newsItem", _news_item)


def _news_item(item: Element, position: str) -> Item | None:
    if _code(item, "itemClass") not in (None, "text", "composite"):
        return None
    if _code(item, "pubStatus") not in (None, "usable"):
        return None
    content = item.find("{*}contentSet")
    blocks = [] if content is None else list(_blocks(content))
    html = [block for block in blocks if block.format == "html"]
    if not blocks:
        return Unreadable(
            position,
            "it holds no text: expected NITF or XHTML in inlineXML, or inlineData, in contentSet",
        )
    guid = item.get("guid")
    submission = submit(
        (html or blocks)[0],
        _headline(item),
        id=guid,
        section=text_at(item, f"{_META}/{{*}}subject/{{*}}name"),
        language=attribute_at(item, f"{_META}/{{*}}language", "tag") or item.get(nitf.LANGUAGE),
    )
    created = text_at(item, f"{_META}/{{*}}contentCreated")
    date = created or text_at(item, "{*}itemMeta/{*}versionCreated")
    return as_item(position, submission, url=web_address(guid), date=date)


def _code(item: Element, name: str) -> str | None:
    """The last part of a code of itemMeta: `text` of `ninat:text`, or of its URI."""
    path = f"{{*}}itemMeta/{{*}}{name}"
    code = attribute_at(item, path, "qcode") or attribute_at(item, path, "uri")
    return re.split("[:/]", code)[-1] if code else None


def _headline(item: Element) -> str:
    """The main one: that with no role, or with the role `main`."""
    headlines = item.findall(f"{_META}/{{*}}headline")
    mains = [h for h in headlines if re.split("[:/]", h.get("role", "main"))[-1] == "main"]
    texts = ("".join(h.itertext()).strip() for h in mains or headlines)
    return next((text for text in texts if text), "") or nitf.headline(item)


def _blocks(content: Element) -> Iterator[Block]:
    """The renditions of a content set that are text."""
    for inline in content.findall("{*}inlineXML"):
        article = nitf.body_html(inline)
        if article is None:
            body = inline.find(".//{*}body")
            article = as_html(inline if body is None else body)
        yield Block(article, "html")
    for inline in content.findall("{*}inlineData"):
        if not inline.get("encoding"):
            kind = inline.get("contenttype", "")
            text = "".join(inline.itertext())
            yield read_block(text, "html" if "html" in kind else "text" if kind else "auto")
