"""An answer comes in time or not at all, and what was not checked says so."""

import asyncio
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api.app import create_app
from serving.settings import Settings
from tests.serving.test_problems import BODY, CANARY, assert_no_canary, problem_of


def test_what_cannot_be_answered_in_time_is_not_checked(client: TestClient, logs: StringIO) -> None:
    long = {"body": BODY * 30}
    headers = {"X-Deadline-Ms": "1"}
    response = client.post("/v1/classify", json=long, headers=headers)
    problem = problem_of(response)
    assert (problem.status, problem.type) == (504, "/problems/deadline")
    assert problem.verdict == "not_checked"
    assert "1 ms" in problem.detail
    assert_no_canary(response, logs)


@pytest.mark.parametrize("value", [CANARY, "0", "-5", "1e9", "99999999"])
def test_a_deadline_that_is_none_is_refused(client: TestClient, logs: StringIO, value: str) -> None:
    response = client.post("/v1/classify", json={"body": BODY}, headers={"X-Deadline-Ms": value})
    assert problem_of(response).status == 422
    assert_no_canary(response, logs)


def test_an_overloaded_server_says_when_to_come_back(
    artifact: Path, classifier: SensitivityClassifier
) -> None:
    app = create_app(Settings(artifact=artifact, max_waiting_ms=0), classifier)

    async def ask() -> list[Any]:
        transport = httpx2.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            asked = (client.post("/v1/classify", json={"body": BODY * 40}) for _ in range(8))
            return await asyncio.gather(*asked)

    answers = asyncio.run(ask())
    assert {answer.status_code for answer in answers} == {200, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert problem_of(answer).type == "/problems/overloaded"
            assert problem_of(answer).verdict == "not_checked"
            assert int(answer.headers["Retry-After"]) >= 1
