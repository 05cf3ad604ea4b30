"""Batches, texts that stand alone, entity tags, comparisons, IPTC codes, artifacts."""

import json
from io import StringIO
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from labels import read_taxonomy
from serving.api import examples
from serving.api.requests import MOST_ARTICLES
from serving.iptc import content_warnings
from tests.serving.test_problems import CANARY, assert_no_canary, problem_of

BODY = "The boy was taken to hospital. Police said a man had threatened him with a knife."


def ask(client: TestClient, **article: Any) -> dict[str, Any]:
    response = client.post("/v1/classify", json={"body": BODY} | article)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_batch_gives_each_article_what_it_would_get_alone(client: TestClient) -> None:
    articles = [{"id": str(n), "body": BODY[n:], "title": "Knife"} for n in range(5)]
    response = client.post("/v1/classify/batch", json={"articles": articles})
    assert response.status_code == 200, response.text
    results = response.json()["results"]
    assert [result["status"] for result in results] == [200] * 5
    for article, result in zip(articles, results, strict=True):
        assert result["assessment"] == ask(client, **article)
        assert "problem" not in result


def test_a_bad_article_does_not_spoil_a_batch(client: TestClient, logs: StringIO) -> None:
    articles = [
        {"body": BODY, "id": "first"},
        {"boddy": CANARY},
        CANARY,
        None,
        {"body": "  "},
        {"body": CANARY * 1_000},
        {"body": "\ud800 " + CANARY},
        {"body_text": 7, "headline": CANARY},
        {"body_text": BODY, "uri": "urn:last"},
    ]
    response = client.post(
        "/v1/classify/batch",
        content=json.dumps({"articles": articles}),
        headers={"Content-Type": "application/json"},
    )
    assert_no_canary(response, logs)
    results = response.json()["results"]
    assert [result["status"] for result in results] == [200, 422, 422, 422, 422, 413, 422, 422, 200]
    assert results[0]["assessment"]["id"] == "first"
    assert results[-1]["assessment"]["id"] == "urn:last"
    assert any("did you mean 'body'?" in e["detail"] for e in results[1]["problem"]["errors"])


@pytest.mark.parametrize(
    "sent",
    [{}, [], {"articles": []}, {"articles": CANARY}, {"articles": [{"body": "x"}], CANARY: 1}],
)
def test_what_is_no_batch_is_refused(client: TestClient, logs: StringIO, sent: Any) -> None:
    response = client.post("/v1/classify/batch", json=sent)
    assert problem_of(response).status == 422
    assert_no_canary(response, logs)


def test_a_batch_has_a_bound(client: TestClient) -> None:
    articles = [{"body": "x"}] * (MOST_ARTICLES + 1)
    response = client.post("/v1/classify/batch", json={"articles": articles})
    assert problem_of(response).status == 422


def test_an_article_that_breaks_the_classifier_spoils_only_itself(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch, logs: StringIO
) -> None:
    classifier = app.state.dispatcher._classifier
    real = classifier.assess

    def assess(articles: Any) -> Any:
        if any(CANARY in article.body for article in articles):
            raise ValueError(CANARY)
        return real(articles)

    monkeypatch.setattr(classifier, "assess", assess)
    articles = [{"body": BODY}, {"body": f"{CANARY} said so."}, {"body": BODY}]
    response = client.post("/v1/classify/batch", json={"articles": articles})
    assert [result["status"] for result in response.json()["results"]] == [200, 500, 200]
    assert_no_canary(response, logs)


def test_texts_that_stand_alone_are_assessed_alone(
    client: TestClient, classifier: SensitivityClassifier
) -> None:
    texts = {"headline": "Boy killed", "push": "Police: boy, 12, dead", "social": "Read this."}
    answer = ask(client, **texts)
    assert list(answer["texts"]) == list(texts)
    for name, text in texts.items():
        alone = ask(client, body=text)
        assert answer["texts"][name]["verdict"] == alone["verdict"]
        for label, found in answer["texts"][name]["labels"].items():
            assert found["probabilities"] == alone["labels"][label]["probabilities"]
    assert answer["labels"] == ask(client)["labels"]


@pytest.mark.parametrize("text", ["", " \n ", 7, "x" * 2_001])
def test_a_text_that_is_none_is_refused(client: TestClient, text: Any) -> None:
    response = client.post("/v1/classify", json={"body": BODY, "push": text})
    problem = problem_of(response)
    assert problem.status == 422
    assert problem.errors
    assert problem.errors[0].pointer == "#/push"


