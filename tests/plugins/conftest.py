"""A real server for all of a worker's plug-ins, and one for each of its troubles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classifier import SensitivityClassifier
from serving.api.app import create_app
from serving.settings import Settings
from tests.plugins import servers


@pytest.fixture(scope="session")
def house(
    repository: Path, artifact: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[servers.House]:
    with servers.house(repository, artifact, tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="session")
def starting(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that is not ready, and says 503."""
    database = f"sqlite:///{tmp_path_factory.mktemp('starting')}/forewarn.db"
    with servers.in_thread(create_app(Settings(artifact=artifact, database=database))) as url:
        yield url


@pytest.fixture(scope="session")
def hurried(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has no time, and says 504."""
    database = f"sqlite:///{tmp_path_factory.mktemp('hurried')}/forewarn.db"
    settings = Settings(artifact=artifact, database=database)
    app = create_app(settings, SensitivityClassifier.load(artifact))
    with servers.in_thread(servers.Hurry(app), lifespan="on") as url:
        yield url
