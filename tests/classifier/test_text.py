"""Normalising: what a reader sees is kept, in its place, and nothing else is."""

import sys
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from classifier.text import PLANES, REPLACEMENT, content_hash, is_invisible, normalise
from tests.classifier.texts import HOSTILE, is_visible, texts
from tests.tiny import WORDS


def is_surrogate(character: str) -> bool:
    return unicodedata.category(character) == "Cs"


def test_nothing_invisible_stands_outside_the_planes_that_are_searched() -> None:
    searched = {code for plane in PLANES for code in plane}
    rest = (chr(code) for code in range(sys.maxunicode + 1) if code not in searched)
    assert not any(character.isspace() or is_invisible(character) for character in rest)


@given(texts())
def test_every_visible_character_is_kept_in_order_and_nothing_else(source: str) -> None:
    visible = [REPLACEMENT if is_surrogate(c) else c for c in source if is_visible(c)]
    text = normalise(source).text
    assert [c for c in text if c not in " \n"] == visible
    assert text == text.strip()


@given(texts())
def test_each_character_knows_where_it_came_from(source: str) -> None:
    normalised = normalise(source)
    assert len(normalised.offsets) == len(normalised.text)
    assert sorted(normalised.offsets) == list(normalised.offsets)
    for character, offset in zip(normalised.text, normalised.offsets, strict=True):
        if character in " \n":
            assert not is_visible(source[offset])
        elif is_surrogate(source[offset]):
            assert character == REPLACEMENT
        else:
            assert character == source[offset]


@given(texts(), st.data())
def test_a_span_of_the_source_begins_and_ends_where_the_text_does(
    source: str, data: st.DataObject
) -> None:
    normalised = normalise(source)
    visible = [i for i, character in enumerate(normalised.text) if character not in " \n"]
    assume(visible)
    first, last = sorted(data.draw(st.tuples(*[st.sampled_from(visible)] * 2)))
    start, end = normalised.source_span(first, last + 1)
    piece = source[start:end]
    assert is_visible(piece[0])
    assert is_visible(piece[-1])
    assert normalise(piece).text == normalised.text[first : last + 1]


@given(texts())
def test_a_normalised_text_stays_as_it_is(source: str) -> None:
    once = normalise(source).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        (" \r\n\u00ad\x00\u3000", ""),
        ("hos\u00adpi\u00adtal", "hospital"),
        ("hos\u00ad\n\u00adpital", "hos pital"),
        ("The\x00 boy\x00", "The boy"),
        ("\ufeffThe boy", "The boy"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\U0001f469"),
        ("a\ud800b\udc00\udc00", "a\ufffdb\ufffd\ufffd"),
        ("One.\r\n\r\nTwo.", "One.\n\nTwo."),
        ("One.\r\nTwo.", "One. Two."),
        ("One.\n \u00ad\t\nTwo.", "One.\n\nTwo."),
        ("One.\u2029\u2029Two.", "One.\n\nTwo."),
        ("One. \t\u00a0 Two.", "One. Two."),
        ("a \u200fshalom\u200e b", "a shalom b"),
        ("\U0001f692 \U0001d4d0", "\U0001f692 \U0001d4d0"),
        ("cafe\u0301 \u00a3 \ufe0f", "cafe\u0301 \u00a3 \ufe0f"),
    ],
)
def test_examples(source: str, text: str) -> None:
    assert normalise(source).text == text


def test_offsets_count_code_points_of_what_was_sent() -> None:
    source = "\ufeff\U0001f692 hos\u00adpital\r\n\r\nbed"
    normalised = normalise(source)
    assert normalised.text == "\U0001f692 hospital\n\nbed"
    assert normalised.source_span(2, 10) == (3, 12)
    assert source[3:12] == "hos\u00adpital"
    assert normalised.source_span(0, 15) == (1, len(source))


@given(texts(), st.sampled_from([" ", "\t", "\r\n", "\u00a0 ", "\u00ad \u200b"]))
def test_the_hash_is_that_of_the_same_words_in_other_white_space(text: str, space: str) -> None:
    words = normalise(text).text.split()
    spaced = content_hash("Title", space + space.join(words) + space)
    assert spaced == content_hash("Title", " ".join(words))


def test_the_hash_holds_where_paragraphs_are_broken_otherwise() -> None:
    assert content_hash("", "One.\n\nTwo.") == content_hash("", "One.\nTwo.")


@given(texts())
def test_the_hash_is_the_same_for_both_forms_of_accents(text: str) -> None:
    decomposed, composed = (unicodedata.normalize(form, text) for form in ("NFD", "NFC"))
    assert content_hash(text, decomposed) == content_hash(composed, composed)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("word", WORDS[:3])
def test_the_hash_changes_with_a_word(text: str, word: str) -> None:
    hashes = {
        content_hash("Title", text),
        content_hash("Title", f"{text} {word}"),
        content_hash(f"Title {word}", text),
    }
    assert len(hashes) == 3


def test_the_hash_tells_title_from_body() -> None:
    pairs = [("a", "b"), ("b", "a"), ("a b", ""), ("", "a b"), ("ab", ""), ("a", "\n\nb c")]
    assert len({content_hash(title, body) for title, body in pairs}) == len(pairs)
