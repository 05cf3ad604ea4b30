"""Annotations joined with invented texts that are the same, nearly the same, or not the same."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from labels import Annotation, AnnotationError, join, read_annotations, text_hash, write_jsonl

TITLE = "Café owner 🔥 tells of arson night"
FIRST = "Flames took the Café Lumière at 2 a.m. 🔥🚒"
SECOND = "Its owner, José, was treated for burns."
TEXT = f"{FIRST}\n\n{SECOND} Police hold a man."


def spans(*passages: str, title: str = TITLE, text: str = TEXT) -> list[dict[str, Any]]:
    """Where the passages are, in the title or in the text."""
    found = []
    for passage in passages:
        field, whole = ("title", title) if passage in title else ("text", text)
        start = whole.index(passage)
        found.append({"field": field, "start": start, "end": start + len(passage)})
    return found


@pytest.fixture
def annotations(tmp_path: Path) -> list[Annotation]:
    """Three annotations of the article above, with ids in no order."""
    row = {
        "source": "invented",
        "stratum": "random",
        "sha256": text_hash(TEXT),
        "labels": {"minors": 0, "violence": 2, "trauma": 2},
        "sub_labels": ["accident_disaster"],
        "details": [],
        "treatment": "report",
        "evidence": {"violence": spans(TITLE, FIRST), "trauma": spans(SECOND)},
    }
    write_jsonl(tmp_path / "own.jsonl", [row | {"id": id_} for id_ in ("b", "c", "a")])
    return list(read_annotations(tmp_path / "own.jsonl"))


def article(id_: str, text: str = TEXT, title: str | None = TITLE) -> dict[str, object]:
    return {"id": id_, "title": title, "text": text}


def test_joined_missing_and_altered_come_in_the_order_of_the_annotations(
    annotations: list[Annotation],
) -> None:
    other = article("another article", text="Not annotated.") | {"section": "Culture"}
    report = join(annotations, iter([article("a"), other, article("b")]))
    assert [row["id"] for row in report.joined] == ["b", "a"]
    assert (report.missing, report.altered) == (["c"], [])
    assert report.joined[0] == annotations[0].as_row() | {"title": TITLE, "text": TEXT}
    passages = report.joined[0]["evidence"]["violence"]
    assert [report.joined[0][p["field"]][p["start"] : p["end"]] for p in passages] == [TITLE, FIRST]
    changed = [article(id_, text=TEXT.replace("man", "boy")) for id_ in "abc"]
    report = join(annotations, changed)
    assert (report.joined, report.missing, report.altered) == ([], [], ["b", "c", "a"])
    report = join(annotations, [])
    assert (report.joined, report.missing, report.altered) == ([], ["b", "c", "a"], [])


@pytest.mark.parametrize(
    "same",
    [TEXT.replace("\n\n", " \n"), TEXT.replace("\n\n", "\u00a0\t"), f"{TEXT}\n", f"{TEXT} \r\n "],
)
def test_other_white_space_that_moves_no_passage_is_joined(
    annotations: list[Annotation], same: str
) -> None:
    report = join(annotations[:1], [article("b", text=same)])
    assert [row["text"] for row in report.joined] == [same]
    assert report.altered == []


@pytest.mark.parametrize(
    "moved",
    [
        TEXT.replace("\n\n", " "),
        TEXT.replace("\n\n", "\r\n\r\n"),
        f"\n{TEXT}",
        f"\ufeff {TEXT}".replace("\ufeff", ""),
        unicodedata.normalize("NFD", TEXT),
    ],
)
def test_a_text_of_the_same_hash_whose_passages_have_moved_is_altered(
    annotations: list[Annotation], moved: str
) -> None:
    assert text_hash(moved) == annotations[0].sha256
    report = join(annotations[:1], [article("b", text=moved)])
    assert (report.joined, report.altered) == ([], ["b"])


def test_decomposed_accents_behind_the_last_passage_are_joined(tmp_path: Path) -> None:
    text = "A man was stabbed. He had left the Café."
    row = {
        "id": "cafe-1",
        "source": "invented",
        "stratum": "random",
        "sha256": text_hash(text),
        "labels": {"minors": 0, "violence": 2, "trauma": 1},
        "sub_labels": ["assault"],
        "details": [],
        "treatment": "report",
        "evidence": {"violence": spans("A man was stabbed.", text=text)},
    }
    write_jsonl(tmp_path / "own.jsonl", [row])
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    texts = [article("cafe-1", text=decomposed, title=None)]
    (joined,) = join(read_annotations(tmp_path / "own.jsonl"), texts).joined
    assert joined["text"] == decomposed


@pytest.mark.parametrize("title", [None, "", TITLE[:-1], f"Watch: {TITLE}", "Another headline"])
def test_a_title_that_its_passages_do_not_fit_is_altered(
    annotations: list[Annotation], title: str | None
) -> None:
    assert join(annotations[:1], [article("b", title=title)]).altered == ["b"]


def test_a_shortened_text_is_altered(annotations: list[Annotation]) -> None:
    assert join(annotations[:1], [article("b", text=FIRST)]).altered == ["b"]
    assert join(annotations[:1], [article("b", text="")]).altered == ["b"]


@pytest.mark.parametrize(
    "wrong", [{"text": "No id."}, {"id": "b"}, {"id": "b", "text": TEXT, "title": 7}, {"id": 7}]
)
def test_an_object_that_is_no_article_is_refused(
    annotations: list[Annotation], wrong: dict[str, object]
) -> None:
    with pytest.raises(AnnotationError, match="text number 2: this is no article") as caught:
        join(annotations, [article("a"), wrong])
    assert "Flames" not in str(caught.value)


def test_two_texts_for_one_annotation_are_refused(annotations: list[Annotation]) -> None:
    with pytest.raises(AnnotationError, match="text number 3: an id comes again"):
        join(annotations, [article("a"), article("b"), article("a")])


def test_the_summary_counts_and_says_what_to_do(annotations: list[Annotation]) -> None:
    texts = [article("a"), article("b", text="Rewritten.")]
    assert join(annotations, texts).summary() == (
        "1 of 3 annotations joined with their texts. No text for c: add them to the texts. "
        "Not the annotated text for b: get the text as it was annotated, or annotate the article "
        "anew."
    )
    whole = join(annotations, [article(id_) for id_ in "abc"])
    assert whole.summary() == "3 of 3 annotations joined with their texts."


def test_the_example_of_the_format_joins(tmp_path: Path, repository: Path) -> None:
    page = (repository / "labels" / "annotations" / "README.md").read_text(encoding="utf-8")
    shown, annotation, *_ = map(json.loads, re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    write_jsonl(tmp_path / "own.jsonl", [annotation])
    (row,) = join(read_annotations(tmp_path / "own.jsonl"), [shown]).joined
    assert row == annotation | shown
    assert list(row)[: len(annotation)] == re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)[:13]
