"""Offsets in the unit that the caller counts in."""

from typing import Literal

Unit = Literal["codepoint", "utf16", "utf8"]


def count_units(text: str, place: int, unit: Unit) -> int:
    """How many units the first `place` code points of `text` take.

    JavaScript and Java count UTF-16 units, Go and Rust bytes of UTF-8, Python code points.
    """
    if unit == "codepoint" or text.isascii():
        return place
    head = text[:place]
    if unit == "utf16":
        return len(head.encode("utf-16-le", "surrogatepass")) // 2
    return len(head.encode("utf-8", "surrogatepass"))
