"""HTML: what a reader sees, and where it stands in the source, whatever the markup."""

import re
from html import escape, unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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
    ],
)
def test_broken_markup_shows_too_much_rather_than_too_little(broken: str) -> None:
    assert "A man" in words(broken)
    assert "died" in words(broken)


@pytest.mark.parametrize(
    "unit", ["<", "<a ", "<a<", "<!--", '<a b="', "<script>", "<svg>", "</", "&", "["]
)
def test_a_long_row_of_anything_is_read_in_one_go(unit: str) -> None:
    """Quadratic readers need minutes for this."""
    assert len(read_html(unit * 100_000).text) <= 100_000 * len(unit)


TAGS = st.sampled_from(
    [
        *("<", ">", "&", "<p>", "</p>", "<b>", "</b>", "<br>", "<li>", "<svg>", "</svg>", "</a>"),
        *('<div class="a > b">', "</div>", "<!-- wp:x -->", "<!--", "<a href='&amp;'>"),
        *("<script>x<y</script>", "&amp;", "&nbsp", "&#8217;", "&eacute;", "&shy;", "\u00ad"),
        *('[gallery id="1"]', "[sic]"),
    ]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SOUP = st.lists(TAGS | TEXT, max_size=30).map("".join)


@given(SOUP)
@example("&lt;p&gt;")
def test_every_character_stands_where_it_says(source: str) -> None:
    visible = read_html(source)
    assert len(visible.starts) == len(visible.ends) == len(visible.text)
    before = (0, 0)
    spans = zip(visible.starts.tolist(), visible.ends.tolist(), strict=True)
    for character, (start, end) in zip(visible.text, spans, strict=True):
        assert before[1] <= start <= end <= len(source) or (start, end) == before
        if end > start:
            assert character in unescape(source[start:end])
        else:
            assert character == "\n"
        before = (start, end)


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
