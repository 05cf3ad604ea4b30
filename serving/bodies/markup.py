"""HTML as a reader sees it: what is text, where blocks end, and where each character stands.

Comments (those of Gutenberg among them), scripts and styles are no text; captions and pull quotes
are. Shortcodes of WordPress are taken out, what they enclose stays. Entities are replaced by the
standard library's table.

The tokeniser is our own: lxml, html5lib and selectolax do not tell where a character stands, and
the standard library's parser takes seconds for some forty kilobytes of broken tags. This one looks
at each character a bounded number of times. Where markup is broken it shows too much rather than
too little: what is not shown is not checked.
"""

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from typing import NamedTuple

from serving.bodies.visible import Piece, VisibleText, join_pieces

_BLOCK = re.compile(
    "address|article|aside|blockquote|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset"
    "|figcaption|figure|footer|form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|option|p"
    "|pre|section|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
# Not shown to a reader, if they are closed.
_HIDDEN = re.compile(
    "audio|canvas|datalist|head|iframe|math|noscript|object|script|select|style|svg|template"
    "|textarea|video"
)
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_TAG_STOP = re.compile(r"""[>"']""")
_QUOTED = re.compile(r"=\s*\Z")
# The same characters that `html.unescape` looks at.
_ENTITY = re.compile(r"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
_CORE = "audio|caption|embed|gallery|playlist|video|wp_caption"
# Known ones, closing ones, and those with an attribute; not [sic] and other brackets of editors.
_SHORTCODE = re.compile(
    rf"""
    \[ /? (?:{_CORE}) (?: \s [^\[\]]* )? /? \]
    | \[ / [a-z] [\w-]* \]
    | \[ [a-z] [\w-]* \s+ [\w-]+ = [^\[\]]* \]
    """,
    re.IGNORECASE | re.VERBOSE,
)


def read_html(source: str) -> VisibleText:
    """The visible text of an HTML fragment or page, with its places in `source`.

    Blocks are separated by an empty line, `<br>` is a line break. No markup raises an error.
    """
    return join_pieces(_pieces(source))


class _Markup(NamedTuple):
    """Markup at `source[start:end]`; `name` is that of a tag, or empty."""

    start: int
    end: int
    name: str


def _pieces(source: str) -> Iterator[Piece]:
    """Text and breaks, in order."""
    done = 0
    for markup in _Scanner(source).markup():
        yield from _text(source, done, markup.start)
        if _BLOCK.fullmatch(markup.name):
            yield Piece("\n\n", markup.start, markup.start)
        elif markup.name == "br":
            yield Piece("\n", markup.start, markup.start)
        done = markup.end
    yield from _text(source, done, len(source))


class _Scanner:
    """Finds markup. Searches that would run to the end in vain are known beforehand to do so."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lower = _ascii_lower(source)
        self._last = {mark: source.rfind(mark) for mark in (">", "-->", '"', "'")}
        self._last_close: dict[str, int] = {}
        self._open_end = False  # a tag was found that never ends

    def markup(self) -> Iterator[_Markup]:
        """All markup in order. A `<` that begins none is text."""
        place = self._source.find("<")
        while place >= 0:
            found = self._at(place)
            if found:
                yield found
            place = self._source.find("<", found.end if found else place + 1)

    def _at(self, place: int) -> _Markup | None:
        if self._source.startswith("<!--", place):
            return self._until("-->", place)
        name = None if self._open_end else _NAME.match(self._source, place)
        if not name:
            opened = self._source.startswith(("<!", "<?", "</"), place)
            return self._until(">", place) if opened else None
        end = self._tag_end(name.end())
        if end is None:
            # To a browser all the rest is this tag's; to us it is text, and no tag is in it.
            self._open_end = True
            return None
        tag = name[1].lower()
        if _HIDDEN.fullmatch(tag) and name[0][1] != "/" and self._source[end - 2] != "/":
            return _Markup(place, self._hidden_end(tag, end), "")
        return _Markup(place, end, tag)

    def _until(self, mark: str, place: int) -> _Markup | None:
        if place >= self._last[mark]:
            return None
        return _Markup(place, self._source.index(mark, place) + len(mark), "")

    def _tag_end(self, place: int) -> int | None:
        """Behind the `>` that ends a tag: the first that stands in no quoted value."""
        while place <= self._last[">"]:
            stop = _TAG_STOP.search(self._source, place)
            if stop is None:
                return None
            place = stop.end()
            if stop[0] == ">":
                return place
            before = self._source[max(0, stop.start() - 8) : stop.start()]
            if _QUOTED.search(before) and place <= self._last[stop[0]]:
                place = self._source.index(stop[0], place) + 1
        return None

    def _hidden_end(self, tag: str, place: int) -> int:
        """Behind the next closing tag of that name; `place` where there is none."""
        closing = f"</{tag}"
        if tag not in self._last_close:
            self._last_close[tag] = self._lower.rfind(closing)
        if place > self._last_close[tag]:
            return place
        start = self._lower.index(closing, place)
        return self._tag_end(start + len(closing)) or place


def _ascii_lower(text: str) -> str:
    """Lower case that keeps the length: some capitals have two small letters."""
    return text.translate({code: code + 32 for code in range(ord("A"), ord("Z") + 1)})


def _text(source: str, start: int, end: int) -> Iterator[Piece]:
    """Text between tags: entities replaced, shortcodes out."""
    done = start
    for shortcode in _SHORTCODE.finditer(source, start, end):
        yield from _unescaped(source, done, shortcode.start())
        done = shortcode.end()
    yield from _unescaped(source, done, end)


def _unescaped(source: str, start: int, end: int) -> Iterator[Piece]:
    done = start
    for entity in _ENTITY.finditer(source, start, end):
        last = entity.start() + _entity_length(entity[0])
        text = unescape(source[entity.start() : last])
        if text == source[entity.start() : last]:
            continue
        yield Piece(source[done : entity.start()], done, entity.start())
        yield Piece(text, entity.start(), last)
        done = last
    yield Piece(source[done:end], done, end)


def _entity_length(found: str) -> int:
    """How much of a match is the entity: '&notit;' is '&not' and then 'it;'."""
    name = found[1:]
    if name.startswith("#") or name in html5:
        return len(found)
    known = (length for length in range(len(name) - 1, 1, -1) if name[:length] in html5)
    return 1 + next(known, len(name))
