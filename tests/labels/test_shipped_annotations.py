"""The annotations that the project ships: whole, and without anything of the articles."""

import gzip
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from labels import join, read_annotations

ROWS = {"train": 5559, "dev": 367, "test": 529}


def lines_of(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def corpus_file(repository: Path, split: str) -> Path:
    path = repository.parent / "shared" / "corpus" / f"{split}.jsonl.gz"
    if not path.is_file():
        pytest.skip("the corpus is not beside the repository")
    return path


@pytest.fixture
def folder(repository: Path) -> Path:
    return repository / "labels" / "annotations"


@pytest.mark.parametrize("split", ROWS)
def test_every_line_reads_and_stands_in_order(folder: Path, split: str) -> None:
    path = folder / f"{split}.jsonl.gz"
    annotations = list(read_annotations(path))
    assert len(annotations) == ROWS[split]
    assert [annotation.id for annotation in annotations] == sorted({a.id for a in annotations})
    rows = lines_of(path)
    assert [annotation.as_row() for annotation in annotations] == rows
    assert not {"title", "text", "section"} & {key for row in rows for key in row}


def test_no_article_is_in_two_splits_and_every_source_is_documented(folder: Path) -> None:
    splits = {split: list(read_annotations(folder / f"{split}.jsonl.gz")) for split in ROWS}
    ids = [annotation.id for annotations in splits.values() for annotation in annotations]
    assert len(set(ids)) == sum(ROWS.values())
    sources = {annotation.source for annotations in splits.values() for annotation in annotations}
    table = (folder / "README.md").read_text(encoding="utf-8").partition("## Where")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sources


@pytest.mark.parametrize("split", ROWS)
def test_all_of_them_join_with_the_corpus(repository: Path, folder: Path, split: str) -> None:
    articles = lines_of(corpus_file(repository, split))
    report = join(read_annotations(folder / f"{split}.jsonl.gz"), articles)
    assert (len(report.joined), report.missing, report.altered) == (ROWS[split], [], [])
    originals = {article["id"]: article for article in articles}
    for row in report.joined:
        expected = {key: originals[row["id"]][key] for key in row}
        assert row | {"url": None} == expected | {"url": None}


@pytest.mark.parametrize("split", ROWS)
def test_no_title_or_sentence_of_the_corpus_is_in_them(
    repository: Path, folder: Path, split: str
) -> None:
    articles = lines_of(corpus_file(repository, split))
    sample = random.Random(0).sample(articles, 150)
    pieces = [article["title"] for article in sample if len(article["title"] or "") >= 12]
    for article in sample:
        pieces += re.findall(r"[^.!?\n]{40,}[.!?]", article["text"])[:5]
    assert len(pieces) > 400
    content = gzip.decompress((folder / f"{split}.jsonl.gz").read_bytes()).decode()
    assert [n for n, piece in enumerate(pieces) if piece in content] == []
