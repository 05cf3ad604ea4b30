"""HTML: what a reader sees, and where it stands in the source, whatever the markup."""

import re
from html import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bodies_oracle import wrong
from benchmarks.bodies_sources import BUILDERS, Form
from serving.bodies.markup import read_html


def words(html: str) -> str:
    return " ".join(read_html(html).text.split())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>A boy &amp; a girl</p>", "A boy & a girl"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<p>he<b>ll</b>o</p>", "hello"),
        ('<!-- wp:paragraph {"a":"<p>"} --><p>Text</p><!-- /wp:paragraph -->', "Text"),
        ('a<script>if (a < b) { c("</p>") }</script>b', "ab"),
        ("<style>p > a { color: red }</style>Text", "Text"),
        ('<figure><img alt="no"><figcaption>Caption</figcaption></figure>', "Caption"),
        ('<blockquote class="pull"><p>Quote</p></blockquote>', "Quote"),
        ('[caption id="a" width="3"]<img src=x> A caption[/caption]', "A caption"),
        ('[gallery ids="1,2"]Text[embed]http://x[/embed]', "Texthttp://x"),
        ("He said [sic] the [unnamed] man", "He said [sic] the [unnamed] man"),
        ("<a title=\"1 > 0\" href='x'>link</a>", "link"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("<P>UP</P><BR/>per", "UP per"),
        (
            "&notit; &copy 5 &unknown; &#x1F600;&#0;",
            "\u00acit; \u00a9 5 &unknown; \U0001f600\ufffd",
        ),
        ("<svg><text>no</text></svg>yes<noscript>no</noscript>", "yes"),
        ("<?php echo 1 ?><!DOCTYPE html><![CDATA[x]]>Text", "Text"),
        ("<!--no--!>yes<!-- no -->", "yes"),
        ("<head><title>no</title><body><header>yes</header>", "yes"),
        ("<svg><svg></svg><text>no</text></svg>yes", "yes"),
        ("<template><source src=x>no<template></template>no</template>yes", "yes"),
        ("<script></scripts>no</script>yes", "yes"),
        ("<script src=//x/>no</script>yes<script src='x' />yes", "yesyes"),
        ('<a b=c"d=">yes">', 'yes">'),
        ('<a ="x>yes" no="', 'yes" no="'),
        ("<a b =          'x > no'>yes", "yes"),
        ('<b\u00a0c=">yes">', 'yes">'),
        ("", ""),
    ],
)
def test_what_a_reader_sees(html: str, text: str) -> None:
    assert words(html) == text


@pytest.mark.parametrize(
    "broken",
    [
        "<p>A man died <b",
        "<p>A man died <!-- never closed",
        "A man died <script>var x",
        "A man <svg>died",
        'A man died <a href="x>y</a>',
        "<p>A man <b>died</p></b></i>",
        "A man died </",
        "A man died &",
        "A man died &#",
        "<<p>>A man died<",
        "<p>A man <video></p><p>died</p><video></video>",
    ],
)
def test_broken_markup_shows_too_much_rather_than_too_little(broken: str) -> None:
    assert "A man" in words(broken)
    assert "died" in words(broken)


@pytest.mark.parametrize(
    ("unit", "end"),
    [(unit, "") for unit in ("<", "<a ", "<a<", "<!--", '<a b="', "<script>", "</", "&", "[")]
    + [("<script>", "</script"), ("<svg>", "</svg")],
)
def test_a_long_row_of_anything_is_read_in_one_go(unit: str, end: str) -> None:
    """Quadratic readers need minutes for this."""
    source = unit * 100_000 + end
    assert len(read_html(source).text) <= len(source)


@pytest.mark.parametrize("form", BUILDERS)
@given(st.data())
def test_it_reads_what_a_browser_shows_and_knows_where_it_stands(
    form: Form, data: st.DataObject
) -> None:
    source = BUILDERS[form](lambda n: data.draw(st.integers(0, n - 1)))
    assert not list(wrong(source, form)), source


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="[]"), min_size=1)
    )
)
def test_escaped_text_comes_back_and_its_source_unescapes_to_it(parts: list[str]) -> None:
    html = "".join(f"<p>{escape(part[:3])}<em>{escape(part[3:])}</em></p>" for part in parts)
    visible = read_html(html)
    assert visible.text.replace("\n\n", "") == "".join(unescape(escape(p)) for p in parts)
    for start in range(len(visible.text)):
        for end in (start + 1, start + 5):
            piece = visible.text[start:end]
            if piece.strip() != piece or end > len(visible.text) or "\n" in piece:
                continue
            source = html[slice(*visible.source_span(start, end))]
            assert unescape(re.sub(r"</?(?:p|em)>", "", source)) == piece
