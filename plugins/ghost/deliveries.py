"""What Ghost delivers, as articles for Forewarn."""

import json
from dataclasses import dataclass, field
from typing import Any

LONGEST_TEXT = 2000  # characters of a text that stands alone, for Forewarn
LONGEST_NAME = 200


class UnreadableError(Exception):
    """A delivery has not the form of Ghost's."""


@dataclass(frozen=True)
class Delivery:
    """A version of an article. `request` is the body of POST /v1/classify."""

    article: str
    updated_at: str
    request: dict[str, Any] = field(repr=False)


def read_delivery(body: bytes) -> Delivery | None:
    """The published post or page of a delivery; None where there is nothing to check.

    Raises UnreadableError, which holds nothing of the delivery.
    """
    try:
        sent = json.loads(body)
        kind = next(kind for kind in ("post", "page") if kind in sent)
        current = sent[kind]["current"]
        if not current or current.get("status") not in ("published", "sent"):
            return None  # unpublished, deleted or a draft again
        name, updated_at = current["id"], current["updated_at"]
        if not (isinstance(name, str) and isinstance(updated_at, str) and name and updated_at):
            raise UnreadableError
        request = _request_of(current)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, StopIteration):
        raise UnreadableError from None
    return Delivery(name, updated_at, request) if request else None


def _request_of(current: dict[str, Any]) -> dict[str, Any] | None:
    """The article, for the review desk. None where it has neither text nor title: a picture, say.

    Without a text the title is what there is to read.
    """
    title, html = _text(current.get("title")), _text(current.get("html"))
    if not title and not html:
        return None
    body = {"body": html, "body_format": "html"} if html else {"body": title, "body_format": "text"}
    request = {"id": current["id"][:LONGEST_NAME], "title": title, "queue": True, **body}
    excerpt = _text(current.get("custom_excerpt"))  # which readers meet elsewhere
    if excerpt and len(excerpt) <= LONGEST_TEXT:
        request["social"] = excerpt
    section = _text((current.get("primary_tag") or {}).get("name"))
    if section:
        request["section"] = section[:LONGEST_NAME]
    return request


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise UnreadableError
    return value if value and value.strip() else ""
