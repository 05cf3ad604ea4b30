"""From article to windows: everything is read, once, and every window fits."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Encoding, Tokenizer, models

from classifier import Article
from classifier.article import Passage
from classifier.windows import NO_SLOT, ArticleEncoder, EncodedArticle, Windowing
from tests.classifier.texts import articles
from tests.tiny import TINY_WINDOWING, tiny_encoder

WORDS_WITHOUT_END = "the boy saw the hospital " * 2_000  # "saw" is three pieces


@pytest.fixture(scope="module")
def encoder() -> ArticleEncoder:
    return tiny_encoder()


def tokenize(encoder: ArticleEncoder, encoded: EncodedArticle, passage: Passage) -> Encoding:
    text = encoded.rendering.text(passage)
    return encoder.tokenizer.encode(text, add_special_tokens=False)


def sentence_ids(encoder: ArticleEncoder, encoded: EncodedArticle) -> list[int]:
    """What the tokenizer makes of the article's sentences, one after the other."""
    passages = encoded.rendering.passages
    return [id_ for passage in passages for id_ in tokenize(encoder, encoded, passage).ids]


def ids_by_passage(encoded: EncodedArticle) -> list[list[int]]:
    """What the windows hold of each passage; only a title may be in several, and is the same."""
    found: dict[int, set[tuple[int, ...]]] = {}
    for window in encoded.windows:
        for slot, passage in enumerate(window.passages):
            ids = window.ids[window.slots == slot]
            found.setdefault(passage, set()).add(tuple(ids.tolist()))
    assert sorted(found) == list(range(len(encoded.passages)))
    assert {len(ids) for ids in found.values()} <= {1}
    return [list(*found[passage]) for passage in range(len(encoded.passages))]


def read_ids(encoded: EncodedArticle) -> list[int]:
    return [id_ for ids in ids_by_passage(encoded) for id_ in ids]


def covered(passages: tuple[Passage, ...], field: str) -> Counter[int]:
    return Counter(i for p in passages if p.field == field for i in range(p.start, p.end))


@given(article=articles())
def test_every_token_is_in_one_passage_and_every_passage_in_a_window(
    encoder: ArticleEncoder, article: Article
) -> None:
    encoded = encoder.encode(article)
    assert read_ids(encoded) == sentence_ids(encoder, encoded)


@given(article=articles())
def test_every_character_that_the_tokenizer_sees_is_in_one_passage(
    encoder: ArticleEncoder, article: Article
) -> None:
    encoded = encoder.encode(article)
    for field in ("title", "body"):
        found = covered(encoded.passages, field)
        assert set(found.values()) <= {1}
        for passage in (p for p in encoded.rendering.passages if p.field == field):
            spans = tokenize(encoder, encoded, passage).offsets
            seen = {passage.start + i for start, end in spans for i in range(start, end)}
            assert seen <= found.keys()


@given(article=articles())
def test_windows_and_sections_fit_the_windowing(encoder: ArticleEncoder, article: Article) -> None:
    encoded = encoder.encode(article)
    for window in encoded.windows:
        assert window.ids.shape == window.slots.shape
        assert len(window.ids) <= TINY_WINDOWING.tokens
        assert 1 <= len(window.passages) <= TINY_WINDOWING.slots
        assert set(window.slots.tolist()) == {NO_SLOT, *range(len(window.passages))}
    sizes = [len(section) for section in encoded.sections]
    assert sizes[1:] or sum(sizes) <= TINY_WINDOWING.section_windows
    assert not sizes[1:] or max(sizes) <= TINY_WINDOWING.long_section_windows
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


@given(article=articles())
def test_the_title_goes_with_every_window(encoder: ArticleEncoder, article: Article) -> None:
    encoded = encoder.encode(article)
    if not encoded.passages or encoded.passages[0].field == "body":
        return
    title = ids_by_passage(encoded)[0]
    assert len(title) <= TINY_WINDOWING.title_tokens
    for section in encoded.sections:
        for number, window in enumerate(section):
            assert window.ids[1 : 1 + len(title)].tolist() == title
            assert (0 in window.passages) == (number == 0)


