"""The server does not wait long for its database, and tells nobody how to reach it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from serving.api import examples
from serving.settings import Settings
from tests.serving.test_problems import problem_of

PATIENCE = 4.0  # seconds: what comes later finds no plug-in waiting any more


@contextmanager
def locked(file: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Another program that writes, until the block has been left or patience is at an end."""
    begun, done = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            begun.set()
            done.wait(patience)
            other.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(60)
        yield
    finally:
        done.set()
        writer.join()


@pytest.mark.parametrize("with_key", [False, True])
def test_a_decision_is_refused_soon_while_another_program_writes(
    app: FastAPI, client: TestClient, tmp_path: Path, with_key: bool
) -> None:
    headers = {"Idempotency-Key": "1"}
    if with_key:  # its use is noted, which has to wait too
        _, secret = app.state.store.keys.create("CMS", ["decide"], "command:test")
        headers["Authorization"] = f"Bearer {secret}"
    sent = examples.decision()
    with locked(tmp_path / "forewarn.db"):
        refused = client.post("/v1/decisions", json=sent, headers=headers)
    problem = problem_of(refused)
    assert (problem.status, problem.type) == (503, "/problems/not-ready")
    assert refused.headers["Retry-After"] == "1"
    # Nothing of it was stored: sent again it is new.
    assert client.post("/v1/decisions", json=sent, headers=headers).status_code == 201


def test_settings_do_not_show_the_password_of_the_database() -> None:
    settings = Settings(database="postgresql://forewarn:hunter2@db.example/forewarn")
    assert settings.database
    assert "hunter2" not in f"{settings!r} {settings}"
