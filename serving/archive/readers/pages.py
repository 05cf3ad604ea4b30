"""Pages of the web: from a record of an archive to the article in it."""

import logging
import re
import zlib
from dataclasses import dataclass

from trafilatura import bare_extraction
from trafilatura.settings import Document
from warcio.bufferedreaders import ChunkedDataReader
from warcio.limitreader import LimitReader
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeadersParser

from serving.archive.readers.common import as_item, iso_date, known_encoding, submit
from serving.archive.record import Item, Unreadable
from serving.bodies.body import Block

_HTML = re.compile(r"\s*(text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_MAX_HEAD = 1 << 16
_MAX_TAGS = 100_000  # take some ten seconds; a long article has a few thousand
_HTTP = StatusAndHeadersParser(["HTTP/"], verify=False)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4096
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_GZIP = b"\x1f\x8b"
# What these say of a page may quote it; what matters is in the reason of an unreadable item.
for _library in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)


class PageError(Exception):
    """The page cannot be read; the message says why and holds none of its text."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What was said of a page when it was delivered."""

    charset: str = ""
    coding: str = ""
    chunked: bool = False


def read_page(record: ArcWarcRecord, length: int, position: str, max_bytes: int) -> Item | None:
    """The article of a record; None where it is no page that was delivered as HTML.

    `length` is that of the record, as its head says. Nothing larger than `max_bytes` is held.
    """
    head = _head(record)
    if head is None:
        return None
    url = record.rec_headers.get_header("WARC-Target-URI")
    captured = iso_date(record.rec_headers.get_header("WARC-Date") or "")
    try:
        if record.rec_headers.get_header("WARC-Truncated"):
            raise PageError("the crawler cut it off (WARC-Truncated)")
        if length > max_bytes:
            raise PageError(f"larger than {max_bytes} bytes")
        page = decoded(_payload(record, head, max_bytes), head.charset)
        article = extract(page, captured)
    except PageError as error:
        return Unreadable(position, str(error))
    body = Block("\n\n".join((article.text or "").splitlines()), "text")
    submission = submit(body, article.title or "", id=url)
    return as_item(position, submission, url=url, date=article.date)


def _head(record: ArcWarcRecord) -> _Head | None:
    """Reads the head of a delivery; None where it was no page."""
    kind = record.rec_headers.get_header("Content-Type") or ""
    if record.rec_type == "resource":
        return _Head(_charset(kind)) if _HTML.match(kind) else None
    try:
        http = _HTTP.parse(LimitReader(record.raw_stream, _MAX_HEAD))
    except EOFError:  # there is nothing in it
        return None
    kind = http.get_header("Content-Type") or ""
    if http.get_statuscode() != "200" or not _HTML.match(kind):
        return None
    coding = (http.get_header("Content-Encoding") or "").strip().lower()
    chunked = "chunked" in (http.get_header("Transfer-Encoding") or "").lower()
    return _Head(_charset(kind), coding, chunked)


def _charset(kind: str) -> str:
    declared = _CHARSET.search(kind)
    return declared[1] if declared else ""


def _payload(record: ArcWarcRecord, head: _Head, max_bytes: int) -> bytes:
    """The page as it was before it was packed for delivery. Some crawlers keep it so."""
    stream = ChunkedDataReader(record.raw_stream) if head.chunked else record.raw_stream
    data: bytes = stream.read(max_bytes)
    if head.coding in ("", "identity") or data.lstrip()[:1] == b"<":
        return data
    if head.coding not in ("gzip", "x-gzip", "deflate"):
        raise PageError("its Content-Encoding is not read: expected gzip or deflate, or none")
    return _inflated(data, max_bytes)


def _inflated(data: bytes, max_bytes: int) -> bytes:
    """Of gzip or zlib, or deflate as it is."""
    known = data.startswith(_GZIP) or data[:1] == b"\x78"
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32 if known else -zlib.MAX_WBITS)
    try:
        page = unpacking.decompress(data, max_bytes + 1)
    except zlib.error:
        raise PageError("its Content-Encoding is damaged") from None
    if len(page) > max_bytes:
        raise PageError(f"larger than {max_bytes} bytes, once unpacked")
    if not unpacking.eof:
        raise PageError("its Content-Encoding is cut off")
    return page


def decoded(data: bytes, declared: str) -> str:
    """The text of a page. UTF-8 goes before what is declared: by chance nothing else is valid."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        meta = _META.search(data, 0, _META_WITHIN)
        names = (declared, meta[1].decode("ascii", "replace") if meta else "")
        encodings = [found for name in names if (found := known_encoding(name))]
        others = (encoding for encoding in encodings if encoding not in ("utf-8", "utf-8-sig"))
        return data.decode(next(others, "cp1252"), "replace")


def extract(page: str, captured: str | None) -> Document:
    """The article in a page, published at the latest when it was captured."""
    if page.count("<") > _MAX_TAGS:
        raise PageError(f"it has more than {_MAX_TAGS} tags")
    dates = {"original_date": True, "extensive_search": False}
    latest = {"max_date": captured[:10]} if captured else {}  # else it is the day of reading
    try:
        found = bare_extraction(
            page,
            with_metadata=True,
            include_comments=False,
            date_extraction_params=dates | latest,
        )
    except Exception as error:  # the library promises nothing, and pages are what they are
        raise PageError(f"finding its article failed with {type(error).__name__}") from None
    if not isinstance(found, Document) or not found.text:
        raise PageError("no article text found")
    return found
