"""What must hold of a body however it is written, said without the code that reads it.

What a browser shows is asked of lexbor, a parser that follows the HTML standard.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import groupby
from zlib import crc32

from selectolax.lexbor import LexborHTMLParser, LexborNode

from benchmarks.bodies_sources import BLOCKS, HOLDERS, RAW, SECRET, Form
from serving.bodies.body import Block, Body
from serving.bodies.units import Unit
from serving.bodies.visible import VisibleText


def wrong(source: str, form: Form) -> Iterator[str]:
    """What does not hold of a source of that form."""
    block = Block(source, "html", "first")
    if not _spans_hold(source, block.visible):
        yield "span"
    if not _anchors_hold(Body([block, Block(source, "text", "second")])):
        yield "anchor"
    if form != "any" and SECRET in block.visible.text:
        yield "hidden text shown"
    plain = source.translate(_PLAIN)
    read = block.visible if plain == source else Block(plain, "html").visible
    if form == "well-formed":
        if _words(read.text) != _words(_shown(plain)):
            yield "other words than a browser's"
        if not _cut_holds(plain, read):
            yield "anchor"
    elif not _OTHER_RULES.search(source) and _letters(_shown(plain)) - _letters(read.text):
        yield "lost"


# Here we follow no browser: what stands in these, closed or not, and text that was never HTML.
_OTHER_RULES = re.compile(
    "<(?:svg|math|video|audio|canvas|object|noscript|select|datalist|template|frameset|plaintext"
    "|xmp|noembed|noframes)",
    re.IGNORECASE,
)
# A browser knows no shortcodes and replaces what is no text.
_PLAIN = {ord("["): "(", 0: "?"} | dict.fromkeys(range(0xD800, 0xE000), "?")
_NO_TAG = r"""(?: \[ /? (?:audio|caption|embed|gallery|playlist|video|wp_caption) [^\[\]]* \]
    | \[ / [^\[\]]+ \] | \[ [^\[\]]+ \s [^\[\]]* = [^\[\]]* \] | &\#[^;&<]+;? )*"""
_MARKUP = re.compile(f"{_NO_TAG} (?: <.*> {_NO_TAG} )?", re.DOTALL | re.IGNORECASE | re.VERBOSE)
_ENCODINGS: tuple[tuple[Unit, str, int], ...] = (
    ("codepoint", "utf-32-le", 4),
    ("utf16", "utf-16-le", 2),
    ("utf8", "utf-8", 1),
)


def _spans_hold(source: str, visible: VisibleText) -> bool:
    """Spans go forward, unescape to their text, and leave out nothing but markup."""
    place = begin = 0
    run = ""  # text without a gap, from source[begin:place]
    for start, end, text in [*_parts(visible), (len(source), len(source), "")]:
        gap = source[place:start]
        if gap or start == end:
            if unescape(source[begin:place]) != run:
                return False
            begin, run = start, ""
        if not (place <= start <= end and _MARKUP.fullmatch(gap)):
            return False
        if text.strip("\n") if start == end else unescape(source[start:end]) != text:
            return False
        if start < end and len(text) > 2:  # more than any entity stands for
            return False
        run += text if start < end else ""
        place = end
    return True


def _parts(visible: VisibleText) -> Iterator[tuple[int, int, str]]:
    """Characters that come from the same place in the source, together."""
    places = zip(visible.starts.tolist(), visible.ends.tolist(), visible.text, strict=True)
    for (start, end), group in groupby(places, key=lambda place: place[:2]):
        yield start, end, "".join(character for _, _, character in group)


def _anchors_hold(body: Body) -> bool:
    """In either block an anchor cuts out what it says, in some unit."""
    begin = 0
    for block in body.blocks:
        visible = block.visible
        start, end = _some_span(visible)
        quote = visible.text[start:end]
        if quote:
            unit, encoding, size = _ENCODINGS[len(visible.text) % 3]
            anchor = body.anchor(begin + start, begin + end, unit)
            cut = block.source[int(visible.starts[start]) : int(visible.ends[end - 1])]
            source, text, expected, shown = (
                value.encode(encoding, "surrogatepass")
                for value in (block.source, visible.text, cut, quote)
            )
            if (
                anchor.block != block.id
                or source[anchor.start * size : anchor.end * size] != expected
                or text[anchor.visible_start * size : anchor.visible_end * size] != shown
                or anchor.before + quote + anchor.after not in visible.text
            ):
                return False
        begin += len(visible.text) + 2
    return True


def _cut_holds(source: str, visible: VisibleText) -> bool:
    """What an anchor cuts out of a well-formed source is what a browser shows of it."""
    start, end = _some_span(visible)
    quote = visible.text[start:end]
    cut = source[slice(*visible.source_span(start, end))] if quote else ""
    return _letters(_shown(cut)) == _letters(quote)


def _some_span(visible: VisibleText) -> tuple[int, int]:
    """From the first letter of some word to the last of some word; (0, 0) where there is none."""
    found = [match.span() for match in re.finditer(r"\S+", visible.text)]
    if not found:
        return 0, 0
    chosen = crc32(visible.text.encode("utf-8", "surrogatepass"))
    first = chosen % len(found)
    last = first + (chosen >> 16) % (len(found) - first)
    return found[first][0], found[last][1]


def _shown(source: str) -> str:
    """What a browser shows, an empty line where blocks begin and end."""
    return "".join(_shown_in(LexborHTMLParser(source).root))


_BREAKS = {*BLOCKS, "br", "table", "tr"}
_SKIPPED = {*RAW, *HOLDERS, "svg", "head"}


def _shown_in(node: LexborNode | None) -> Iterator[str]:
    child = node.first_child if node else None
    while child:
        if child.tag == "-text":
            yield child.text(deep=False)
        elif child.tag not in _SKIPPED:
            edge = "\n\n" if child.tag in _BREAKS else ""
            yield edge
            yield from _shown_in(child)
            yield edge
        child = child.next


def _words(text: str) -> list[str]:
    """Words, without what is invisible."""
    words = ("".join(filter(str.isprintable, word)) for word in text.split())
    return [word for word in words if word]


def _letters(text: str) -> Counter[str]:
    return Counter("".join(_words(text)))