@given(st.integers(1, 60), st.integers(1, 7), st.integers(1, 7))
def test_a_long_article_is_shared_out_evenly_to_short_sections(
    windows: int, whole: int, most: int
) -> None:
    windowing = Windowing(20, 4, slots=2, section_windows=whole, long_section_windows=most)
    encoded = tiny_encoder(windowing).encode(Article("The police came. " * windows))
    sizes = [len(section) for section in encoded.sections]
    assert sum(sizes) == windows
    assert len(sizes) == (1 if windows <= whole else -(-windows // most))
    assert max(sizes) - min(sizes) <= 1


def test_a_window_is_title_and_whole_passages(encoder: ArticleEncoder) -> None:
    encoded = encoder.encode(Article("The boy died. Police came.", title="The court"))
    (window,) = encoded.windows
    tokens = [str(encoder.tokenizer.id_to_token(int(id_))) for id_ in window.ids]
    title, first, second = "the court", "the boy died .", "police c ##a ##m ##e ."
    assert " ".join(tokens) == f"[CLS] {title} [SEP] {first} {second} [SEP]"
    assert window.slots.tolist() == [-1, 0, 0, -1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, -1]
    assert window.passages == (0, 1, 2)


@pytest.mark.parametrize("field", ["title", "body"])
def test_what_is_longer_than_a_window_is_cut_between_words_and_read_to_its_end(
    encoder: ArticleEncoder, field: str
) -> None:
    encoded = encoder.encode(Article(**{"body": "", field: WORDS_WITHOUT_END}))
    (whole,) = encoded.rendering.passages
    assert read_ids(encoded) == sentence_ids(encoder, encoded)
    assert len(encoded.sections) > 50
    parts = [encoded.rendering.text(passage) for passage in encoded.passages]
    assert " ".join(parts) == encoded.rendering.text(whole)
    assert {passage.field for passage in encoded.passages} == {field}


@pytest.mark.parametrize(
    ("word", "unknown"),
    [("-" * 50_000, 0.0), ("x" * 50_000, 1.0), ("x" * 100, 0.0)],
    ids=["50,000 dashes", "50,000 letters", "100 letters"],
)
def test_a_word_longer_than_a_window_is_read_to_its_end(
    encoder: ArticleEncoder, word: str, unknown: float
) -> None:
    encoded = encoder.encode(Article(f"The boy {word}", title="The court"))
    assert read_ids(encoded) == sentence_ids(encoder, encoded)
    parts = [encoded.rendering.text(passage) for passage in encoded.passages]
    assert "".join(parts).replace(" ", "") == f"ThecourtTheboy{word}"
    assert encoded.unknown_share == pytest.approx(unknown, abs=0.01)


@pytest.mark.parametrize("empty", ["", " \r\n", "\u00ad\x00"])
def test_an_empty_article_has_no_windows(encoder: ArticleEncoder, empty: str) -> None:
    encoded = encoder.encode(Article(empty, title=empty))
    assert (encoded.sections, encoded.passages, encoded.unknown_share) == ((), (), 0.0)


def test_a_title_alone_is_read(encoder: ArticleEncoder) -> None:
    encoded = encoder.encode(Article("", title="The court"))
    assert encoded.passages == (Passage("title", 0, 9),)
    assert [window.passages for window in encoded.windows] == [(0,)]


@pytest.mark.parametrize(
    ("body", "share"),
    [
        ("the boy.", 0.0),
        ("the \u0449\u0449\u0449", 0.5),
        ("\U0001f692 \U0001f692", 1.0),
        ("the caf\u00e9s", 0.0),
        ("...", 0.0),
    ],
)
def test_the_share_of_characters_without_a_word(
    encoder: ArticleEncoder, body: str, share: float
) -> None:
    assert encoder.encode(Article(body)).unknown_share == share


def test_a_tokenizers_own_truncation_and_padding_are_switched_off() -> None:
    whole = tiny_encoder()
    tokenizer = tiny_encoder().tokenizer
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=64)
    article = Article("The boy was at school with his mother and his father.", title="The girl")
    (found,) = ArticleEncoder(tokenizer, TINY_WINDOWING).encode(article).windows
    (expected,) = whole.encode(article).windows
    assert np.array_equal(found.ids, expected.ids)


def test_a_tokenizer_without_the_special_tokens_is_refused() -> None:
    tokenizer = Tokenizer(models.WordPiece(vocab={"[PAD]": 0, "[UNK]": 1}, unk_token="[UNK]"))
    with pytest.raises(ValueError, match="no special token"):
        ArticleEncoder(tokenizer, TINY_WINDOWING)
