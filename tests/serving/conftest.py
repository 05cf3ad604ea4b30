"""A classifier with a throwaway artifact, the application around it, and all that it logs."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from classifier.artifact import write_manifest
from classifier.calibration import write_calibration
from serving.api.app import create_app
from serving.api.logs import JsonLines
from serving.settings import Settings
from tests.tiny import TINY_WINDOWING, plain_calibration, tiny_artifact


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thresholds of 0: every article has every label at severity 3, and evidence to look at."""
    folder = tiny_artifact(tmp_path_factory.mktemp("artifact"))
    plain = plain_calibration()
    keen = replace(plain, severity_thresholds=np.zeros_like(plain.severity_thresholds))
    write_calibration(folder / "calibration.json", keen)
    write_manifest(folder, "tiny", TINY_WINDOWING, {"made": "for a test"})
    return folder


@pytest.fixture(scope="session")
def classifier(artifact: Path) -> SensitivityClassifier:
    return SensitivityClassifier.load(artifact)


@pytest.fixture
def settings(artifact: Path) -> Settings:
    return Settings(artifact=artifact, max_body_bytes=20_000, max_article_characters=2_000)


@pytest.fixture
def app(settings: Settings, classifier: SensitivityClassifier) -> FastAPI:
    return create_app(settings, classifier)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Requests to an application that is ready."""
    with TestClient(app) as client:
        yield client


@pytest.fixture
def logs() -> Iterator[StringIO]:
    """Everything that any logger says, as the server writes it."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    handler.addFilter(lambda record: record.name != "httpx2")  # the client's, not ours
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
