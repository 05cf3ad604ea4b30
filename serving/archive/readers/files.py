"""Files that hold one article each: plain text and HTML."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from serving.archive.readers.common import BROKEN, as_item, read_chunks, submit, web_address
from serving.archive.readers.lines import as_utf8, decode
from serving.archive.readers.pages import PageError, decoded, extract
from serving.archive.record import Item, ReadOptions, Unreadable
from serving.bodies.body import Block

_POSITION = "file"
_LONGEST_TITLE = 300  # characters; a first line that is longer is a paragraph
_TITLE = re.compile(rf"\s*(\S[^\n]{{,{_LONGEST_TITLE}}})\n[^\S\n]*\n(?=\s*\S)")
_PAGE = re.compile(r"<(!doctype|html|head|body)\b", re.IGNORECASE)


def read_text(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """A plain text. A first line with an empty one behind it is its title."""
    data = _content(stream, options.max_item_bytes)
    if isinstance(data, Unreadable):
        yield data
        return
    text = decode(data).replace("\r\n", "\n")
    title = _TITLE.match(text)
    body = text[title.end() :] if title else text
    submission = submit(Block(body, "text"), title[1] if title else "")
    yield as_item(_POSITION, submission, url=None, date=None)


def read_html(stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
    """The article of a whole page, without what stands around it; a fragment as it is."""
    data = _content(stream, options.max_item_bytes)
    if isinstance(data, Unreadable):
        yield data
        return
    source = decoded(data, "")
    if not _PAGE.search(source):
        yield as_item(_POSITION, submit(Block(source, "html")), url=None, date=None)
        return
    try:
        article = extract(source, None)
    except PageError as error:
        yield Unreadable(_POSITION, str(error))
        return
    body = Block("\n\n".join((article.text or "").splitlines()), "text")
    submission = submit(body, article.title or "")
    yield as_item(_POSITION, submission, url=web_address(article.url), date=article.date)


def _content(stream: BinaryIO, max_bytes: int) -> bytes | Unreadable:
    content = bytearray()
    try:
        for chunk in as_utf8(read_chunks(stream)):
            content += chunk
            if len(content) > max_bytes:
                return Unreadable(_POSITION, f"larger than {max_bytes} bytes")
    except BROKEN:
        return Unreadable(_POSITION, "the file is cut off or damaged")
    return bytes(content)
