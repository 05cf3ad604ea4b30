"""Objects of JSON as articles: ninjs documents, and any others as their fields are found."""

import json
import re
from collections.abc import Mapping
from typing import Any

from serving.archive.fields import item_of
from serving.archive.readers.common import as_item, web_address
from serving.archive.readers.lines import decode
from serving.archive.record import Item, ReadOptions, Unreadable
from serving.bodies.ninjs import NinjsError, is_ninjs
from serving.submission import from_ninjs

_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ARTICLES = (None, "text", "composite")
_USABLE = (None, "usable")
_DATES = ("versioncreated", "firstcreated")


def read_document(source: bytes, position: str, options: ReadOptions) -> Item | None:
    """The article in an object of JSON; None for a ninjs document of which none is to be read."""
    try:
        document = parse_json(decode(source))
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")  # never holds text of the document
        return Unreadable(position, f"no valid JSON: {what} at character {error.pos}")
    except RecursionError:
        return Unreadable(position, "its JSON is nested too deeply")
    except ValueError:
        return Unreadable(position, "its JSON has a number with too many digits")
    if not isinstance(document, dict):
        return Unreadable(position, "no object of JSON: expected {…}")
    # `uri` is what every version of ninjs requires; `body_html` alone is kept by others too.
    if "body" not in options.fields and "uri" in document and is_ninjs(document):
        return ninjs_item(document, position)
    return item_of(document, position, options.fields)


def parse_json(text: str) -> Any:
    """What a text of JSON holds, in which tabs and line breaks may stand as they are.

    Half a surrogate pair, which cannot be stored, is replaced.
    """
    document = json.loads(text, strict=False)
    if _ESCAPED_SURROGATE.search(text):
        written = json.dumps(document, ensure_ascii=False)
        document = json.loads(_SURROGATES.sub("\ufffd", written))
    return document


def ninjs_item(document: Mapping[str, Any], position: str) -> Item | None:
    """The article in a ninjs document; None where it is no text, or withheld."""
    if document.get("type") not in _ARTICLES or document.get("pubstatus") not in _USABLE:
        return None
    try:
        submission = from_ninjs(document)
    except NinjsError as error:
        return Unreadable(position, str(error))
    dates = (document.get(name) for name in _DATES)
    date = next((date for date in dates if isinstance(date, str)), None)
    return as_item(position, submission, url=web_address(submission.id), date=date)
