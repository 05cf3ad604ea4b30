"""What comes back for a request that cannot be served, and that nothing of it comes back."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message, Receive

from serving.api.schemas import Problem

CANARY = "xylophonecanary"
JSON = {"Content-Type": "application/json"}
BODY = f"The police said {CANARY} was at school."


def article(**fields: object) -> dict[str, Any]:
    """A request with the canary in every field that can hold it."""
    whole = {"title": CANARY, "body": BODY, "id": CANARY, "section": CANARY} | fields
    return {"content": json.dumps(whole), "headers": JSON}


def raw(content: bytes | Iterator[bytes], **headers: str) -> dict[str, Any]:
    return {"content": content, "headers": JSON | headers}


# name: (request, status, end of the type, fields named in errors)
HOSTILE: dict[str, tuple[dict[str, Any], int, str, list[str]]] = {
    "no body": (raw(b""), 400, "malformed-json", []),
    "half an object": (raw(f'{{"body": "{CANARY}'.encode()), 400, "malformed-json", []),
    "raw control": (raw(f'{{"body": "{CANARY}\n"}}'.encode()), 400, "malformed-json", []),
    "bad escape": (raw(f'{{"body": "\\x{CANARY}"}}'.encode()), 400, "malformed-json", []),
    "deep": (raw(b"[" * 9_000 + CANARY.encode()), 400, "malformed-json", []),
    "long number": (raw(b'{"body": ' + b"7" * 9_000 + b"}"), 400, "malformed-json", []),
    "latin-1": (raw(f'{{"body": "{CANARY} \xe9"}}'.encode("latin-1")), 400, "not-utf-8", []),
    "utf-16": (raw(f'{{"body": "{CANARY}"}}'.encode("utf-16")), 400, "not-utf-8", []),
    "form": (
        {"data": {"title": CANARY, "body": BODY}},
        415,
        "unsupported-media-type",
        [],
    ),
    "no type": ({"content": BODY}, 415, "unsupported-media-type", []),
    "gzip": (
        raw(CANARY.encode(), **{"Content-Encoding": "gzip"}),
        415,
        "unsupported-media-type",
        [],
    ),
    "list": (raw(f'["{CANARY}"]'.encode()), 422, "invalid-request", ["#"]),
    "string": (raw(f'"{CANARY}"'.encode()), 422, "invalid-request", ["#"]),
    "no article": (raw(b"{}"), 422, "invalid-request", ["#/body"]),
    "null": (article(body=None), 422, "invalid-request", ["#/body"]),
    "number": (article(body=4711), 422, "invalid-request", ["#/body"]),
    "no block": (article(body=[CANARY]), 422, "invalid-request", ["#/body/0"]),
    "block without": (article(body=[{"id": CANARY}]), 422, "invalid-request", ["#/body/0"]),
    "block with both": (
        article(body=[{"text": BODY, "html": CANARY}]),
        422,
        "invalid-request",
        ["#/body/0"],
    ),
    "block with more": (
        article(body=[{"text": BODY}, {"text": BODY, CANARY: 1}]),
        422,
        "invalid-request",
        ["#/body/1"],
    ),
    "no blocks": (article(body=[]), 422, "invalid-request", ["#/body"]),
    "only markup": (article(body="<p><!-- x --><br></p>"), 422, "invalid-request", ["#/body"]),
    "other format": (article(body_format=CANARY), 422, "invalid-request", ["#/body_format"]),
    "ninjs of numbers": (
        {"json": {"headline": CANARY, "body_text": 5}},
        422,
        "invalid-request",
        ["#"],
    ),
    "empty": (article(body=""), 422, "invalid-request", ["#/body"]),
    "blank": (article(body=" \n\x00\u00ad\u200b\ufeff" * 300), 422, "invalid-request", ["#/body"]),
    "lone lead": (article(body=f"{CANARY} \ud83d"), 422, "invalid-request", ["#/body"]),
    "lone trail": (article(title=f"\ude00 {CANARY}"), 422, "invalid-request", ["#/title"]),
    "lone pair reversed": (article(id=f"\ude00\ud83d{CANARY}"), 422, "invalid-request", ["#/id"]),
    "long id": (article(id=CANARY * 20), 422, "invalid-request", ["#/id"]),
    "no language": (article(language=f"en {CANARY}"), 422, "invalid-request", ["#/language"]),
    "unknown field": (article(**{CANARY: CANARY}), 422, "invalid-request", ["#"]),
    "surrogate field": (article(**{f"\ud800{CANARY}": 1}), 422, "invalid-request", ["#"]),
    "long article": (article(body=BODY * 60), 413, "article-too-long", []),
    "long title": (article(title=CANARY * 140), 413, "article-too-long", []),
    "large": (article(body=BODY * 600), 413, "request-too-large", []),
    "large, said so": (raw(b"{", **{"Content-Length": "9" * 5_000}), 413, "request-too-large", []),
}


def problem_of(response: Any) -> Problem:
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert problem.status == response.status_code
    assert problem.request_id == response.headers["X-Request-ID"]
    return problem


def assert_no_canary(response: Any, logs: StringIO) -> None:
    for told in (response.text, str(response.headers.raw), logs.getvalue()):
        assert CANARY not in told.lower()
    assert logs.getvalue()  # something was looked through


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_request_is_a_problem_without_anything_of_it(
    name: str, client: TestClient, logs: StringIO
) -> None:
    request, status, slug, fields = HOSTILE[name]
    response = client.post("/v1/classify", **request)
    problem = problem_of(response)
    assert (problem.status, problem.type) == (status, f"/problems/{slug}")
    assert [error.pointer for error in problem.errors or []] == fields
    assert_no_canary(response, logs)


def test_the_log_of_a_good_request_holds_nothing_of_it(client: TestClient, logs: StringIO) -> None:
    response = client.post(f"/v1/classify?{CANARY}={CANARY}", **article())
    assert response.status_code == 200
    assert CANARY not in logs.getvalue().lower()
    line = json.loads(logs.getvalue().splitlines()[-1])
    assert line["verdict"] == response.json()["verdict"]
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert (line["event"], line["method"], line["route"]) == ("request", "POST", "/v1/classify")
    assert line["status"] == 200
    assert line["ms"] > 0


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", f"/{CANARY}", 404, "not-found"),
        ("GET", f"/v1/classify/{CANARY}", 404, "not-found"),
        ("GET", "/docs", 404, "not-found"),
        ("GET", "/livez/", 404, "not-found"),
        ("GET", f"/v1/classify?body={CANARY}", 405, "method-not-allowed"),
        ("DELETE", "/livez", 405, "method-not-allowed"),
        (CANARY.upper(), "/livez", 405, "method-not-allowed"),
    ],
)
def test_unknown_routes_and_methods_are_problems(
    method: str, path: str, status: int, slug: str, client: TestClient, logs: StringIO
) -> None:
    response = client.request(method, path)
    problem = problem_of(response)
    assert (problem.status, problem.type) == (status, f"/problems/{slug}")
    assert ("Allow" in response.headers) == (status == 405)
    assert_no_canary(response, logs)


@pytest.mark.parametrize(
    ("sent", "meant"), [("boddy", "body"), ("Title", "title"), ("lang", "language"), ("qqq", None)]
)
def test_an_unknown_field_is_answered_with_the_nearest_known(
    sent: str, meant: str | None, client: TestClient
) -> None:
    response = client.post("/v1/classify", json={"body": BODY, sent: CANARY})
    [error] = problem_of(response).errors or []
    named = re.findall("'(.+?)'", error.detail)
    assert named == ([meant] if meant else [])
    assert meant or "title, body, body_format, id, language, section" in error.detail


def test_a_flood_of_errors_is_cut_short(client: TestClient) -> None:
    response = client.post("/v1/classify", json={f"f{n}": n for n in range(1_000)})
    assert len(problem_of(response).errors or []) == 20


def test_sizes_are_told_with_what_to_do(client: TestClient) -> None:
    response = client.post("/v1/classify", json={"title": "t" * 500, "body": "b" * 1_501})
    detail = problem_of(response).detail
    assert "2000" in detail
    assert "2001" in detail
    assert "FOREWARN_MAX_ARTICLE_CHARACTERS" in detail


def post_messages(app: FastAPI, receive: Receive) -> list[Message]:
    """What the application sends when the server hands it these messages."""
    sent = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def post() -> None:
        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/v1/classify", "headers": headers}
        async with app.router.lifespan_context(app):
            await app(scope | {"query_string": b""}, receive, send)

    asyncio.run(post())
    return sent


@pytest.mark.parametrize(
    ("size", "read"), [(60_000, 60_000), (10**6, 321_000)], ids=["sixty", "endless"]
)
def test_what_is_too_large_is_read_on_up_to_a_bound(app: FastAPI, size: int, read: int) -> None:
    """So that a client that is still sending gets the answer, and an endless one gets no more."""
    given = 0

    async def receive() -> Message:
        nonlocal given
        given += 1_000
        return {"type": "http.request", "body": b" " * 1_000, "more_body": given < size}

    assert post_messages(app, receive)[0]["status"] == 413
    assert given == read


def test_a_caller_who_leaves_is_no_failure(app: FastAPI, logs: StringIO) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    assert post_messages(app, receive) == []
    events = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert [line["level"] for line in events if line["logger"] == "forewarn"] == ["info", "info"]
    assert events[-1]["event"] == "request"
    assert events[-1]["status"] is None


def test_what_nobody_foresaw_is_told_to_nobody(app: FastAPI, logs: StringIO) -> None:
    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError(CANARY)

    with TestClient(app) as client:
        response = client.get("/fail")
    assert problem_of(response).type == "/problems/internal-error"
    assert_no_canary(response, logs)
    line = json.loads(logs.getvalue().splitlines()[-2])
    assert line["exception"] == "builtins.RuntimeError"
    assert line["frames"][-1].endswith(" fail")
    assert line["request_id"] == response.headers["X-Request-ID"]


def test_exceptions_that_others_log_are_told_without_their_message(logs: StringIO) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("somebody.else").exception("failed")
    line = json.loads(logs.getvalue())
    assert (line["logger"], line["event"]) == ("somebody.else", "failed")
    assert line["exception"] == "builtins.ValueError"
    assert CANARY not in logs.getvalue()


def test_parameters_that_fastapi_refuses_are_not_echoed(app: FastAPI, logs: StringIO) -> None:
    @app.get("/count/{number}")
    async def count(number: int, most: int) -> int:
        return number + most

    with TestClient(app) as client:
        response = client.get(f"/count/{CANARY}?most={CANARY}")
    errors = problem_of(response).errors or []
    assert [error.pointer for error in errors] == ["#/path/number", "#/query/most"]
    assert_no_canary(response, logs)


@pytest.mark.parametrize("given", ["desk-42.save_7", "0123456789abcdef0123456789abcdef"])
def test_a_safe_request_id_is_kept(given: str, client: TestClient) -> None:
    for path in ("/livez", "/nowhere"):
        assert client.get(path, headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "short", "a b c d e f g", "x" * 65, "quote\"'<>{}"])
def test_another_request_id_is_replaced(given: str, client: TestClient) -> None:
    made = {
        client.get("/livez", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        for _ in range(2)
    }
    assert len(made) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", value) for value in made)
