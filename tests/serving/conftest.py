"""A classifier with a throwaway artifact, the application around it, and all that it logs."""

import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api.app import create_app
from serving.api.logs import JsonLines
from serving.settings import Settings


@pytest.fixture(scope="session")
def classifier(artifact: Path) -> SensitivityClassifier:
    return SensitivityClassifier.load(artifact)


@pytest.fixture
def settings(artifact: Path, tmp_path: Path) -> Settings:
    return Settings(
        artifact=artifact,
        database=f"sqlite:///{tmp_path}/forewarn.db",
        max_body_bytes=20_000,
        max_article_characters=2_000,
    )


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
