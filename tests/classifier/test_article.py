"""Rendering: sentences with offsets, of which none loses a character."""

import pytest
from hypothesis import given

from classifier import Article
from classifier.article import Passage, render, sentence_spans
from classifier.text import normalise
from tests.classifier.texts import ARTICLES, HOSTILE, articles, is_visible, texts


@given(texts())
def test_sentences_take_every_visible_character_once_and_no_space_around(source: str) -> None:
    text = normalise(source).text
    spans = sentence_spans(text)
    ends = [0, *(end for _, end in spans)]
    for (start, end), before in zip(spans, ends, strict=False):
        assert before <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
    between = "".join(text[end:start] for end, (start, _) in zip(ends, spans, strict=False))
    assert not (between + text[ends[-1] :]).strip()


@given(articles())
def test_a_title_is_one_passage_and_the_first(article: Article) -> None:
    rendering = render(article)
    fields = [passage.field for passage in rendering.passages]
    title = normalise(article.title).text
    assert fields.count("title") == bool(title)
    if title:
        assert rendering.passages[0] == Passage("title", 0, len(title))
        assert rendering.text(rendering.passages[0]) == title


@given(articles())
def test_a_passage_points_at_its_own_characters_in_what_was_sent(article: Article) -> None:
    rendering = render(article)
    for passage in rendering.passages:
        start, end = rendering.source_span(passage)
        source = (article.title if passage.field == "title" else article.body)[start:end]
        assert is_visible(source[0])
        assert is_visible(source[-1])
        assert normalise(source).text == rendering.text(passage)


def test_sentences_and_paragraphs_are_told_apart() -> None:
    article = Article(
        title="Flood at Harbour. Two missing",
        body="The river \U0001f30a rose at 3 a.m. on Monday.\r\n\r\nIt fell\r\nagain. Who paid?",
    )
    rendering = render(article)
    assert [rendering.text(passage) for passage in rendering.passages] == [
        "Flood at Harbour. Two missing",
        "The river \U0001f30a rose at 3 a.m. on Monday.",
        "It fell again.",
        "Who paid?",
    ]
    start, end = rendering.source_span(rendering.passages[2])
    assert article.body[start:end] == "It fell\r\nagain."


@pytest.mark.parametrize("empty", ["", " \n ", "\u00ad\x00\ufeff"])
def test_nothing_to_see_is_no_passage(empty: str) -> None:
    assert render(Article(empty, title=empty)).passages == ()
    assert [p.field for p in render(Article("The end.", title=empty)).passages] == ["body"]


def test_what_is_carried_has_no_part_in_the_rendering() -> None:
    plain = ARTICLES[0]
    dressed = Article(plain.body, plain.title, id="7", section="local", language="en")
    assert render(dressed).passages == render(plain).passages
    assert dressed.content_hash == plain.content_hash


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_fall_into_several_sentences(body: str) -> None:
    assert len(render(Article(body)).passages) >= 2
