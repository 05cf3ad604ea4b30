"""XML as a stream: the elements that are wanted, one at a time, and nothing else in memory.

The parser is expat, of the standard library. lxml, fed with a stream and a target, loses entities
that it does not know without a word, and replaces those that a file declares. A tree that it builds
itself cannot drop an element that is too large before it has all of it.

Nothing is fetched. A file that declares entities is refused; one that only names its DTD, as every
NITF does, is read.
"""

import codecs
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from html import escape
from html.entities import html5
from typing import BinaryIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from serving.archive.readers.common import BROKEN, known_encoding, read_chunks
from serving.archive.record import Item, ReadOptions, Unreadable

MAX_DEPTH = 200
_HEAD = 256  # bytes in which the encoding is declared
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
# XML 1.0 has no place for these, and exports have them all the same.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_VOID = {"br", "hr", "img", "col", "wbr"}
_TAG_NAME = re.compile(r"[a-zA-Z][\w.-]*", re.ASCII)


class _RefusedError(Exception):
    """The file will not be read further; the message says why and holds none of its text."""


def read_items(
    stream: BinaryIO,
    options: ReadOptions,
    name: str,
    as_item: Callable[[Element, str], Item | None],
) -> Iterator[Item]:
    """What `as_item` makes of each outermost element `name` and its position; None is no article.

    Names are compared without their namespace, which differs between versions of a format. Raises
    OSError where the stream cannot be read.
    """
    collector = _Collector(name, options.max_item_bytes)
    reason = None
    chunks = _decoded(stream)
    while reason is None:
        try:
            text = next(chunks, None)
            collector.feed(text or "", final=text is None)
            reason = "" if text is None else None
        except BROKEN:
            reason = "the file is cut off or damaged here"
        except expat.ExpatError as error:
            reason = f"not well-formed from here on: {expat.ErrorString(error.code)}"
        except _RefusedError as error:
            reason = str(error)
        for element, position in collector.take():
            item = element if isinstance(element, Unreadable) else as_item(element, position)
            if item is not None:
                yield item
    if not reason and not collector.number:
        reason = f"there is no <{name}> in this file: expected one for each article"
    if reason:
        yield Unreadable(collector.position, reason)


class _Collector:
    """Takes what expat finds: builds the wanted elements and lets go of all else."""

    def __init__(self, name: str, max_bytes: int) -> None:
        self.number = 0  # of wanted elements so far
        self._name = name
        self._max_bytes = max_bytes
        self._found: deque[tuple[Element | Unreadable, str]] = deque()
        self._fed = 0
        self._depth = 0
        self._item_depth = 0  # 0 where we are in no wanted element
        self._item_start = 0
        self._item_position = ""
        self._builder: TreeBuilder | None = None
        self._objection = ""  # why the element in hand was let go
        parser = expat.ParserCreate("utf-8", "}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.SkippedEntityHandler = self._entity
        parser.EntityDeclHandler = self._refuse_entities
        self._parser = parser

    @property
    def position(self) -> str:
        """Where we are: in an element, or at a line."""
        return self._item_position if self._item_depth else f"line {self._parser.CurrentLineNumber}"

    def feed(self, text: str, final: bool = False) -> None:
        """Raises ExpatError or _RefusedError; what was found before can still be taken."""
        data = _FORBIDDEN.sub(_replacement, text).encode()
        self._fed += len(data)
        self._parser.Parse(data, final)
        if self._fed - self._parser.CurrentByteIndex > 2 * self._max_bytes:
            raise _RefusedError(f"a tag or comment has more than {self._max_bytes} bytes")

    def take(self) -> Iterator[tuple[Element | Unreadable, str]]:
        """What was found since the last time, with its position."""
        while self._found:
            yield self._found.popleft()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _RefusedError(f"elements are nested more than {MAX_DEPTH} deep")
        if not self._item_depth and local(name) == self._name:
            self.number += 1
            self._item_depth, self._objection = self._depth, ""
            self._item_start = self._parser.CurrentByteIndex
            self._item_position = f"item {self.number}, line {self._parser.CurrentLineNumber}"
            self._builder = TreeBuilder()
        if builder := self._building():
            builder.start(_tag(name), {_tag(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        if builder := self._building():
            builder.end(_tag(name))
        if self._depth == self._item_depth:
            place = self._item_position
            found = builder.close() if builder else Unreadable(place, self._objection)
            self._found.append((found, place))
            self._builder, self._item_depth = None, 0
        self._depth -= 1

    def _data(self, text: str) -> None:
        if builder := self._building():
            builder.data(text)

    def _entity(self, name: str, is_parameter: bool) -> None:
        """One of its DTD, which we do not have; those of HTML are known."""
        if is_parameter or not self._builder:
            return
        if f"{name};" in html5:
            self._data(html5[f"{name};"])
        else:
            self._let_go("it has an entity that only its DTD explains; write the character instead")

    def _refuse_entities(self, *_: object) -> None:
        raise _RefusedError("the file declares entities, which are not expanded; remove its DTD")

    def _building(self) -> TreeBuilder | None:
        """The builder of the element that we are in, unless that was let go or is too large."""
        size = self._parser.CurrentByteIndex - self._item_start
        if self._builder and size > self._max_bytes:
            self._let_go(f"larger than {self._max_bytes} bytes")
        return self._builder

    def _let_go(self, objection: str) -> None:
        self._builder, self._objection = None, objection


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """The text of the file. Bytes that its encoding does not have become U+FFFD."""
    chunks = read_chunks(stream)
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD:
            break
    decoder = codecs.getincrementaldecoder(_encoding(head))("replace")
    yield decoder.decode(head)
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _encoding(head: bytes) -> str:
    """As the byte order mark says, or the declaration; else UTF-8."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if head.startswith(mark):
            return name
    declared = _DECLARED.search(head)
    encoding = known_encoding(declared[1].decode("ascii")) if declared else "utf-8"
    if encoding is None:
        raise _RefusedError("its encoding is not the one declared, or unknown; save it as UTF-8")
    return encoding


def _replacement(forbidden: re.Match[str]) -> str:
    """A space for what breaks lines and pages, so that words stay apart."""
    return " " if forbidden[0] in "\v\f" else ""


def _tag(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def local(name: str) -> str:
    """The name of an element without its namespace."""
    return name.rpartition("}")[2]


def text_at(element: Element, path: str) -> str:
    """All text within the first element at `path`; empty where there is none."""
    found = element.find(path)
    return "" if found is None else "".join(found.itertext()).strip()


def attribute_at(element: Element, path: str, name: str) -> str | None:
    """An attribute of the first element at `path` that has it."""
    values = (found.get(name) for found in element.iterfind(path))
    return next((value for value in values if value), None)


def as_html(element: Element, names: Mapping[str, str] | None = None) -> str:
    """What is within an element as HTML, without attributes.

    `names` gives elements other names; to be nameless is to be left out.
    """
    return "".join(_html(element, names or {}))


def _html(element: Element, names: Mapping[str, str]) -> Iterator[str]:
    yield escape(element.text or "", quote=False)
    for child in element:
        name = local(child.tag)
        name = names.get(name, name if _TAG_NAME.fullmatch(name) else "span")
        if name:
            yield f"<{name}>"
            yield from _html(child, names)
            yield "" if name in _VOID else f"</{name}>"
        yield escape(child.tail or "", quote=False)
