"""A real WordPress with the plug-in, a real Forewarn server, and a real browser."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.mariadb import mariadb
from tests.plugins.wordpress.site import Site, wordpress
from tests.serving.desk.walk import chromium

expect.set_options(timeout=30_000)  # a busy machine is no failure


@pytest.fixture(scope="session", autouse=True)
def told_to_stop() -> Iterator[None]:
    """A run that is told to stop, as `timeout` does, stops its servers first."""

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def plugin(repository: Path) -> Path:
    return repository / "plugins" / "wordpress" / "forewarn"


@pytest.fixture(scope="session")
def database() -> Iterator[Path]:
    # Not pytest's folder: a socket's path may have 107 characters.
    with tempfile.TemporaryDirectory(prefix="fw-") as folder, mariadb(Path(folder)) as socket:
        yield socket


@pytest.fixture(scope="session")
def installed(
    database: Path, plugin: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with wordpress(tmp_path_factory.mktemp("wordpress"), plugin, database) as site:
        yield site


@pytest.fixture(scope="session")
def server(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForewarnServer]:
    server = ForewarnServer(repository, tmp_path_factory.mktemp("forewarn"))
    yield server
    server.stop()


@pytest.fixture
def forewarn(server: ForewarnServer) -> ForewarnServer:
    """The server, running, whatever the test before did to it."""
    server.start()
    return server


@pytest.fixture
def site(installed: Site, forewarn: ForewarnServer) -> Iterator[Site]:
    """The site, which asks that server. PHP may not complain of the plug-in."""
    installed.set_up(url=forewarn.url, key=forewarn.key)
    yield installed
    assert installed.complaints() == []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser
