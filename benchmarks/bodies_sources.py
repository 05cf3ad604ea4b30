"""Sources of bodies, well and badly written, for fuzzing.

They are built from decisions (`pick(n)` gives a number below n), so that any engine can make them.
"""

from collections.abc import Callable, Mapping
from typing import Literal

Pick = Callable[[int], int]
Form = Literal["any", "whole", "well-formed"]
SECRET = "\u2717"  # stands only where no reader sees it

_WORDS = (
    *("Boy", "died", " ", " ", "\n", "\u00e9", "\U0001f622", "\u00ad", "\u2019", "]", "[sic]"),
    *("&amp;", "&lt;p&gt;", "&eacute;", "&#8217;", "&#x1F600;", "&nbsp;", "&NotEqualTilde;"),
    *("&notit;", "&copy 5", "&unknown;", "&", "&#", "&#0;", "&#1;", "> 3", "= \"a'"),
)
BLOCKS = (*("p", "div", "li", "h2", "blockquote", "figcaption", "section", "header"), "td", "hr")
_INLINES = ("b", "a", "em", "span")
_ATTRIBUTES = (
    *("", "", " hidden", ' class="x > X"', " title='X > \"'", " id=X", " src=//X/", '\na = "X>"'),
    *(' a=X"b="', ' ="X', ' b==">', "/ x='X' ", ' a=\t\n\f          "X > X"', " \x0bX", " a\x0b=X"),
)
RAW = ("script", "style", "iframe", "textarea", "title")
_RAW_TEXT = (
    *("X", "<p>X", "a < b && 'X\"", "</p>", "<!-- X", "</b", "&amp;", "<svg>X", '<a b="'),
    *("</NAMEy>X", "</\u017fcript>X"),
)
HOLDERS = ("template", "video", "audio", "object", "canvas", "noscript")
_NOTES = (
    *("<!-- X -->", '<!-- wp:image {"a":"<p>X"} -->', "<!---->", "<!-->", "<!--->", "<!--X--!>"),
    *("<?php X ?>", "<![CDATA[X]]>", "<!DOCTYPE html>", "</>", "</3 X>"),
)
_SHORTCODES = ('[gallery ids="1"]', "[caption X=1]", "[/caption]", "[audio src='X' /]", "[x y=X]")
_BROKEN = (
    *("<", "<a", "<a ", '<a b="', "<a b='", "<!--", "<!", "</", "</p", "<script>", "<style>"),
    *("</script", "</style>", "</SCRIPT >", "<svg>", "</svg>", "<video>", "</video>", "<template>"),
    *("</template>", "<head>", "</head>", "</header>", "-->", "--!>", ">", '"', "'", "/>", "="),
    *("[gallery ", "[", "&am", "p;", "<table>", "<tr>", "</table>", "<select>", "</select>", "\0"),
    *("\r", "\ud83d", "\ude22", "<BR/>", "<P\t>", "\u017f", "<\u017fcript>", "</\u017fcript>"),
)
_OPENINGS = (
    *("<script>", "<style>", "<svg>", "<!--", '<a b="', "<a b='", "<a ", "<", "<p>", "<b>"),
    *("</p>", "[", "[a ", "&am", "<!"),
)
_ENDS = ("", ">", '">', "'>", "</script", "</style b=", "</svg", "</svg>", "-->")
TOKENS = tuple(
    text.replace("X", SECRET)
    for text in (*_WORDS, *_ATTRIBUTES, *_RAW_TEXT, *_NOTES, *_SHORTCODES, *_BROKEN)
    if text
)


def soup(pick: Pick) -> str:
    """Anything next to anything."""
    return "".join(TOKENS[pick(len(TOKENS))] for _ in range(1 + pick(10)))


def misnested(pick: Pick) -> str:
    """Whole tags, comments and scripts, in an order that nests at random."""
    return "".join(_whole(pick) for _ in range(1 + pick(8)))


def page(pick: Pick) -> str:
    """Well-formed: every element that needs an end has it where it belongs."""
    body = "<div>" + "".join(_node(pick, 2) for _ in range(1 + pick(4))) + "</div>"
    if pick(4):
        return body
    head = f"<head>{_raw(pick, 'title')}{_raw(pick, 'style')}</head>"
    return f"<!DOCTYPE html><html>{head}<body>{body}</body></html>"


def row(pick: Pick) -> tuple[str, str, str]:
    """A beginning, what may follow it many times, and an end that it may be looking for."""
    unit = _one(pick, _OPENINGS) + _one(pick, ("", "", *TOKENS))
    return _one(pick, ("", "", *_OPENINGS)), unit, _one(pick, _ENDS)


def _whole(pick: Pick) -> str:
    kind = pick(7)
    if kind == 0:
        return _raw(pick, _one(pick, RAW))
    if kind == 1:
        return _one(pick, (*_NOTES, *_SHORTCODES)).replace("X", SECRET)
    if kind == 2:
        return _one(pick, _WORDS)
    name = _one(pick, ("p", "div", "b", "td", "hr", "head", "video", "svg", "table"))
    return f"</{name}>" if kind < 5 else _start(pick, name)


def _node(pick: Pick, depth: int) -> str:
    kind = pick(8 if depth else 4)
    if kind < 2:
        return "".join(_one(pick, _WORDS) for _ in range(pick(4)))
    if kind == 2:
        return _one(pick, (*_NOTES, *_SHORTCODES)).replace("X", SECRET)
    if kind == 3:
        return _one(pick, ("<br>", "<BR/>", "<hr>", f'<img alt="{SECRET} >">'))
    if kind == 4:
        return _hidden(pick, 2)
    children = "".join(_node(pick, depth - 1) for _ in range(1 + pick(2)))
    if kind == 5:
        return f"<table><tr>{_start(pick, 'td')}{children}</td></tr></table>"
    name = _one(pick, _INLINES if kind == 6 else BLOCKS[:8])
    element = f"{_start(pick, name)}{children}</{name}>"
    # Right inside one of its own kind each of these would close that one.
    return f"<ul>{element}</ul>" if name in ("li", "h2") else element


def _hidden(pick: Pick, depth: int) -> str:
    kind = pick(4)
    if kind == 0 or not depth:
        return _raw(pick, _one(pick, RAW))
    if kind == 1:
        inner = _one(pick, ("", "<svg><g>X</g></svg>", "<style>X</style>")).replace("X", SECRET)
        return f"{_start(pick, 'svg')}{inner}<text>{SECRET}</text></svg>"
    name = _one(pick, HOLDERS)
    inner = f"<source src={SECRET}>{SECRET}{_hidden(pick, depth - 1)}"
    return f"{_start(pick, name)}<em>{inner}</em>{SECRET}</{name}>"


def _raw(pick: Pick, name: str) -> str:
    text = "".join(_one(pick, _RAW_TEXT) for _ in range(pick(3)))
    text = text.replace("NAME", name).replace("X", SECRET)
    return f"{_start(pick, name)}{text}</{name}{' ' * pick(2)}>"


def _start(pick: Pick, name: str) -> str:
    return f"<{name}{_one(pick, _ATTRIBUTES).replace('X', SECRET)}>"


def _one(pick: Pick, choices: tuple[str, ...]) -> str:
    return choices[pick(len(choices))]


BUILDERS: Mapping[Form, Callable[[Pick], str]] = {
    "any": soup,
    "whole": misnested,
    "well-formed": page,
}
