"""What comes back for an article."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import Article, SensitivityClassifier
from labels import read_policy, read_taxonomy
from serving.api import examples
from serving.api.app import create_app
from serving.bodies.body import Block, Body
from serving.settings import Settings
from serving.submission import Submission

# What a normaliser may stumble over: characters outside the basic plane, NUL and other controls,
# soft hyphens, right-to-left text with its marks, odd line ends, a byte-order mark.
HOSTILE = [
    "Police said the boy \U0001f692\U0001f468\u200d\U0001f469\u200d\U0001f467 died. He was 12.",
    "The\x00 girl was in hos\u00adpi\u00adtal.\x07 Her\x1b[31m mother said\u2028 the police came.",
    "\ufeffThe boy \u200f\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u200e said so.\r\n\r\nPolice came.",
    "  \n\u00a0The cafe\u0301 owner was killed \U0001f1eb\U0001f1ee by the man.\t\tThe end.  ",
]


def classify(client: TestClient, **article: Any) -> dict[str, Any]:
    response = client.post("/v1/classify", json=article)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def evidence(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [found for label in answer["labels"].values() for found in label["evidence"]]


def test_the_answer_is_the_classifiers_assessment(
    client: TestClient, classifier: SensitivityClassifier
) -> None:
    [assessment] = classifier.assess([examples.ARTICLE])
    answer = classify(client, **examples.request())
    submission = Submission(Body([Block(examples.ARTICLE.body, "text")]), examples.ARTICLE.title)
    expected = json.loads(json.dumps(submission.answer(assessment, "codepoint")))
    expected["versions"]["policy"] = read_policy().full_version
    assert {key: answer[key] for key in expected} == expected
    assert answer["id"] == examples.ARTICLE.id
    assert answer["verdict"] == "flagged"


def test_every_label_of_the_taxonomy_is_in_the_answer(client: TestClient) -> None:
    answer = classify(client, body=examples.ARTICLE.body)
    taxonomy = read_taxonomy()
    assert tuple(answer["labels"]) == taxonomy.label_ids
    assert tuple(answer["sub_labels"]) == taxonomy.sub_label_ids
    assert tuple(answer["details"]) == taxonomy.detail_ids
    assert answer["treatment"]["label"] in taxonomy.treatment_ids
    assert answer["id"] is None


@pytest.mark.parametrize("body", HOSTILE)
def test_offsets_slice_the_text_as_sent(client: TestClient, body: str) -> None:
    article = {"title": "A\u00ad boy\x00 at \U0001f3eb school", "body": body}
    found = evidence(classify(client, **article, language="en"))
    assert found
    for passage in found:
        assert article[passage["field"]][passage["start"] : passage["end"]] == passage["quote"]


@pytest.mark.parametrize("title", [{}, {"title": None}, {"title": ""}, {"title": "\u00ad \x00"}])
def test_a_missing_title_is_no_title(client: TestClient, title: dict[str, Any]) -> None:
    body = examples.ARTICLE.body
    assert classify(client, body=body, **title) == classify(client, body=body)


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_may_have_a_mark_and_its_type_parameters(client: TestClient, media_type: str) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(examples.request(), ensure_ascii=False).encode()
    headers = {"Content-Type": media_type}
    response = client.post("/v1/classify", content=content, headers=headers)
    assert response.json() == classify(client, **examples.request())


def test_another_language_is_not_checked_and_says_why(client: TestClient) -> None:
    answer = classify(
        client, body="Poika vietiin sairaalaan lauantaina poliisin pidätyksen jälkeen."
    )
    assert answer["verdict"] == "not_checked"
    assert answer["reason"]["code"] == "language"
    assert answer["language"] == "fi"
    assert answer["labels"] == answer["sub_labels"] == answer["details"] == {}
    assert answer["treatment"] is None


def test_an_article_as_long_as_is_allowed_is_assessed(
    client: TestClient, settings: Settings
) -> None:
    title = "The boy at school"
    body = ("The police came. " * 200)[: settings.max_article_characters - len(title)]
    assert classify(client, title=title, body=body)["verdict"] != "not_checked"


def test_the_taxonomy_is_told_whole(client: TestClient) -> None:
    told = client.get("/v1/taxonomy").json()
    taxonomy = read_taxonomy()
    assert told["version"] == taxonomy.version
    assert [label["id"] for label in told["labels"]] == list(taxonomy.label_ids)
    assert [step["level"] for step in told["labels"][0]["severities"]] == [0, 1, 2, 3]
    parents = {entry["id"]: (entry["parent"], entry["iptc"]) for entry in told["sub_labels"]}
    assert parents["killing"] == ("violence", "cwarn:death")
    assert parents["minor_victim"] == ("minors", None)
    assert {entry["id"] for entry in told["details"]} == set(taxonomy.detail_ids)
    assert {entry["id"] for entry in told["treatments"]} == set(taxonomy.treatment_ids)


def test_ready_only_while_the_lifespan_lasts(app: FastAPI) -> None:
    outside = TestClient(app)
    for path in ("/readyz", "/v1/taxonomy"):
        assert outside.get(path).status_code == 503
    assert outside.post("/v1/classify", json=examples.request()).status_code == 503
    assert outside.get("/livez").status_code == 200
    with TestClient(app) as inside:
        assert inside.get("/readyz").json() == {"status": "ready"}
        assert inside.get("/livez").json() == {"status": "alive"}
    assert outside.get("/readyz").status_code == 503
    assert outside.get("/readyz").headers["Retry-After"] == "1"


def test_without_a_classifier_the_artifact_of_the_settings_is_loaded(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        versions = classify(client, body="The police came.")["versions"]
    assert versions["artifact"].startswith("tiny+")


def test_livez_answers_while_a_long_article_is_assessed(
    artifact: Any, classifier: SensitivityClassifier
) -> None:
    app = create_app(Settings(artifact=artifact), classifier)
    long = Article("The police said the boy was at school. " * 2_000)

    async def answered_meanwhile() -> int:
        transport = httpx2.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            task = asyncio.create_task(client.post("/v1/classify", json={"body": long.body}))
            answered = 0
            while not task.done():
                answered += (await client.get("/livez")).status_code == 200
                await asyncio.sleep(0)  # nothing else here ever waits
            assert (await task).status_code == 200
            return answered

    # On the event loop the assessment would leave room for two or three answers, before and after.
    assert asyncio.run(answered_meanwhile()) > 20