def test_an_unchanged_article_costs_nothing(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.post("/v1/classify", json={"body": BODY, "id": "a"})
    tag = first.headers["ETag"]
    monkeypatch.setattr(app.state.dispatcher, "assess", None)  # nobody may be asked
    for header in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        again = client.post(
            "/v1/classify",
            json={"id": "a", "body": BODY, "previous_result": first.json()},
            headers={"If-None-Match": header},
        )
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == tag


@pytest.mark.parametrize(
    ("path", "article"),
    [
        ("/v1/classify", {"body": BODY + " ", "id": "a"}),
        ("/v1/classify", {"body": BODY, "id": "b"}),
        ("/v1/classify?offset_unit=utf16", {"body": BODY, "id": "a"}),
        ("/v1/classify?iptc=true", {"body": BODY, "id": "a"}),
    ],
)
def test_whatever_is_different_is_answered(
    client: TestClient, path: str, article: dict[str, Any]
) -> None:
    tag = client.post("/v1/classify", json={"body": BODY, "id": "a"}).headers["ETag"]
    response = client.post(path, json=article, headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert response.headers["ETag"] != tag


def test_what_was_not_checked_has_no_tag(client: TestClient) -> None:
    response = client.post("/v1/classify", json={"body": BODY, "language": "fi"})
    assert response.json()["verdict"] == "not_checked"
    assert "ETag" not in response.headers


def test_the_same_text_has_no_changes(client: TestClient) -> None:
    first = ask(client)
    changes = ask(client, previous_result=first)["changes"]
    assert changes == {
        "text": False,
        "versions": [],
        "verdict": None,
        "severities": {},
        "present": {"added": [], "removed": []},
        "passages": {},
    }


def test_changes_are_told(client: TestClient) -> None:
    first = ask(client)
    label = next(name for name, found in first["labels"].items() if found["evidence"])
    before = first["labels"][label]
    severity, passage = before["severity"], before["evidence"].pop(0)["quote"]
    before["severity"] = severity - 1
    before["evidence"].append({"quote": "It was a quiet day."})
    name = next(iter(first["sub_labels"]))
    present = first["sub_labels"][name]["present"]
    first["sub_labels"][name]["present"] = not present
    first |= {"verdict": "clear", "content_hash": "another"}
    first["versions"]["artifact"] = "older"
    changes = ask(client, previous_result=first)["changes"]
    assert changes["text"] is True
    assert changes["versions"] == ["artifact"]
    assert changes["verdict"] == "clear"
    assert changes["severities"] == {label: {"before": severity - 1, "after": severity}}
    assert changes["present"][("removed", "added")[present]] == [name]
    assert changes["passages"][label] == {"added": [passage], "removed": ["It was a quiet day."]}


def test_a_previous_result_that_is_none_is_refused(client: TestClient, logs: StringIO) -> None:
    response = client.post("/v1/classify", json={"body": BODY, "previous_result": {"x": CANARY}})
    problem = problem_of(response)
    assert problem.status == 422
    assert problem.errors
    assert problem.errors[0].pointer.startswith("#/previous_result")
    assert_no_canary(response, logs)


def test_iptc_codes_come_on_request(client: TestClient) -> None:
    assert ask(client)["subjects"] is None
    response = client.post("/v1/classify?iptc=true", json={"body": BODY})
    assert isinstance(response.json()["subjects"], list)


def test_iptc_codes_are_those_of_the_taxonomy() -> None:
    subjects = content_warnings(examples.assessment(), read_taxonomy())
    codes = {subject["uri"].rpartition("/")[2]: subject for subject in subjects}
    assert list(codes) == ["suffering", "violence"]
    assert codes["violence"]["relevance"] == 67
    assert codes["violence"]["confidence"] == 97  # of state_force, which has the same code
    assert codes["suffering"]["confidence"] == 78


def test_the_artifact_that_answers_is_told(
    client: TestClient, classifier: SensitivityClassifier
) -> None:
    (artifact,) = client.get("/v1/models").json()["artifacts"]
    assert artifact["version"] == classifier.versions.artifact
    assert artifact["thresholds"]["minors>=2"] == classifier.thresholds["minors>=2"]
    assert ask(client)["versions"]["artifact"] == artifact["version"]
