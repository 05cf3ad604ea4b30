"""The API and a screening say the same of the same article."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.archive.record import Record
from serving.archive.run import batch_of
from serving.archive.scoring import Scorer, Scoring
from serving.bodies.body import Body, read_block
from serving.submission import Submission

BODIES = [
    "The girl, nine, was hurt when a ferry struck the wall.\n\nPolice said it was stormy.",
    "<p>The <b>girl</b>, 9, was hurt &mdash; badly.</p><!-- wp:more --><p>They said so.</p>",
    "Ein Mädchen wurde am Dienstag im Hafen verletzt, als eine Fähre gegen die Mauer stieß.",
]


@pytest.mark.parametrize("body", BODIES)
def test_api_and_archive_agree(
    body: str, client: TestClient, classifier: SensitivityClassifier
) -> None:
    title = "Child hurt at the harbour"
    said = client.post("/v1/classify", json={"title": title, "body": body, "id": "a"}).json()
    record = Record(Submission(Body([read_block(body)]), title, "a"), "line 1")
    scorer = Scorer(Scoring(quotes=True), classifier)
    (row,) = scorer.score_batch(batch_of([("file", record)])).to_pylist()
    assert row["verdict"] == said["verdict"]
    assert row["content_hash"] == said["content_hash"]
    assert row["language"] == said["language"]
    for label, found in said["labels"].items():
        assert row[f"{label}_severity"] == found["severity"]
        assert row[f"{label}_flagged"] == found["flagged"]
        assert row[f"{label}_probabilities"] == pytest.approx(found["probabilities"])
    assert passages(row["passages"] or []) == [
        {**where(one), "label": label}
        for label, found in said["labels"].items()
        for one in found["evidence"]
    ]
    assert [one["text"] for one in row["notes"] or []] == [one["text"] for one in said["notes"]]
    assert [one["id"] for one in row["checks"]] == [one["id"] for one in said["checks"]]
    assert (row["actions"] or []) == [one["id"] for one in said["actions"]]
    risk = said["identification"]
    assert row["identification"] == (risk["risk"] if risk else None)


def passages(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**where(one), "label": one["label"]} for one in found]


def where(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("field", "start", "end", "quote")}
