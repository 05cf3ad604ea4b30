"""Decisions of editors over HTTP."""

from io import StringIO
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api import examples
from serving.api.app import create_app
from serving.settings import Settings
from tests.serving.test_problems import CANARY, assert_no_canary, problem_of


def decide(client: TestClient, key: str = "1", **changes: Any) -> Any:
    sent = examples.decision() | changes
    return client.post("/v1/decisions", json=sent, headers={"Idempotency-Key": key})


def test_a_decision_is_stored_and_exported(client: TestClient) -> None:
    response = decide(client)
    assert response.status_code == 201, response.text
    stored = response.json()
    sent = examples.decision()
    assert {name: stored[name] for name in sent} == sent
    page = client.get("/v1/decisions").json()
    assert page["decisions"] == [stored]
    assert page["more"] is False


def test_sent_again_it_is_stored_once(client: TestClient) -> None:
    first, again = decide(client), decide(client)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(client.get("/v1/decisions").json()["decisions"]) == 1


def test_another_decision_with_the_same_key_is_a_conflict(client: TestClient) -> None:
    decide(client)
    problem = problem_of(decide(client, severity_after=3))
    assert (problem.status, problem.type) == (409, "/problems/idempotency-conflict")


def test_an_export_goes_on_where_it_stopped(client: TestClient) -> None:
    for number in range(5):
        decide(client, key=str(number))
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    more = True
    while more:
        page = client.get("/v1/decisions", params=query).json()
        found += [decision["idempotency_key"] for decision in page["decisions"]]
        query["after"], more = page["cursor"], page["more"]
    assert found == ["0", "1", "2", "3", "4"]
    assert problem_of(client.get("/v1/decisions?after=nonsense")).status == 422


@pytest.mark.parametrize("retained", [False, True])
def test_text_is_stored_only_while_retention_is_on(
    settings: Settings, classifier: SensitivityClassifier, retained: bool, logs: StringIO
) -> None:
    app = create_app(settings.model_copy(update={"retain_text": retained}), classifier)
    with TestClient(app) as client:
        assert decide(client, text=CANARY).json()["text"] == (CANARY if retained else None)
        assert (CANARY in client.get("/v1/decisions").text) is retained
    assert CANARY not in logs.getvalue()


@pytest.mark.parametrize(
    "changes",
    [
        {"action": CANARY},
        {"subject": None},
        {"severity_after": 4},
        {"subject": "note", "severity_after": 1},
        {"versions": {"artifact": CANARY}},
        {"article_id": ""},
        {"editor": "x\0" + CANARY},
        {CANARY: 1},
    ],
)
def test_what_is_no_decision_is_refused(
    client: TestClient, logs: StringIO, changes: dict[str, Any]
) -> None:
    response = decide(client, **changes)
    assert problem_of(response).status == 422
    assert_no_canary(response, logs)


def test_a_decision_needs_an_idempotency_key(client: TestClient) -> None:
    response = client.post("/v1/decisions", json=examples.decision())
    assert problem_of(response).status == 422


def test_a_database_that_is_gone_makes_the_server_unready(app: FastAPI, client: TestClient) -> None:
    assert client.get("/readyz").status_code == 200
    app.state.store.database.file.unlink()
    assert problem_of(client.get("/readyz")).status == 503
