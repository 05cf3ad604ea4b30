"""Ghost's receiver, in a process of its own, between a stand-in of Ghost and a real server."""

import json
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from plugins.ghost.receiver import LARGEST
from plugins.ghost.signature import OLDEST, sign
from tests.plugins import servers
from tests.plugins.ghost.ghost import CURRENT, SECRET, delivery, receiver, send
from tests.plugins.invented import CANARY, FINNISH


def rows(folder: Path) -> list[dict[str, Any]]:
    database = sqlite3.connect(folder / "ghost.db")
    database.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in database.execute("SELECT * FROM articles ORDER BY article")]
    finally:
        database.close()


def written(folder: Path) -> bytes:
    """Everything that lies on disk."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_what_is_published_waits_at_the_review_desk(
    repository: Path, house: servers.House, tmp_path: Path
) -> None:
    with receiver(repository, tmp_path, house.url, house.key) as running:
        assert send(running.port, delivery()) == 202
        line = running.wait("checked")
        assert line["article"] == CURRENT["id"]
        assert (line["verdict"], line["reason"]) == ("flagged", None)
        assert isinstance(line["queued"], int)
        [row] = rows(tmp_path)
    assert (row["request"], row["verdict"], row["queued"]) == (None, "flagged", line["queued"])
    assert len(row["content_hash"]) == 64
    assert "artifact" in json.loads(row["versions"])


def test_one_version_is_checked_once_and_the_newest_last(
    repository: Path, house: servers.House, tmp_path: Path
) -> None:
    newer = delivery(updated_at="2026-11-27T10:30:00.000Z", html="<p>Police said no more.</p>")
    with receiver(repository, tmp_path, house.url, house.key) as running:
        for number in range(1, 3):
            assert send(running.port, delivery()) == 202
            running.wait("checked" if number == 1 else "known")
        assert send(running.port, newer) == 202
        running.wait("checked", 2)
        assert send(running.port, delivery()) == 202  # late
        running.wait("known", 2)
        events = [line["event"] for line in running.lines[1:]]
    assert sorted(events) == ["checked"] * 2 + ["known"] * 2 + ["received"] * 2
    [row] = rows(tmp_path)
    assert row["updated_at"] == "2026-11-27T10:30:00.000Z"


def test_the_answer_waits_for_no_check(repository: Path, tmp_path: Path) -> None:
    """Forewarn takes connections and says nothing: the answers come all the same."""
    with servers.silent() as url, receiver(repository, tmp_path, url) as running:
        for number in range(20):
            assert send(running.port, delivery(id=f"post-{number}")) == 202
        assert {line["event"] for line in running.lines} == {"listening", "received"}
    assert len(rows(tmp_path)) == 20


def test_what_was_acknowledged_outlives_a_kill(
    repository: Path, house: servers.House, tmp_path: Path
) -> None:
    with servers.silent() as url, receiver(repository, tmp_path, url) as running:
        for number in range(3):
            assert send(running.port, delivery(id=f"post-{number}")) == 202
        running.process.kill()
        running.process.wait()
    assert [row["verdict"] for row in rows(tmp_path)] == [None] * 3
    with receiver(repository, tmp_path, house.url, house.key) as running:
        running.wait("checked", 3)
    assert [row["verdict"] for row in rows(tmp_path)] == ["flagged"] * 3


@pytest.mark.parametrize(("trouble", "status"), [("starting", 503), ("hurried", 504)])
def test_who_has_no_time_is_asked_again(
    repository: Path, tmp_path: Path, trouble: str, status: int, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(trouble)
    long = delivery(html=f"<p>{CANARY} was in hospital, police said.</p>" * 60)
    with receiver(repository, tmp_path, url, patience=0.01) as running:
        assert send(running.port, long) == 202
        line = running.wait("put off")
        assert line["reason"].startswith(f"Forewarn answered {status}: ")
        assert line["seconds"] >= (1 if status == 503 else 0.01)  # as Retry-After says
        running.wait("put off", 2)
    [row] = rows(tmp_path)
    assert row["tries"] >= 2
    assert row["request"]


def test_forewarn_may_come_back(repository: Path, house: servers.House, tmp_path: Path) -> None:
    with servers.refused() as url, receiver(repository, tmp_path, url) as running:
        assert send(running.port, delivery()) == 202
        running.wait("put off", 3)
        waits = [line["seconds"] for line in running.lines if line["event"] == "put off"]
        assert waits[:3] == [0.05, 0.1, 0.2]
    with receiver(repository, tmp_path, house.url, "fw_nobody") as running:
        assert running.wait("put off")["reason"].startswith("Forewarn answered 401: ")
    with receiver(repository, tmp_path, house.url, house.key) as running:
        assert running.wait("checked")["verdict"] == "flagged"


def test_another_language_waits_for_editors_as_not_checked(
    repository: Path, house: servers.House, tmp_path: Path
) -> None:
    with receiver(repository, tmp_path, house.url, house.key) as running:
        finnish = delivery(title="Lampi", html=f"<p>{FINNISH}</p>", custom_excerpt=None)
        assert send(running.port, finnish) == 202
        line = running.wait("checked")
    assert line["verdict"] == "not_checked"
    assert line["reason"].startswith("Forewarn says: ")
    assert isinstance(line["queued"], int)


def test_what_forewarn_never_takes_is_given_up_and_told(
    repository: Path, house: servers.House, tmp_path: Path
) -> None:
    with receiver(repository, tmp_path, house.url, house.key) as running:
        assert send(running.port, delivery(title="half \ud83d a pair")) == 202
        line = running.wait("refused")
    assert line["verdict"] == "not_checked"
    assert line["reason"].startswith("Forewarn answered 422: ")


def forged(body: bytes) -> dict[str, str | None]:
    now = int(1000 * time.time())
    return {
        "missing": None,
        "no signature": "sha256=, t=1",
        "of another secret": sign("somebody else's secret", body, now),
        "of another body": sign(SECRET, body + b" ", now),
        "stale": sign(SECRET, body, now - 2 * OLDEST),
        "from the future": sign(SECRET, body, now + 2 * OLDEST),
    }


def test_what_is_not_signed_is_refused(repository: Path, tmp_path: Path) -> None:
    with servers.refused() as url, receiver(repository, tmp_path, url) as running:
        for name, signature in forged(delivery()).items():
            assert send(running.port, delivery(), X_Ghost_Signature=signature) == 401, name
        lines = running.lines
    assert [line["event"] for line in lines] == ["listening"] + ["not signed"] * 6
    assert rows(tmp_path) == []


def test_what_is_signed_but_no_article_is_refused_or_ignored(
    repository: Path, tmp_path: Path
) -> None:
    with servers.refused() as url, receiver(repository, tmp_path, url) as running:
        for body in (b"", b"{", b"[]", b"\xff\xfe", b'{"post": 7}', b"[" * 100_000):
            assert send(running.port, body) == 400
        assert send(running.port, delivery(status="draft")) == 204
    assert rows(tmp_path) == []


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"Content-Length: {LARGEST + 1}", b"413"),
        (f"Content-Length: {'9' * 5000}", b"413"),
        ("Content-Length: -1", b"411"),
        ("Content-Length: ²", b"411"),
        ("Transfer-Encoding: chunked", b"411"),
        ("X: " + "y" * 70_000, b"431"),
    ],
)
def test_what_is_too_large_is_not_read(
    repository: Path, tmp_path: Path, head: str, status: bytes
) -> None:
    with servers.refused() as url, receiver(repository, tmp_path, url) as running:
        with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
            connection.sendall(f"POST / HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n".encode("latin-1"))
            assert connection.recv(12).partition(b" ")[2] == status
        assert send(running.port, delivery()) == 202


def test_a_webhook_is_never_told_to_go(repository: Path, tmp_path: Path) -> None:
    """Ghost removes one that is answered with 410."""
    with servers.refused() as url, receiver(repository, tmp_path, url) as running:
        for method in ("GET", "PUT", "DELETE", "HEAD"):
            with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
                connection.sendall(f"{method} /gone HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                assert connection.recv(12).partition(b" ")[2] == b"501"
    source = (repository / "plugins" / "ghost" / "receiver.py").read_text("utf-8")
    assert "return 410" not in source


def test_nothing_of_an_article_stays_or_is_logged(
    repository: Path, house: servers.House, tmp_path: Path
) -> None:
    with servers.refused() as url, receiver(repository, tmp_path, url) as running:
        assert send(running.port, delivery()) == 202
        assert send(running.port, delivery(), X_Ghost_Signature=CANARY) == 401
        running.wait("put off")
    logs = b"".join(log.read_bytes() for log in tmp_path.glob("log-*"))
    assert CANARY.encode() not in logs
    assert stat.S_IMODE((tmp_path / "ghost.db").stat().st_mode) == 0o600
    assert CANARY.encode() in written(tmp_path)  # on disk, until it is checked
    with receiver(repository, tmp_path, house.url, house.key) as running:
        running.wait("checked")
        assert CANARY.encode() not in written(tmp_path)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0
    assert CANARY.encode() not in written(tmp_path)
    assert house.key.encode() not in written(tmp_path)
    assert SECRET.encode() not in written(tmp_path)


@pytest.mark.parametrize("secret", ["", "short"])
def test_without_a_secret_it_does_not_start(
    repository: Path, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GHOST_WEBHOOK_SECRET", secret)
    command = [sys.executable, "-m", "plugins.ghost", "--port", "0"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Expected: the secret of the webhooks" in done.stderr


def test_the_desk_has_the_article(repository: Path, house: servers.House, tmp_path: Path) -> None:
    """Asked again with the same article, the queue gives the same number."""
    with receiver(repository, tmp_path, house.url, house.key) as running:
        assert send(running.port, delivery(id="twice")) == 202
        number = running.wait("checked")["queued"]
    article = {"id": "twice", "title": CURRENT["title"], "body": CURRENT["html"], "queue": True}
    asked = urllib.request.Request(
        f"{house.url}/v1/classify",
        json.dumps({**article, "section": "Local", "social": CURRENT["custom_excerpt"]}).encode(),
        {"Authorization": f"Bearer {house.key}", "Content-Type": "application/json"}
        | {"X-Deadline-Ms": "60000"},
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert json.load(answer)["queued"] == number
