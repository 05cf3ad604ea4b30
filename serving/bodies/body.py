"""A body of one or more blocks, read to one visible text, and the way back from it."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal

from serving.bodies.markup import read_html
from serving.bodies.units import Unit, count_units
from serving.bodies.visible import VisibleText, plain_text

Format = Literal["text", "html"]
_BETWEEN = "\n\n"
_WORDS_AROUND = 6
# A tag of HTML or a comment of Gutenberg; a `<` of a plain text hardly looks like that.
_MARKUP = re.compile(
    r"<!--|</?(?:p|br|div|span|a|b|i|em|strong|h[1-6]|ul|ol|li|blockquote|figure|figcaption|table"
    r"|section|article|img|script|style)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(rf"(?:\S+\s+){{0,{_WORDS_AROUND}}}\Z")
_WORD_AFTER = re.compile(rf"(?:\s+\S+){{0,{_WORDS_AROUND}}}")
_CONTEXT = 200  # characters in which words before and after are looked for


@dataclass(frozen=True)
class Block:
    """One block as it was sent. `id` is the sender's; a body that is one string has none."""

    source: str
    format: Format
    id: str | None = None

    @cached_property
    def visible(self) -> VisibleText:
        """What a reader sees of it."""
        return read_html(self.source) if self.format == "html" else plain_text(self.source)


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a passage stands: in its block, in the block's visible text and in its source.

    `before` and `after` are a few visible words around it, white space and all.
    """

    block: str | None
    start: int  # in the block's source as sent
    end: int
    visible_start: int  # in the block's visible text
    visible_end: int
    before: str
    after: str


@dataclass(frozen=True)
class Body:
    """Blocks in reading order."""

    blocks: Sequence[Block]

    @cached_property
    def text(self) -> str:
        """The visible text of all blocks, an empty line between them."""
        return _BETWEEN.join(block.visible.text for block in self.blocks)

    @cached_property
    def _begins(self) -> list[int]:
        lengths = (len(block.visible.text) + len(_BETWEEN) for block in self.blocks)
        return [0, *accumulate(lengths)]

    def anchor(self, start: int, end: int, unit: Unit) -> Anchor:
        """The anchor of the passage [start, end) of `text`, its offsets counted in `unit`.

        A passage lies in one block: sentences do not go past an empty line.
        """
        number = bisect_right(self._begins, start, hi=len(self.blocks)) - 1
        block, begin = self.blocks[number], self._begins[number]
        visible = block.visible
        first, last = start - begin, end - begin
        source_start, source_end = visible.source_span(first, last)
        before = _WORD_BEFORE.search(visible.text, max(0, first - _CONTEXT), first)
        after = _WORD_AFTER.match(visible.text, last, last + _CONTEXT)
        return Anchor(
            block=block.id,
            start=count_units(block.source, source_start, unit),
            end=count_units(block.source, source_end, unit),
            visible_start=count_units(visible.text, first, unit),
            visible_end=count_units(visible.text, last, unit),
            before=before[0] if before else "",
            after=after[0] if after else "",
        )


def read_block(source: str, format: str = "auto") -> Block:
    """A body that is one string: of that format, or `auto`, HTML where it has tags."""
    html = format == "html" or (format == "auto" and _MARKUP.search(source) is not None)
    return Block(source, "html" if html else "text")
