"""Reading and making annotations, on invented articles."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labels import AnnotationError, Span, read_annotations, strip_texts, text_hash, write_jsonl

TITLE = "Ferry crew thanked after night rescue"
TEXT = "Two anglers clung to a buoy off Skerrin for five hours. Both are recovering. 🌊"


def make_row(**changes: Any) -> dict[str, Any]:
    """An annotation of the article above, as a line's object."""
    row: dict[str, Any] = {
        "id": "skerrin-7",
        "source": "skerrin-echo",
        "outlet": "Skerrin Echo",
        "url": "https://echo.example/7",
        "date": "2024-11-03",
        "stratum": "random",
        "cut": False,
        "sha256": text_hash(TEXT),
        "labels": {"minors": 0, "violence": 0, "trauma": 2},
        "sub_labels": ["accident_disaster"],
        "details": [],
        "treatment": "report",
        "evidence": {
            "minors": [],
            "violence": [],
            "trauma": [
                {"field": "text", "start": 0, "end": 55},
                {"field": "title", "start": 0, "end": 37},
            ],
        },
    }
    return row | changes


def span(**changes: Any) -> dict[str, Any]:
    return {"evidence": {"trauma": [{"field": "text", "start": 0, "end": 55} | changes]}}


@pytest.mark.parametrize("name", ["own.jsonl", "own.jsonl.gz"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    rows = [make_row(), make_row(id="skerrin-8", outlet=None, url=None, date=None, cut=True)]
    write_jsonl(tmp_path / name, rows)
    annotations = list(read_annotations(tmp_path / name))
    assert [annotation.as_row() for annotation in annotations] == rows
    assert [list(annotation.as_row()) for annotation in annotations] == [list(row) for row in rows]
    assert annotations[0].sub_labels == ("accident_disaster",)
    assert annotations[0].evidence["trauma"][0] == Span("text", 0, 55)
    assert annotations[0].spans == (Span("text", 0, 55), Span("title", 0, 37))


def test_what_may_be_left_out_has_a_meaning_and_labels_an_order(tmp_path: Path) -> None:
    row = make_row(labels={"trauma": 1, "minors": 0, "violence": 0}, evidence={}, sub_labels=[])
    for key in ("outlet", "url", "date", "cut"):
        del row[key]
    path = tmp_path / "own.jsonl"
    path.write_text(f"{json.dumps(row)}\r\n\n", encoding="utf-8-sig")
    (annotation,) = read_annotations(path)
    assert (annotation.outlet, annotation.url, annotation.date) == (None, None, None)
    assert annotation.cut is False
    assert list(annotation.labels.items()) == [("minors", 0), ("violence", 0), ("trauma", 1)]
    assert annotation.evidence == {"minors": (), "violence": (), "trauma": ()}


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"sublabels": []}, ["unknown key", "'sub_labels'"]),
        ({"text": TEXT}, ["article text", "Got: text. ", "strip_texts"]),
        ({"labels": {"minors": 0, "violence": 0}}, ["a label is missing", "Got: minors, violence"]),
        ({"labels": {"minors": 0, "violence": 0, "truama": 2}}, ["unknown label", "'trauma'"]),
        ({"labels": {"minors": 4, "violence": 0, "trauma": 2}}, ["severities", "Got: 4"]),
        ({"labels": {"minors": -1, "violence": 0, "trauma": 2}}, ["severities", "Got: -1"]),
        ({"labels": {"minors": True, "violence": 0, "trauma": 2}}, ["labels.minors", "Got: True"]),
        ({"labels": [0, 0, 2]}, ["labels has a wrong value", "a table", "a list"]),
        ({"sub_labels": ["accident"]}, ["unknown sub-label", "'accident_disaster'"]),
        ({"sub_labels": ["killing"]}, ["parent is at 0", "Got: killing"]),
        ({"sub_labels": ["death_grief"] * 2}, ["twice", "Got: death_grief"]),
        ({"details": ["graphic"]}, ["unknown detail", "'graphic_detail'"]),
        ({"treatment": "reports"}, ["unknown treatment", "'report'"]),
        ({"treatment": None}, ["treatment has a wrong value", "Got: None"]),
        ({"sha256": text_hash(TEXT).upper()}, ["sha256 is no hash"]),
        ({"id": ""}, ["id has a wrong value", "not empty"]),
        ({"id": 7}, ["id has a wrong value", "Got: 7"]),
        ({"evidence": {"drama": []}}, ["unknown label of evidence", "'trauma'"]),
        ({"evidence": {"minors": span()["evidence"]["trauma"]}}, ["at 0", "Got: minors"]),
        (span(field="body"), ["unknown field of evidence", "title, text"]),
        (span(start=55), ["spans without an inside", "Got: 55-55"]),
        (span(start=-1), ["spans without an inside", "Got: -1-55"]),
        (span(end=55.0), ["evidence.trauma[0].end", "a whole number", "Got: 55.0"]),
        (span(quote="x"), ["unknown key of evidence.trauma[0]"]),
    ],
)
def test_what_is_no_annotation_is_refused(
    tmp_path: Path, changes: dict[str, Any], parts: list[str]
) -> None:
    path = tmp_path / "own.jsonl"
    write_jsonl(path, [make_row(id="fine"), make_row(**changes)])
    reading = read_annotations(path)
    assert next(reading).id == "fine"
    with pytest.raises(AnnotationError) as caught:
        next(reading)
    message = str(caught.value)
    assert message.startswith(f"{path} line 2: ")
    assert [part for part in parts if part not in message] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"id": TEXT, "treatment": TEXT},
        {TEXT: 1},
        {"labels": {TEXT: [TEXT]}},
        {"sub_labels": [TEXT]},
        {"sub_labels": TEXT},
        {"evidence": {TEXT: {TEXT: TEXT}}},
        span(field=TEXT),
        {"sha256": TEXT},
    ],
)
def test_no_error_shows_article_text(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "own.jsonl"
    write_jsonl(path, [make_row(**changes)])
    with pytest.raises(AnnotationError) as caught:
        list(read_annotations(path))
    assert "anglers" not in str(caught.value)
    assert f"{len(TEXT)} characters" in str(caught.value) or "a list" in str(caught.value)


@pytest.mark.parametrize("line", [b'{"id": "anglers"', b"\xff\xfe{}", b"[]", b'"two anglers"'])
def test_a_line_that_is_no_object_is_refused_by_number(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(json.dumps(make_row()).encode() + b"\n" + line + b"\n")
    with pytest.raises(AnnotationError, match=re.escape(f"{path} line 2: ")) as caught:
        list(read_annotations(path))
    assert "anglers" not in f"{caught.value}{caught.value.__cause__}"


def test_an_id_that_comes_again_is_refused(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "own.jsonl", [make_row(), make_row(id="b"), make_row()])
    with pytest.raises(AnnotationError, match=r"line 3: an id comes again.*skerrin-7"):
        list(read_annotations(tmp_path / "own.jsonl"))


@pytest.mark.parametrize("spoil", [lambda data: data[:-20], lambda data: b"plain" + data])
def test_a_broken_gzip_file_is_refused(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "own.jsonl.gz"
    path.write_bytes(spoil(gzip.compress(json.dumps(make_row()).encode() * 50)))
    with pytest.raises(AnnotationError, match="gzip"):
        list(read_annotations(path))


def test_stripping_keeps_the_annotation_and_nothing_of_the_article(tmp_path: Path) -> None:
    article = {"section": "Front page | Sea", "title": TITLE, "text": TEXT}
    rows = [make_row(id=id_) | article for id_ in ("b", "c", "a")]
    write_jsonl(tmp_path / "corpus.jsonl", rows)
    strip_texts(tmp_path / "corpus.jsonl", tmp_path / "one.jsonl.gz")
    strip_texts(tmp_path / "corpus.jsonl", tmp_path / "another-name.jsonl.gz")
    written = (tmp_path / "one.jsonl.gz").read_bytes()
    assert written == (tmp_path / "another-name.jsonl.gz").read_bytes()
    lines = gzip.decompress(written).decode().splitlines()
    assert lines == [json.dumps(make_row(id=id_), separators=(",", ":")) for id_ in ("a", "b", "c")]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (
            "https://echo.example/7?utm_campaign=Ferry%20crew%20thanked#top",
            "https://echo.example/7",
        ),
        ("https://echo.example/story?cid=9&id=7&ref=x", "https://echo.example/story?id=7"),
        ("https://echo.example/story?id%3D7", "https://echo.example/story?id=7"),
        ("https://echo.example/a,b;c", "https://echo.example/a,b;c"),
        (None, None),
    ],
)
def test_stripping_keeps_of_a_url_what_leads_to_the_article(
    tmp_path: Path, url: str | None, kept: str | None
) -> None:
    write_jsonl(tmp_path / "corpus.jsonl", [make_row(url=url, title=TITLE, text=TEXT)])
    strip_texts(tmp_path / "corpus.jsonl", tmp_path / "out.jsonl")
    (annotation,) = read_annotations(tmp_path / "out.jsonl")
    assert annotation.url == kept


def test_the_hash_is_the_documented_one_and_forgives_white_space_and_composition() -> None:
    assert text_hash("Café 🌊\r\n\r\n\tat\u00a0 noon \n") == text_hash("Cafe\u0301 🌊 at noon")
    assert text_hash("Café at noon") == hashlib.sha256("Café at noon".encode()).hexdigest()
    assert len({text_hash(text) for text in ("at noon", "atnoon", "At noon", "at noon.")}) == 4
    assert len(text_hash("a lone surrogate \ud83c")) == 64


def test_a_lone_surrogate_is_written_as_valid_json(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "odd.jsonl", [{"text": "wave \ud83c, 🌊 and \\ud83c"}])
    content = (tmp_path / "odd.jsonl").read_text(encoding="utf-8")
    assert "🌊" in content
    assert json.loads(content) == {"text": "wave \ud83c, 🌊 and \\ud83c"}
