"""The server process itself."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from classifier import ArtifactError
from serving.api.run import serve
from serving.errors import ServingError
from serving.settings import Settings
from tests.serving.processes import server


@pytest.fixture
def process(artifact: Path, repository: Path) -> Iterator[subprocess.Popen[str]]:
    """A server on a free port."""
    given = {"FOREWARN_DRAIN_MS": "1000", "FOREWARN_RECEIVE_MS": "1000"}
    with server(repository, artifact, **given) as process:
        yield process


def test_the_server_answers_logs_lines_of_json_and_stops_when_told(
    process: subprocess.Popen[str],
) -> None:
    assert process.stdout
    listening = json.loads(process.stdout.readline())
    with httpx2.Client(base_url=f"http://127.0.0.1:{listening['port']}", timeout=60) as client:
        assert client.get("/readyz").status_code == 200
        response = client.post("/v1/classify", json={"body": "The police said canary was here."})
        misspelt = client.post("/v1/classify", json={"boddy": "canary"})
    assert response.json()["verdict"] == "flagged"
    assert misspelt.headers["Content-Type"] == "application/problem+json"
    assert "server" not in misspelt.headers
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    lines = [json.loads(line) for line in rest.splitlines()]
    events = ["ready", *["request"] * 3, "draining", "stopped"]
    assert [line["event"] for line in lines] == events
    assert [line["status"] for line in lines[1:4]] == [200, 200, 422]
    assert "canary" not in rest
    assert process.returncode in (0, -signal.SIGTERM)


def test_a_stopping_server_answers_while_it_says_that_it_is_not_ready(
    process: subprocess.Popen[str],
) -> None:
    assert process.stdout
    base = f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
    with httpx2.Client(base_url=base, timeout=60) as client:
        assert "connection" not in client.get("/readyz").headers
        process.send_signal(signal.SIGTERM)
        while client.get("/readyz").status_code == 200:
            pass
        late = client.post("/v1/classify", json={"body": "The police said a boy was here."})
    assert late.status_code == 200
    assert late.headers["Connection"] == "close"
    process.communicate(timeout=30)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{base}/livez")


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"", b""),
        (b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Le", b""),
        (
            b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b'Content-Length: 99\r\n\r\n{"body": "canary',
            b"HTTP/1.1 408 Request Timeout\r\n",
        ),
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_who_sends_too_slowly_is_not_waited_for(
    process: subprocess.Popen[str], sent: bytes, answered: bytes
) -> None:
    assert process.stdout
    port = json.loads(process.stdout.readline())["port"]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        got = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert got.startswith(answered)
    assert bool(got) == bool(answered)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert "canary" not in rest


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "news.example.org", ""])
def test_without_keys_only_loopback_addresses_are_listened_on(host: str, artifact: Path) -> None:
    with pytest.raises(ServingError, match=r"there are no keys.*forewarn keys create"):
        serve(Settings(artifact=artifact, host=host, port=0))


def test_a_port_in_use_is_told(artifact: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServingError, match=f"port {port}: Address already in use.*--port"):
            serve(Settings(artifact=artifact, port=port))


def test_a_missing_artifact_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="No artifact at"):
        serve(Settings(artifact=tmp_path / "nowhere", port=0))
