"""What readers share: an item made of its fields, dates, bytes in chunks, encodings of the web."""

import codecs
import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO

from serving.archive.record import Item, Record, Unreadable
from serving.bodies.body import Block, Body
from serving.submission import Submission

# What reading raises where a packed file is broken. Trouble of the disk or the network isn't among
# these: then the file is not to blame, and it must be read again.
BROKEN = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
_CHUNK = 1 << 16
_LONGEST_DATE = 64
_ASCII = bytes(range(0x20, 0x5C)) + bytes(range(0x5D, 0x7F)) + rb"\n\u0041"  # escapes stay
_YEAR_OR_MONTH = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")


def as_item(position: str, submission: Submission, *, url: str | None, date: str | None) -> Item:
    """A record, if there is anything to read in it. `date` may be in any form of `iso_date`."""
    if not submission.title.strip() and not any(b.source.strip() for b in submission.body.blocks):
        return Unreadable(position, "it has neither a title nor a text")
    return Record(submission, position, url or None, iso_date(date or ""))


def submit(
    body: Block,
    title: str = "",
    *,
    id: str | None = None,
    section: str | None = None,
    language: str | None = None,
) -> Submission:
    """A submission of one block. White space in the title is folded; empty fields are none."""
    return Submission(
        Body([body]), " ".join(title.split()), id or None, section or None, language or None
    )


def iso_date(text: str) -> str | None:
    """A date in ISO 8601, as far as it is known; None where `text` is no date.

    It may be ISO 8601 with or without hyphens (as NITF has it), with a space for the T, or as mail
    and RSS write it.
    """
    text = text.strip()
    if len(text) > _LONGEST_DATE:
        return None
    if _YEAR_OR_MONTH.fullmatch(text):
        return text
    for parse in (date.fromisoformat, datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, OverflowError):
            return parse(text).isoformat().replace("+00:00", "Z")
    return None


def web_address(text: str | None) -> str | None:
    """`text` where it is an address of the web, as identifiers often are."""
    return text if text and text.lower().startswith(("http://", "https://")) else None


def read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream. Raises one of `BROKEN` where it is packed and damaged."""
    while chunk := stream.read(_CHUNK):
        yield chunk


def known_encoding(declared: str) -> str | None:
    """Python's name of an encoding in which ASCII is ASCII; None for others and for no encoding.

    Latin-1 is read as Windows-1252, as browsers do: who declares it means its quotation marks.
    """
    try:
        name = codecs.lookup(declared.strip()).name
        if _ASCII.decode(name, "replace") != _ASCII.decode("ascii"):
            return None
    except (LookupError, ValueError):
        return None
    return "cp1252" if name in ("iso8859-1", "ascii") else name
