"""HTML as a reader sees it: what is text, where blocks end, and where each character stands.

Comments (those of Gutenberg among them), scripts and styles are no text; captions and pull quotes
are. Shortcodes of WordPress are taken out, what they enclose stays. Entities are replaced by the
standard library's table.

The tokeniser is our own: lxml, html5lib and selectolax do not tell where a character stands, and
the standard library's parser takes seconds for some forty kilobytes of broken tags. This one finds
tags and comments where the HTML standard does (section 13.2.5) and looks at each character a
bounded number of times. Where markup is broken it shows too much rather than too little: what is
not shown is not checked.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from html.entities import html5
from typing import Literal, NamedTuple

from serving.bodies.visible import Piece, VisibleText, join_pieces

_BLOCK = re.compile(
    "address|article|aside|blockquote|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset"
    "|figcaption|figure|footer|form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|option|p"
    "|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
# Not shown to a reader, if they are closed. No tag is a tag in the raw ones, save the closing one.
_HIDDEN = re.compile("audio|canvas|datalist|math|noscript|object|select|svg|template|video")
_RAW = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.ASCII | re.IGNORECASE)
    for name in ("iframe", "script", "style", "textarea", "title")
}
# White space is that of HTML; `\s` has more.
_NAME = re.compile(r"</?([a-zA-Z][^\t\n\f\r />]*)")
_ATTRIBUTE = re.compile(
    r"""([\t\n\f\r /]+)
    | [^\t\n\f\r />][^\t\n\f\r />=]*
      (?: [\t\n\f\r ]*=[\t\n\f\r ]* (?: "[^"]*" | '[^']*' | [^\t\n\f\r >]* ) )?""",
    re.VERBOSE,
)
_SHORT_COMMENT = re.compile("<!---?>")
_COMMENT_END = re.compile("--!?>")
_END = re.compile(">")
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
    """Markup at `source[start:end]`; what is no tag, or a whole raw element, has no name."""

    start: int
    end: int
    name: str = ""
    kind: Literal["opens", "closes", "alone"] = "alone"


def _pieces(source: str) -> Iterator[Piece]:
    """Text and breaks, in order."""
    markup = list(_Scanner(source).markup())
    hidden = _hidden_ends(markup)
    done = 0
    for found in markup:
        if found.start < done:
            continue
        yield from _text(source, done, found.start)
        if _BLOCK.fullmatch(found.name):
            yield Piece("\n\n", found.start, found.start)
        elif found.name == "br":
            yield Piece("\n", found.start, found.start)
        done = hidden.get(found.start, found.end)
    yield from _text(source, done, len(source))


def _hidden_ends(markup: Sequence[_Markup]) -> dict[int, int]:
    """Where hidden elements end, by where they start.

    One that is still open when an element around it closes is broken, and not among them.
    """
    ends = {}
    unclosed: list[_Markup] = []
    names: Counter[str] = Counter()  # of the unclosed
    for found in markup:
        if found.kind == "opens":
            unclosed.append(found)
            names[found.name] += 1
        elif found.kind == "closes" and names[found.name]:
            opening = unclosed.pop()
            while opening.name != found.name:
                names[opening.name] -= 1
                opening = unclosed.pop()
            names[found.name] -= 1
            if _HIDDEN.fullmatch(found.name):
                ends[opening.start] = found.end
    return ends


class _Scanner:
    """Finds markup from front to back. A search that ran to the end in vain is not repeated."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._vain: set[re.Pattern[str]] = set()
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
            short = _SHORT_COMMENT.match(self._source, place)
            return _Markup(*short.span()) if short else self._until(_COMMENT_END, place, place + 4)
        name = None if self._open_end else _NAME.match(self._source, place)
        if name:
            return self._tag(name)
        opened = self._source.startswith(("<!", "<?", "</"), place)
        return self._until(_END, place, place) if opened else None

    def _until(self, mark: re.Pattern[str], start: int, place: int) -> _Markup | None:
        found = self._search(mark, place)
        return _Markup(start, found.end()) if found else None

    def _tag(self, found: re.Match[str]) -> _Markup | None:
        start, name = found.start(), found[1].lower()
        end, self_closing = self._tag_end(found.end())
        if end is None:
            # To a browser all the rest is this tag's; to us it is text, and no tag is in it.
            self._open_end = True
            return None
        if found[0].startswith("</"):
            return _Markup(start, end, name, "closes")
        if self_closing:
            return _Markup(start, end, name)
        if name in _RAW:
            return _Markup(start, self._raw_end(name, end))
        return _Markup(start, end, name, "opens")

    def _tag_end(self, place: int) -> tuple[int | None, bool]:
        """Behind the `>` that ends a tag, None where there is none, and whether a `/` is before."""
        space = None
        while found := _ATTRIBUTE.match(self._source, place):
            space, place = found[1], found.end()
        if place == len(self._source):
            return None, False
        return place + 1, space is not None and space.endswith("/")

    def _raw_end(self, name: str, place: int) -> int:
        """Behind the next closing tag of that name; `place` where there is none."""
        closing = self._search(_RAW[name], place)
        end = self._tag_end(closing.end())[0] if closing else None
        if end is None:
            self._vain.add(_RAW[name])
        return end or place

    def _search(self, mark: re.Pattern[str], place: int) -> re.Match[str] | None:
        found = None if mark in self._vain else mark.search(self._source, place)
        if not found:
            self._vain.add(mark)
        return found


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
