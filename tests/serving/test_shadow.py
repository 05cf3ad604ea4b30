"""A candidate that reads along: what it reports, and that nobody waits for it."""

import asyncio
import shutil
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import Article, SensitivityClassifier
from serving.api.app import create_app
from serving.settings import Settings
from serving.shadow import HELD, LONGEST, Shadow
from tests.serving.test_problems import CANARY
from tests.tiny import reseal

BODY = "The boy was taken to hospital. Police said a man had threatened him with a knife."


class Counts:
    """What a watcher is told."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.severities: list[tuple[str, int, int]] = []

    def shadowed(self, outcome: str) -> None:
        self.outcomes.append(outcome)

    def severity_differs(self, label: str, before: int, after: int) -> None:
        self.severities.append((label, before, after))


@pytest.fixture
def candidate(artifact: Path, tmp_path: Path) -> Path:
    """An artifact that finds nothing, where the one in force finds everything."""
    folder = tmp_path / "candidate"
    shutil.copytree(artifact, folder)
    reseal(folder, threshold=1.0)
    return folder


@pytest.fixture
def app(settings: Settings, classifier: SensitivityClassifier, candidate: Path) -> FastAPI:
    return create_app(settings.model_copy(update={"shadow": candidate}), classifier)


def ask(client: TestClient, body: str) -> str:
    answer = client.post("/v1/classify", json={"body": body})
    assert answer.status_code == 200
    return str(answer.json()["content_hash"])


def test_differences_are_told_by_hash_without_any_text(
    client: TestClient, logs: StringIO, candidate: Path
) -> None:
    hashes = [ask(client, f"{BODY} {CANARY} {number}.") for number in range(3)]
    end = time.monotonic() + 30
    while (report := client.get("/v1/shadow").json())["articles"]["different"] < len(hashes):
        assert time.monotonic() < end
    assert [one["content_hash"] for one in report["differences"]] == hashes
    assert report["verdicts"] == {"flagged to clear": 3}
    assert report["severities"]["violence 3 to 0"] == 3
    assert report["candidate"] == SensitivityClassifier.load(candidate).versions.artifact
    metrics = client.get("/metrics").text
    assert 'forewarn_shadow_articles_total{outcome="different"}' in metrics
    assert 'forewarn_shadow_severities_total{after="0",before="3",label="violence"}' in metrics
    for told in (client.get("/v1/shadow").text, metrics, logs.getvalue()):
        assert CANARY not in told


def test_without_a_candidate_there_is_nothing_to_tell(
    settings: Settings, classifier: SensitivityClassifier
) -> None:
    with TestClient(create_app(settings, classifier)) as client:
        report = client.get("/v1/shadow").json()
    assert report["candidate"] is None
    assert report["differences"] == []


def watch(
    candidate: SensitivityClassifier, idle: Callable[[], bool], articles: list[Article]
) -> tuple[Counts, dict[str, int]]:
    """What a shadow makes of articles that were answered by an artifact of another version."""
    counts = Counts()

    async def main() -> dict[str, int]:
        shadow = Shadow(candidate, counts, idle)
        shadow.version = "another"
        shadow.offer(articles, candidate.assess(articles))
        await asyncio.sleep(0.3)
        found: dict[str, int] = shadow.report()["articles"]
        await shadow.close()
        return found

    return counts, asyncio.run(main())


def test_while_anybody_waits_nothing_is_read_and_what_is_too_much_is_dropped(
    classifier: SensitivityClassifier,
) -> None:
    articles = [Article(f"{BODY} {number}.") for number in range(HELD + 5)]
    counts, found = watch(classifier, lambda: False, articles)
    assert counts.outcomes == ["dropped"] * 5
    assert found == {"same": 0, "different": 0, "dropped": 5, "failed": 0}


def test_what_is_the_same_is_counted_and_what_is_long_is_left(
    classifier: SensitivityClassifier,
) -> None:
    long = Article("The man was at the bank. " * (LONGEST // 20))
    _, found = watch(classifier, lambda: True, [Article(BODY), long])
    assert found == {"same": 1, "different": 0, "dropped": 1, "failed": 0}


def test_a_candidate_that_breaks_harms_nobody(
    classifier: SensitivityClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = classifier.assess, []

    def assess(articles: list[Article]) -> object:
        if len(articles) == 1:
            broken.append(True)
            raise ValueError(CANARY)
        return real(articles)

    monkeypatch.setattr(classifier, "assess", assess)
    _, found = watch(classifier, lambda: True, [Article(BODY), Article(f"{BODY} Again.")])
    assert broken
    assert found == {"same": 0, "different": 0, "dropped": 0, "failed": 2}
