"""What Prometheus is told: right numbers, bounded labels, nothing of any article."""

import json
import re
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from classifier import Assessment, SensitivityClassifier
from classifier.article import Article
from serving.api.app import create_app
from serving.api.metrics import PROBABILITIES, Metrics, metrics_table
from serving.settings import Settings
from tests.serving.test_problems import BODY, CANARY, HOSTILE, article

Key = tuple[str, frozenset[tuple[str, str]]]


def read(text: str) -> dict[Key, float]:
    """Every sample of an exposition, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(samples: dict[Key, float], name: str, **labels: str) -> float:
    return samples[f"forewarn_{name}", frozenset(labels.items())]


def scrape(client: TestClient) -> dict[Key, float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return read(response.text)


def test_an_article_leaves_its_traces(client: TestClient) -> None:
    found = client.post("/v1/classify", json={"body": BODY}).json()
    samples = scrape(client)
    route = {"method": "POST", "route": "/v1/classify", "status": "200"}
    assert value(samples, "request_seconds_count", **route) == 1
    assert value(samples, "request_seconds_sum", **route) > 0
    assert value(samples, "assessments_total", verdict=found["verdict"], reason="") == 1
    for label, one in found["labels"].items():
        assert value(samples, "severities_total", label=label, severity=str(one["severity"])) == 1
        assert value(samples, "label_probability_count", label=label) == 1
        total = value(samples, "label_probability_sum", label=label)
        assert total == pytest.approx(one["probabilities"][1])
    assert value(samples, "waited_seconds_count") == value(samples, "batch_articles_count") == 2
    assert value(samples, "batch_articles_sum") == 2  # it and the one that warms up
    assert value(samples, "batch_characters_sum") > len(BODY)
    assert value(samples, "queue_requests") == value(samples, "queue_seconds") == 0


def test_versions_are_those_of_the_answer(client: TestClient) -> None:
    versions = client.post("/v1/classify", json={"body": BODY}).json()["versions"]
    [labels] = [dict(labels) for name, labels in scrape(client) if name == "forewarn_build_info"]
    assert {name: labels[name] for name in ("artifact", "taxonomy", "code")} == {
        name: versions[name] for name in ("artifact", "taxonomy", "code")
    }


def test_what_was_not_checked_says_why_and_has_no_severity(client: TestClient) -> None:
    german = "Der Junge starb am Samstag im Krankenhaus, wie die Polizei mitteilte."
    client.post("/v1/classify", json={"body": german, "language": "de"})
    samples = scrape(client)
    assert value(samples, "assessments_total", verdict="not_checked", reason="language") == 1
    assert not [name for name, _ in samples if name.startswith("forewarn_severities")]


def test_problems_are_counted_by_type(client: TestClient) -> None:
    for name in ("no body", "large", "blank"):
        client.post("/v1/classify", **HOSTILE[name][0])
    client.post("/v1/classify", json={"body": BODY}, headers={"X-Deadline-Ms": "1"})
    samples = scrape(client)
    for slug in ("malformed-json", "request-too-large", "invalid-request"):
        assert value(samples, "problems_total", type=slug) == 1


def test_unknown_paths_and_methods_are_one(client: TestClient) -> None:
    for n in range(30):
        client.get(f"/{CANARY}/{n}")
        client.request(f"{CANARY.upper()}{n}", "/livez")
    samples = scrape(client)
    found = [dict(labels) for name, labels in samples if name == "forewarn_request_seconds_count"]
    assert {(one["method"], one["route"], one["status"]) for one in found} == {
        ("GET", "none", "404"),
        ("other", "/livez", "405"),
    }
    assert value(samples, "problems_total", type="not-found") == 30


def test_nothing_of_an_article_is_told(client: TestClient) -> None:
    client.post(f"/v1/classify?{CANARY}={CANARY}", **article())
    for request, *_ in HOSTILE.values():
        client.post("/v1/classify", **request)
    client.get(f"/{CANARY}", headers={"X-Request-ID": CANARY, "User-Agent": CANARY})
    response = client.get("/metrics", headers={"Accept": f"text/plain; escaping={CANARY}"})
    for told in (response.text, str(response.headers.raw)):
        assert CANARY not in told.lower()
    assert "forewarn_problems_total" in response.text


def test_applications_count_for_themselves(
    settings: Settings, classifier: SensitivityClassifier
) -> None:
    first, second = (create_app(settings, classifier) for _ in range(2))
    with TestClient(first) as one, TestClient(second) as other:
        one.post("/v1/classify", json={"body": BODY})
        assert value(scrape(one), "batch_articles_sum") == 2
        assert value(scrape(other), "batch_articles_sum") == 1


def test_the_queue_is_read_when_the_metrics_are() -> None:
    class Queue:
        waiting = 7
        wait = 0.25

    metrics = Metrics()
    metrics.watch(Queue())
    Queue.waiting = 9
    samples = read(metrics.expose().decode())
    assert value(samples, "queue_requests") == 9
    assert value(samples, "queue_seconds") == 0.25


def test_probabilities_fall_into_fixed_buckets(classifier: SensitivityClassifier) -> None:
    metrics = Metrics()
    found = classifier.assess([Article(body=BODY)])[0]
    metrics.observe_assessment(found)
    samples = read(metrics.expose().decode())
    probability = found.labels["violence"].probabilities[1]
    for bound in PROBABILITIES:
        counted = value(samples, "label_probability_bucket", label="violence", le=str(bound))
        assert counted == (probability <= bound)


def test_a_caller_who_leaves_and_a_deadline_that_passes_are_counted() -> None:
    metrics = Metrics()
    metrics.observe_request("POST", "/v1/classify", None, 0.1)
    metrics.missed()
    samples = read(metrics.expose().decode())
    route = {"method": "POST", "route": "/v1/classify", "status": "none"}
    assert value(samples, "request_seconds_count", **route) == 1
    assert value(samples, "deadlines_passed_total") == 1


def test_counting_takes_microseconds(classifier: SensitivityClassifier) -> None:
    metrics = Metrics()
    found = classifier.assess([Article(body=BODY)])[0]

    def count(assessment: Assessment) -> None:
        metrics.observe_request("POST", "/v1/classify", 200, 0.1)
        metrics.observe_assessment(assessment)
        metrics.batch_done(3, 12_000, 0.1)
        metrics.answered(1.0, 1.1, 1.2)

    count(found)
    times = []
    for _ in range(200):
        begun = time.perf_counter()
        count(found)
        times.append(time.perf_counter() - begun)
    assert min(times) < 200e-6  # the least: a busy machine is no reason


def metric_names() -> set[str]:
    return set(re.findall(r"^\| `(forewarn_\w+)`", metrics_table(), re.MULTILINE))


def test_the_table_has_every_metric_with_a_sentence() -> None:
    families = text_string_to_metric_families(Metrics().expose().decode())
    # A family whose labels have no values yet is there with its type and no sample.
    told = {family.name for family in families if family.name.startswith("forewarn_")}
    assert {re.sub("_(total|info)$", "", name) for name in metric_names()} == {
        re.sub("_info$", "", name) for name in told
    }
    for row in metrics_table().splitlines()[2:]:
        assert re.fullmatch(r"\| `\w+` \| (counter|gauge|histogram) \| .*\| .+\. \|", row)


def test_the_documentation_has_the_table(repository: Path) -> None:
    assert f"\n{metrics_table()}\n" in (repository / "docs" / "operations.md").read_text("utf-8")


@pytest.fixture
def failing(app: FastAPI) -> Iterator[TestClient]:
    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError(CANARY)

    with TestClient(app) as client:
        yield client


def test_a_failure_of_ours_is_counted_and_told_without_text(
    failing: TestClient, logs: StringIO
) -> None:
    failing.get("/fail")
    samples = scrape(failing)
    assert value(samples, "problems_total", type="internal-error") == 1
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    [line] = [line for line in lines if line.get("route") == "/fail"]
    assert (line["status"], line["problem"]) == (500, "internal-error")
