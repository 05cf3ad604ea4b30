"""What editors decided, read and written; and its way into annotation tools."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels import (
    AnnotationError,
    DecidedArticle,
    Judgement,
    read_decided,
    read_taxonomy,
    write_jsonl,
)
from labels.annotation_tools import label_studio_tasks, prodigy_tasks
from labels.schema import Reader

CANARY = "canary sings"
HASH = "0" * 64
WORDS = st.text(min_size=1, max_size=30)


def judgement(**changes: Any) -> dict[str, Any]:
    given = {"severity": 2, "editor": "u-1", "at": "2026-11-26T10:00:00+00:00", "artifact": "a+1"}
    return given | changes


def row(**changes: Any) -> dict[str, Any]:
    return {"id": "story-1", "content_hash": HASH, "labels": {"violence": judgement()}} | changes


def read(tmp_path: Path, *rows: dict[str, Any]) -> list[DecidedArticle]:
    write_jsonl(tmp_path / "decided.jsonl", rows)
    return list(read_decided(tmp_path / "decided.jsonl"))


judgements = st.builds(
    Judgement,
    severity=st.integers(0, 3),
    proposed=st.none() | st.integers(0, 3),
    editor=WORDS,
    at=WORDS,
    artifact=WORDS,
    sampling_probability=st.floats(1e-9, 1),
)
articles = st.builds(
    DecidedArticle,
    id=WORDS,
    content_hash=st.from_regex(r"\A[0-9a-f]{64}\Z"),
    section=st.none() | WORDS,
    labels=st.dictionaries(st.sampled_from(read_taxonomy().label_ids), judgements, min_size=1),
    title=st.none() | WORDS,
    text=st.none() | WORDS,
)


@given(articles)
def test_what_is_written_is_read_again(article: DecidedArticle) -> None:
    reader = Reader("here", AnnotationError)
    assert DecidedArticle.from_row(article.as_row(), reader, read_taxonomy()) == article


@given(st.recursive(st.none() | st.booleans() | st.floats() | WORDS, st.lists) | st.just(row()))
def test_whatever_is_no_decided_article_is_refused_without_quoting_it(value: Any) -> None:
    reader = Reader("here", AnnotationError)
    if isinstance(value, dict):
        assert DecidedArticle.from_row(value, reader, read_taxonomy()).id == "story-1"
        return
    with pytest.raises(AnnotationError, match=r"^here"):
        DecidedArticle.from_row(value, reader, read_taxonomy())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": {}}, "no label is judged"),
        ({"labels": {"violense": judgement()}}, "Did you mean 'violence'"),
        ({"labels": {"violence": judgement(severity=4)}}, "unknown severity"),
        ({"labels": {"violence": judgement(proposed=-1)}}, "unknown severity"),
        ({"labels": {"violence": judgement(sampling_probability=0)}}, "above 0 and up to 1"),
        ({"labels": {"violence": judgement(sampling_probability=1.5)}}, "above 0 and up to 1"),
        ({"labels": {"violence": judgement(sampling_probability=True)}}, "a number"),
        ({"content_hash": "ab"}, "no hash"),
        ({"boddy": CANARY}, "unknown key"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_by_place(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(AnnotationError, match=said) as caught:
        read(tmp_path, row(), row(id="story-2") | changes)
    assert "line 2" in str(caught.value)
    assert CANARY not in str(caught.value)


def test_one_version_comes_once_and_another_version_may_come(tmp_path: Path) -> None:
    assert len(read(tmp_path, row(), row(content_hash="1" * 64))) == 2
    with pytest.raises(AnnotationError, match="comes again"):
        read(tmp_path, row(), row())


def test_tasks_have_text_choices_and_no_more_than_was_judged(tmp_path: Path) -> None:
    [article] = read(tmp_path, row(title="At the fair", text="He had struck a seller."))
    [task] = label_studio_tasks([article])
    assert task["data"] == {
        "id": "story-1",
        "title": "At the fair",
        "text": "He had struck a seller.",
    }
    [choice] = task["annotations"][0]["result"]
    assert choice["from_name"] == "violence"
    assert choice["value"] == {"choices": ["2"]}
    [task] = prodigy_tasks([article], read_taxonomy())
    assert task["text"] == "At the fair\n\nHe had struck a seller."
    assert task["accept"] == ["violence:2"]
    assert [option["id"] for option in task["options"]] == [f"violence:{n}" for n in range(4)]


def test_without_text_there_are_no_tasks(tmp_path: Path) -> None:
    articles = read(tmp_path, row())
    with pytest.raises(AnnotationError, match="--texts"):
        label_studio_tasks(articles)
    with pytest.raises(AnnotationError, match="--texts"):
        prodigy_tasks(articles, read_taxonomy())
