"""Decided articles find their texts by content hash, and no other version's."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from classifier import Article
from classifier.held_texts import join_texts, read_texts
from labels import AnnotationError, DecidedArticle, Judgement, write_jsonl

TITLE, TEXT = "At the fair", "He had struck a canary seller.\n\nShe was not hurt."
JUDGED = {"violence": Judgement(severity=1, editor="u", at="now", artifact="a+1")}


def decided(**given: str) -> DecidedArticle:
    content_hash = Article(TEXT, title=TITLE).content_hash
    title, text = given.get("title"), given.get("text")
    return DecidedArticle(id="1", content_hash=content_hash, labels=JUDGED, title=title, text=text)


def write(tmp_path: Path, *rows: Mapping[str, object]) -> Path:
    write_jsonl(tmp_path / "texts.jsonl", rows)
    return tmp_path / "texts.jsonl"


def test_the_text_of_the_decided_version_is_found_whatever_its_white_space(tmp_path: Path) -> None:
    held = {"id": "1", "title": TITLE, "text": TEXT.replace("\n\n", "\n \n  "), "section": "local"}
    other = {"id": "1", "title": TITLE, "text": TEXT + " It rained."}
    joined = join_texts([decided()], read_texts(write(tmp_path, other, held)))
    [(_, article)] = joined.articles
    assert (article.title, article.section) == (TITLE, "local")
    assert (joined.missing, joined.altered) == ([], [])


def test_another_version_or_none_is_told_and_never_joined(tmp_path: Path) -> None:
    other = {"id": "1", "title": TITLE, "text": TEXT.replace("not", "badly")}
    texts = read_texts(write(tmp_path, other))
    assert join_texts([decided()], texts).altered == ["1"]
    assert join_texts([decided()]).missing == ["1"]
    assert "1 of 1" not in join_texts([decided()]).summary()


def test_a_text_of_its_own_must_have_the_hash() -> None:
    [(_, article)] = join_texts([decided(title=TITLE, text=TEXT)]).articles
    assert article.body == TEXT
    assert join_texts([decided(title=TITLE, text="Another one.")]).altered == ["1"]
    assert join_texts([decided(text=TEXT)]).altered == ["1"]  # the title is part of it


@pytest.mark.parametrize("row", [{"id": 1, "text": "canary"}, {"id": "1"}, {"text": "canary"}])
def test_what_is_no_article_is_refused_without_quoting_it(
    row: dict[str, object], tmp_path: Path
) -> None:
    with pytest.raises(AnnotationError, match="line 1: this is no article") as caught:
        read_texts(write(tmp_path, row))
    assert "canary" not in str(caught.value)
