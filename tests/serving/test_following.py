"""Another artifact comes into force while requests are answered."""

import json
import shutil
import threading
import time
from io import StringIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api.app import create_app
from serving.promotion import promote, roll_back
from serving.settings import Settings
from tests.tiny import reseal

BODY = "The boy was taken to hospital. Police said a man had threatened him with a knife."


@pytest.fixture
def folders(artifact: Path, tmp_path: Path) -> tuple[Path, Path]:
    """One that flags everything, and one that flags nothing."""
    keen, calm = tmp_path / "keen", tmp_path / "calm"
    for folder, threshold in ((keen, 0.0), (calm, 1.0)):
        shutil.copytree(artifact, folder)
        reseal(folder, threshold=threshold)
    return keen, calm


@pytest.fixture
def following(settings: Settings, folders: tuple[Path, Path], tmp_path: Path) -> Settings:
    link = tmp_path / "current"
    promote(link, folders[0], "command:test", gated=False)
    return settings.model_copy(update={"artifact": link, "rate_limit": "1000000/minute"})


def verdict(client: TestClient) -> tuple[str, str, str]:
    response = client.post("/v1/classify", json={"body": BODY})
    assert response.status_code == 200, response.text
    answer = response.json()
    return answer["verdict"], answer["versions"]["artifact"], response.headers["ETag"]


def until(client: TestClient, expected: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while verdict(client)[0] != expected:
        assert time.monotonic() < end


def test_no_request_is_lost_and_no_answer_mixes_two_artifacts(
    following: Settings, folders: tuple[Path, Path], logs: StringIO
) -> None:
    link = following.artifact
    assert link
    keen, calm = (SensitivityClassifier.load(folder).versions.artifact for folder in folders)
    seen: set[tuple[str, str, str]] = set()
    failures: list[BaseException] = []
    done = threading.Event()
    with TestClient(create_app(following)) as client:

        def go_on_asking() -> None:
            try:
                while not done.is_set():
                    seen.add(verdict(client))
            except BaseException as error:
                failures.append(error)

        asking = [threading.Thread(target=go_on_asking) for _ in range(2)]
        for thread in asking:
            thread.start()
        try:
            until(client, "flagged")
            promote(link, folders[1], "command:test", gated=False)
            until(client, "clear")
            assert client.get("/v1/models").json()["artifacts"][0]["version"] == calm
            assert calm in client.get("/metrics").text
            roll_back(link, "command:test")
            until(client, "flagged")
        finally:
            done.set()
            for thread in asking:
                thread.join()
    assert failures == []
    assert {(said, version) for said, version, _ in seen} == {("flagged", keen), ("clear", calm)}
    assert len(seen) == 2  # an ETag for each
    events = [json.loads(line)["event"] for line in logs.getvalue().splitlines()]
    assert events.count("artifact replaced") == 2


def test_an_artifact_that_cannot_be_loaded_leaves_the_old_one(
    following: Settings, folders: tuple[Path, Path], logs: StringIO
) -> None:
    link = following.artifact
    assert link
    with TestClient(create_app(following)) as client:
        (folders[1] / "heads.bin").write_bytes(b"")
        link.unlink()
        link.symlink_to(folders[1])
        end = time.monotonic() + 30
        while "artifact not replaced" not in logs.getvalue():
            assert time.monotonic() < end
            time.sleep(0.05)
        assert verdict(client)[0] == "flagged"
    assert logs.getvalue().count("artifact not replaced") == 1
