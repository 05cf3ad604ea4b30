"""ninjs documents (IPTC), versions 1 to 3, as articles."""

from collections.abc import Mapping
from typing import Any

from serving.bodies.body import Block, Body, Format


class NinjsError(ValueError):
    """The document holds no body that can be read. The message names fields, never values."""


def is_ninjs(document: Mapping[str, Any]) -> bool:
    """Whether an object is a ninjs document rather than a request of ours."""
    return "body" not in document and any(
        key in document for key in ("body_text", "body_html", "bodies", "body_xhtml")
    )


def ninjs_title(document: Mapping[str, Any]) -> str:
    """The main headline; empty where there is none."""
    headlines = document.get("headlines")
    if isinstance(headlines, list):
        values = [h for h in headlines if isinstance(h, dict) and isinstance(h.get("value"), str)]
        mains = [h for h in values if h.get("role") in (None, "main")] or values
        if mains:
            return str(mains[0]["value"])
    headline = document.get("headline")
    return headline if isinstance(headline, str) else ""


def ninjs_body(document: Mapping[str, Any]) -> Body:
    """The body that keeps most: HTML before text. Its block has the field's name as id.

    Raises NinjsError where no body is a string.
    """
    bodies = document.get("bodies")
    if isinstance(bodies, list):
        blocks = [
            Block(entry["value"], _format(entry), f"bodies/{number}")
            for number, entry in enumerate(bodies)
            if isinstance(entry, dict) and isinstance(entry.get("value"), str)
        ]
        html = [block for block in blocks if block.format == "html"]
        if blocks:
            return Body((html or blocks)[:1])
    kinds: tuple[tuple[str, Format], ...] = (
        ("body_html", "html"),
        ("body_xhtml", "html"),
        ("body_text", "text"),
    )
    for field, kind in kinds:
        if isinstance(document.get(field), str):
            return Body([Block(document[field], kind, field)])
    raise NinjsError(
        "The ninjs document has no body that can be read: expected a string in bodies[].value, "
        "body_html, body_xhtml or body_text. Send one of them."
    )


def _format(entry: Mapping[str, Any]) -> Format:
    kind = str(entry.get("contentType") or entry.get("contenttype") or "")
    return "html" if "html" in kind.lower() else "text"
