"""Measuring the check of identification: figures worked out by hand, and the whole path once."""

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier import SensitivityClassifier
from classifier.artifact import read_manifest, released_artifact
from tests.training.invented import invented_row
from training.corpus import read_split
from training.identification import (
    DECIDERS,
    DOCUMENT,
    FIGURES,
    decider_figures,
    document_identification,
    identification_table,
    measure_identification,
    split_figures,
)

CHILD = "Mara Quill, 9, was bullied. "


@pytest.fixture(scope="module")
def annotated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dev and test of twelve articles each: four name a child, three of those are annotated, and
    so is one that names nobody."""
    folder = tmp_path_factory.mktemp("annotated")
    for split, start in (("dev", 0), ("test", 12)):
        rows = [identified(invented_row(start + number), number) for number in range(12)]
        with gzip.open(folder / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def identified(row: dict[str, Any], number: int) -> dict[str, Any]:
    named = {"text": CHILD + row["text"], "evidence": None} if number < 4 else {}
    marked = ["minor_identifiable"] if number in (1, 2, 3, 4) else []
    return row | named | {"sub_labels": marked}


@pytest.fixture(scope="module")
def folder(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the throwaway artifact, to write figures into."""
    return shutil.copytree(artifact, tmp_path_factory.mktemp("measured") / "artifact")


@pytest.fixture(scope="module")
def measured(folder: Path, annotated: Path) -> dict[str, Any]:
    return measure_identification(folder, annotated)


def test_figures_are_those_counted_by_hand() -> None:
    truth = np.array([1, 1, 1, 0, 0, 0], dtype=bool)
    said = np.array([1, 1, 0, 1, 0, 0], dtype=bool)
    found = decider_figures(truth, said)
    assert (found["said"], found["right"]) == (3, 2)
    for name in ("precision", "recall", "f1"):
        low, high = found[name]["interval"]
        assert found[name]["value"] == pytest.approx(2 / 3, abs=1e-4)
        assert low < found[name]["value"] < high


def test_each_decider_is_counted_on_each_split(measured: dict[str, Any]) -> None:
    assert list(measured["splits"]) == ["dev", "test"]
    for found in measured["splits"].values():
        assert (found["articles"], found["positives"]) == (12, 4)
        assert found["deciders"].keys() == DECIDERS.keys()
        check = found["deciders"]["check_likely"]
        assert (check["said"], check["right"]) == (4, 3)
        assert check["precision"]["value"] == check["recall"]["value"] == 0.75
        # The throwaway artifact finds minors at severity 3 everywhere.
        assert found["deciders"]["involved_likely"] == check


def test_the_figures_lie_in_the_artifact(measured: dict[str, Any], folder: Path) -> None:
    assert json.loads((folder / FIGURES).read_text("utf-8")) == measured
    assert measured["artifact"] == read_manifest(folder).version


def test_the_table_has_a_line_for_each_decider(measured: dict[str, Any]) -> None:
    table = identification_table(measured)
    assert all(table.count(f"| {name} |") == 2 for name in DECIDERS.values())
    assert "12 articles, 4 with an identifiable minor" in table
    assert len(re.findall(r"\| 75\.0 \(\d+\.\d–\d+\.\d\) \|", table)) >= 2


def test_the_document_gets_the_table(measured: dict[str, Any], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Before\n<!-- begin identification -->\nold\n<!-- end identification -->\nAfter\n"
    )
    document_identification(measured, page)
    text = page.read_text("utf-8")
    assert identification_table(measured) in text
    assert text.startswith("Before\n")
    assert text.endswith("\nAfter\n")
    assert "old" not in text


def test_the_document_shows_the_released_artifacts_figures(tmp_path: Path) -> None:
    """If this fails: `forewarn evaluate --identification` writes figures and table anew."""
    figures = json.loads((released_artifact() / FIGURES).read_text("utf-8"))
    assert figures["artifact"] == read_manifest(released_artifact()).version
    copy = tmp_path / "page.md"
    copy.write_text(DOCUMENT.read_text("utf-8"), "utf-8")
    document_identification(figures, copy)
    assert copy.read_text("utf-8") == DOCUMENT.read_text("utf-8")


def test_a_split_without_positives_has_no_average_precision(
    folder: Path, annotated: Path, tmp_path: Path
) -> None:
    with gzip.open(annotated / "test.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) | {"sub_labels": []} for line in file]
    with gzip.open(tmp_path / "test.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    found = split_figures(SensitivityClassifier.load(folder), read_split(tmp_path, "test"))
    assert found["average_precision"] is None
    assert "Average precision" not in identification_table({"splits": {"test": found}})
