"""Ghost's side: what it sends and how, and a receiver in a process of its own."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plugins.ghost.signature import sign
from tests.plugins.invented import HTML, TITLE

SECRET = "a secret of the webhooks"
CURRENT: dict[str, Any] = {
    "id": "6682b8a8e10cc04306284999",
    "uuid": "cdb2b98b-bf4b-4c46-b15b-3b93cade0000",
    "title": TITLE,
    "slug": "mill-pond",
    "html": HTML,
    "plaintext": "…",
    "status": "published",
    "visibility": "members",
    "custom_excerpt": "Police said a girl of nine was in hospital.",
    "primary_tag": {"id": "1", "name": "Local", "slug": "local"},
    "created_at": "2026-11-27T09:00:00.000Z",
    "updated_at": "2026-11-27T10:00:00.000Z",
    "published_at": "2026-11-27T10:00:00.000Z",
}


def delivery(**changes: Any) -> bytes:
    """The body for post.published or post.published.edited."""
    return json.dumps({"post": {"current": CURRENT | changes, "previous": {}}}).encode()


def send(port: int, body: bytes, **headers: str | None) -> int:
    """Deliver as Ghost does, and return the status; headers with None are left out."""
    signature = sign(SECRET, body, int(1000 * time.time()))
    given = {"Content-Type": "application/json", "X-Ghost-Signature": signature}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}  # type: ignore[misc]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        kept = {name: value for name, value in given.items() if value is not None}
        connection.request("POST", "/", body, kept)
        response = connection.getresponse()
        assert response.read() == b""
        return response.status
    finally:
        connection.close()


class Running:
    """A receiver that runs; `lines` are all that it has said, in a file."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process, self._log = process, log
        self.port: int = self.wait("listening")["port"]

    @property
    def lines(self) -> list[dict[str, Any]]:
        text = self._log.read_text("utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def wait(self, event: str, count: int = 1) -> dict[str, Any]:
        """The line of that event, once there are as many."""
        end = time.monotonic() + 120
        while len(found := [one for one in self.lines if one["event"] == event]) < count:
            assert self.process.poll() is None, self._log.read_text("utf-8")
            assert time.monotonic() < end, self._log.read_text("utf-8")
            time.sleep(0.02)
        return found[count - 1]


@contextmanager
def receiver(
    repository: Path, folder: Path, url: str, key: str = "", patience: float = 0.05
) -> Iterator[Running]:
    """A receiver in front of the server at `url`, with its file in `folder`."""
    names = {"GHOST_WEBHOOK_SECRET": SECRET, "FOREWARN_URL": url, "FOREWARN_KEY": key}
    options = ("--port", "0", "--database", folder / "ghost.db", "--patience", str(patience))
    log = folder / f"log-{time.monotonic_ns()}"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "plugins.ghost", *map(str, options)],
            cwd=repository,
            env=os.environ | names,
            stdout=out,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield Running(process, log)
        finally:
            process.kill()
