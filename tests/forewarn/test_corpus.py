"""`forewarn corpus join`: invented annotations and the invented articles they were made for."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from labels import text_hash, write_jsonl
from tests.forewarn.conftest import Command

TITLE = "Man fined for punch at fair"
TEXT = "A court fined a man of 41. He had struck a canary seller.\n\nThe seller lost two teeth."
STRUCK = "He had struck a canary seller."


def annotation(id_: str) -> dict[str, Any]:
    start = TEXT.index(STRUCK)
    return {
        "id": id_,
        "source": "invented",
        "stratum": "random",
        "sha256": text_hash(TEXT),
        "labels": {"minors": 0, "violence": 2, "trauma": 0},
        "sub_labels": ["assault"],
        "details": [],
        "treatment": "court",
        "evidence": {
            "violence": [{"field": "text", "start": start, "end": start + len(STRUCK)}],
        },
    }


def article(id_: str, text: str = TEXT) -> dict[str, Any]:
    return {"id": id_, "title": TITLE, "text": text}


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    write_jsonl(tmp_path / "annotations.jsonl.gz", [annotation(id_) for id_ in "abc"])
    return tmp_path / "annotations.jsonl.gz"


@pytest.mark.parametrize("name", ["texts.jsonl", "texts.jsonl.gz"])
def test_all_texts_join(command: Command, annotations: Path, tmp_path: Path, name: str) -> None:
    texts, out_file = tmp_path / name, tmp_path / "joined.jsonl.gz"
    write_jsonl(texts, [article(id_) for id_ in "cabd"])
    status, out, err = command("corpus", "join", annotations, texts, "--out", out_file)
    assert (status, err) == (0, "")
    assert out == "3 of 3 annotations joined with their texts.\n"
    joined = [json.loads(line) for line in gzip.decompress(out_file.read_bytes()).splitlines()]
    assert [row["id"] for row in joined] == ["a", "b", "c"]
    for row in joined:
        assert (row["title"], row["text"]) == (TITLE, TEXT)
        (span,) = row["evidence"]["violence"]
        assert row["text"][span["start"] : span["end"]] == STRUCK


def test_what_is_missing_or_altered_is_listed(
    command: Command, annotations: Path, tmp_path: Path
) -> None:
    texts, out_file = tmp_path / "texts.jsonl", tmp_path / "joined.jsonl"
    write_jsonl(texts, [article("a"), article("b", TEXT.replace("41", "42"))])
    status, out, err = command("corpus", "join", annotations, texts, "--out", out_file)
    assert (status, err) == (1, "")
    summary, *listed = out.splitlines()
    assert summary.startswith("1 of 3 annotations joined with their texts.")
    assert listed == ["missing: c", "altered: b"]
    assert [json.loads(line)["id"] for line in out_file.read_text("utf-8").splitlines()] == ["a"]
    assert "canary" not in out


def test_without_out_nothing_is_written(
    command: Command, annotations: Path, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "texts.jsonl", [article("a")])
    before = set(tmp_path.iterdir())
    command("corpus", "join", annotations, tmp_path / "texts.jsonl")
    assert set(tmp_path.iterdir()) == before


def refused(command: Command, annotations: Path, texts: Path) -> str:
    """The sentence with which a join ends."""
    status, out, err = command("corpus", "join", annotations, texts)
    assert (status, out) == (2, "")
    assert err.startswith("forewarn corpus: ")
    assert err.count("\n") == 1
    assert "canary" not in err
    return err


def test_a_line_that_is_no_json_is_named_and_not_shown(
    command: Command, annotations: Path, tmp_path: Path
) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_text(json.dumps(article("a")) + "\n{canary\n", "utf-8")
    assert f"{texts} line 2: " in refused(command, annotations, texts)


OTHER_FILES = {
    "list.jsonl": b'["canary"]\n',
    "latin.jsonl": b'{"id": "a", "title": null, "text": "canary caf\xe9"}\n',
    "cut.jsonl.gz": gzip.compress(json.dumps(article("a")).encode(), mtime=0)[:-20],
    "broken.jsonl.gz": gzip.compress(b"", mtime=0)[:10] + b"\xff" * 40,
    "plain.jsonl.gz": json.dumps(article("a")).encode(),
}


@pytest.mark.parametrize(("name", "content"), OTHER_FILES.items(), ids=OTHER_FILES)
def test_a_file_of_something_else_is_refused(
    command: Command, annotations: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    refused(command, annotations, tmp_path / name)


def test_files_that_are_not_there_are_named(
    command: Command, annotations: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.jsonl"
    assert str(gone) in refused(command, annotations, gone)
    assert str(gone) in refused(command, gone, annotations)


def test_annotations_that_are_none_are_refused(command: Command, tmp_path: Path) -> None:
    wrong, texts = tmp_path / "wrong.jsonl", tmp_path / "texts.jsonl"
    write_jsonl(wrong, [annotation("a") | {"labels": {"minors": 9}}])
    write_jsonl(texts, [article("a")])
    assert f"{wrong} line 1: " in refused(command, wrong, texts)
