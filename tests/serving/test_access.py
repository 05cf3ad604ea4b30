"""Keys: who gets in, for what, how often; and nothing of a key in any log or answer."""

from io import StringIO
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api.access import read_rate
from serving.api.app import create_app
from serving.errors import ServingError
from serving.settings import Settings
from serving.store.keys import Issued
from tests.serving.test_problems import problem_of

ARTICLE = {"body": "Police said the boy was well."}
OPEN = ("/livez", "/readyz", "/openapi.json")


def make(app: FastAPI, *scopes: str) -> Issued:
    issued: Issued = app.state.store.keys.create("test", scopes, "command:test")
    return issued


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def ask(client: TestClient, secret: str | None) -> Any:
    headers = bearer(secret) if secret is not None else {}
    return client.post("/v1/classify", json=ARTICLE, headers=headers)


def test_without_any_key_nobody_needs_one(client: TestClient) -> None:
    assert ask(client, None).status_code == 200
    assert client.get("/metrics").status_code == 200


def test_the_first_key_closes_the_server_for_good(
    settings: Settings, classifier: SensitivityClassifier
) -> None:
    app = create_app(settings, classifier)
    with TestClient(app) as client:
        issued = make(app, "classify")
        app.state.store.keys.revoke(issued.key.id, "command:test")
        for path in ("/v1/taxonomy", "/v1/policy", "/v1/models", "/v1/decisions", "/metrics"):
            assert problem_of(client.get(path)).status == 401
        assert problem_of(ask(client, None)).status == 401
        for path in OPEN:
            assert client.get(path).status_code == 200


def test_bad_keys_are_refused_and_nothing_is_told(
    app: FastAPI, client: TestClient, logs: StringIO
) -> None:
    good, revoked = make(app, "classify"), make(app, "classify")
    app.state.store.keys.revoke(revoked.key.id, "command:test")
    wrong = good.secret[:-1] + ("a" if good.secret[-1] != "a" else "b")
    bad = [None, "", "x", wrong, revoked.secret, good.secret + "x", "e" * 3_000, good.key.id]
    answers = [ask(client, secret) for secret in bad]
    for answer in answers:
        problem = problem_of(answer)
        assert (problem.status, problem.type) == (401, "/problems/unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert len({problem_of(answer).detail for answer in answers}) == 1
    assert ask(client, good.secret).status_code == 200
    for secret in (good.secret, wrong, revoked.secret):
        assert secret[-42:] not in logs.getvalue()
    assert good.key.id in logs.getvalue()


def test_a_key_is_for_its_scopes_only(app: FastAPI, client: TestClient) -> None:
    classify, read = make(app, "classify"), make(app, "read", "admin")
    assert ask(client, classify.secret).status_code == 200
    for path in ("/v1/decisions", "/metrics"):
        assert problem_of(client.get(path, headers=bearer(classify.secret))).status == 403
        assert client.get(path, headers=bearer(read.secret)).status_code == 200
    assert problem_of(ask(client, read.secret)).type == "/problems/forbidden"
    assert client.get("/v1/taxonomy", headers=bearer(read.secret)).status_code == 200


def test_a_key_in_the_address_is_refused(app: FastAPI, client: TestClient, logs: StringIO) -> None:
    issued = make(app, "classify")
    veiled = issued.secret.replace("f", "%66", 1)
    for shown, headers in ((issued.secret, {}), (veiled, bearer(issued.secret))):
        response = client.post(f"/v1/classify?key={shown}", json=ARTICLE, headers=headers)
        assert problem_of(response).status == 401
        assert issued.secret not in response.text
    assert issued.secret[-42:] not in logs.getvalue()


def test_a_key_that_is_used_too_often_has_to_wait(
    settings: Settings, classifier: SensitivityClassifier
) -> None:
    app = create_app(settings.model_copy(update={"rate_limit": "2/hour"}), classifier)
    with TestClient(app) as client:
        first, second = make(app, "classify"), make(app, "classify")
        assert [ask(client, first.secret).status_code for _ in range(3)] == [200, 200, 429]
        response = ask(client, first.secret)
        assert problem_of(response).verdict == "not_checked"
        assert 0 < int(response.headers["Retry-After"]) <= 3_600
        assert ask(client, second.secret).status_code == 200


def test_a_rate_that_is_none_is_told() -> None:
    with pytest.raises(ServingError, match="FOREWARN_RATE_LIMIT is no rate"):
        read_rate("as often as you like")


def test_a_refused_caller_is_not_read(app: FastAPI, client: TestClient) -> None:
    make(app, "classify")
    assert problem_of(client.post("/v1/classify", content=b"{")).status == 401


def test_browsers_are_let_in_from_listed_origins_only(
    settings: Settings, classifier: SensitivityClassifier
) -> None:
    listed = settings.model_copy(update={"origins": "https://cms.example"})
    preflight = {"Access-Control-Request-Method": "POST", "Origin": "https://cms.example"}
    with TestClient(create_app(listed, classifier)) as client:
        answer = client.options("/v1/classify", headers=preflight)
        assert answer.headers["Access-Control-Allow-Origin"] == "https://cms.example"
        other = client.options("/v1/classify", headers=preflight | {"Origin": "https://x.example"})
        assert "Access-Control-Allow-Origin" not in other.headers
    with TestClient(create_app(settings, classifier)) as client:
        answer = client.options("/v1/classify", headers=preflight)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_answer_has_its_guards(client: TestClient) -> None:
    for response in (client.get("/livez"), client.get("/nowhere"), ask(client, None)):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
