"""The audit trail over HTTP: for `admin` only, whole, and without anything that is secret."""

from io import StringIO
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api import examples
from serving.api.app import create_app
from serving.settings import Settings
from serving.store.keys import Issued, Keys
from serving.store.secret import SCOPES
from tests.serving.test_access import bearer
from tests.serving.test_decisions import decide
from tests.serving.test_problems import CANARY, problem_of

ACTOR = "command:maria"


@pytest.fixture
def keys(app: FastAPI, client: TestClient) -> Keys:
    found: Keys = app.state.store.keys
    return found


@pytest.fixture
def admin(keys: Keys) -> dict[str, str]:
    """The header of a key that may read the trail; making it is the trail's first entry."""
    return bearer(keys.create("Operations", ["admin"], ACTOR).secret)


def report(client: TestClient, key: Issued, number: int = 1, **changes: Any) -> dict[str, Any]:
    """A decision that was stored."""
    headers = bearer(key.secret) | {"Idempotency-Key": str(number)}
    sent = examples.decision() | changes
    response = client.post("/v1/decisions", json=sent, headers=headers)
    assert response.status_code == 201, response.text
    stored: dict[str, Any] = response.json()
    return stored


def test_it_tells_who_did_what_when_and_with_which_versions(
    client: TestClient, keys: Keys, admin: dict[str, str]
) -> None:
    cms = keys.create("CMS", ["decide"], ACTOR)
    decision = report(client, cms)
    revoked = keys.revoke(cms.key.id, "command:jonas")
    page = client.get("/v1/audit", headers=admin).json()
    assert page["more"] is False
    assert [entry["id"] for entry in page["entries"]] == [1, 2, 3, 4]
    _, made, stored, ended = page["entries"]
    key = {"name": "CMS", "scopes": ["decide"]}
    assert (made["actor"], made["action"], made["subject_id"]) == (ACTOR, "key.create", cms.key.id)
    assert (made["old"], made["new"], made["versions"]) == (None, key, None)
    assert (stored["actor"], stored["action"]) == (cms.key.id, "decision.record")
    assert (stored["subject_id"], stored["at"]) == (str(decision["id"]), decision["at"])
    assert stored["versions"] == decision["versions"]
    assert stored["old"] == {"severity": decision["severity_before"]}
    told = ("action", "subject", "subject_id", "article_id", "content_hash", "editor")
    severity = {"severity": decision["severity_after"]}
    assert stored["new"] == {name: decision[name] for name in told} | severity
    assert (ended["actor"], ended["action"]) == ("command:jonas", "key.revoke")
    assert revoked.revoked_at
    assert ended["old"] == key
    assert ended["new"] == key | {"revoked_at": revoked.revoked_at.isoformat()}


def test_reading_goes_on_where_it_stopped(client: TestClient) -> None:
    for number in range(5):
        decide(client, key=str(number))
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    more = True
    while more:
        page = client.get("/v1/audit", params=query).json()
        assert len(page["entries"]) <= 2
        found += [entry["subject_id"] for entry in page["entries"]]
        query["after"], more = page["cursor"], page["more"]
    assert found == ["1", "2", "3", "4", "5"]
    decide(client, key="later")
    [later] = client.get("/v1/audit", params=query).json()["entries"]
    assert later["subject_id"] == "6"


def test_a_period_narrows_it_down(client: TestClient) -> None:
    moments = [decide(client, key=str(number)).json()["at"] for number in range(3)]
    query = {"since": moments[1], "until": moments[2]}
    [entry] = client.get("/v1/audit", params=query).json()["entries"]
    assert entry["at"] == moments[1]


def test_a_cursor_of_decisions_is_refused(client: TestClient) -> None:
    decide(client)
    cursor = client.get("/v1/decisions").json()["cursor"]
    for wrong in (cursor, CANARY):
        response = client.get("/v1/audit", params={"after": wrong})
        problem = problem_of(response)
        assert problem.status == 422
        assert problem.errors
        assert problem.errors[0].pointer == "after"
        assert CANARY not in response.text


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "since=" + CANARY])
def test_what_cannot_be_asked_is_refused(client: TestClient, query: str) -> None:
    response = client.get(f"/v1/audit?{query}")
    assert problem_of(response).status == 422
    assert CANARY not in response.text


def test_only_the_scope_admin_opens_it(
    client: TestClient, keys: Keys, admin: dict[str, str]
) -> None:
    others = keys.create("everything else", [s for s in SCOPES if s != "admin"], ACTOR)
    refused = problem_of(client.get("/v1/audit", headers=bearer(others.secret)))
    assert (refused.status, refused.type) == (403, "/problems/forbidden")
    assert "admin" in refused.detail
    assert problem_of(client.get("/v1/audit")).status == 401
    assert client.get("/v1/audit", headers=admin).status_code == 200
    assert problem_of(client.get("/v1/decisions", headers=admin)).status == 403


def test_no_secret_and_no_text_is_in_it(
    settings: Settings, classifier: SensitivityClassifier, logs: StringIO
) -> None:
    app = create_app(settings.model_copy(update={"retain_text": True}), classifier)
    with TestClient(app) as client:
        keys: Keys = app.state.store.keys
        made = keys.create("CMS", ["decide", "admin"], ACTOR)
        report(client, made, text=CANARY, reason=CANARY)
        rotated = keys.rotate(made.key.id, ACTOR)
        told = client.get("/v1/audit", headers=bearer(rotated.secret))
        keys.revoke(made.key.id, ACTOR)
    actions = [entry["action"] for entry in told.json()["entries"]]
    assert actions == ["key.create", "decision.record", "key.rotate"]
    assert CANARY not in told.text + logs.getvalue()
    for secret in (made.secret, rotated.secret):
        assert secret[-43:] not in told.text + logs.getvalue()


def test_without_its_tables_the_server_says_when_to_come_back(
    app: FastAPI, client: TestClient
) -> None:
    with app.state.store.database.migrating() as connection:
        connection.exec_driver_sql("DROP TABLE audit")
    response = client.get("/v1/audit")
    assert problem_of(response).status == 503
    assert response.headers["Retry-After"] == "1"
