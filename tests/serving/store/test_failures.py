"""What the store does when its database is locked, gone, or back again, and what it keeps."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from serving.store.backup import back_up, dump_command
from serving.store.database import Database
from serving.store.decisions import NewDecision
from serving.store.errors import DecisionRefusedError, StoreError
from serving.store.migrate import upgrade
from serving.store.store import Store, open_store
from tests.serving.store.conftest import _programs
from tests.serving.store.test_store import ACTOR, DECISION, write

OPENER = """
import sys
from serving.store.database import Database
from serving.store.migrate import upgrade
database = Database(sys.argv[1])
upgrade(database)
database.close()
"""


def let_in(server: str, url: str, allowed: bool) -> None:
    """Let nobody into a database of PostgreSQL any more, or let them in again."""
    name = url.rpartition("/")[2]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_comes_back_is_used_again(store: Store, url: str, postgresql: str) -> None:
    _, secret = store.keys.create("WordPress", ["classify"], ACTOR)
    let_in(postgresql, url, False)
    begun = time.monotonic()
    assert not store.ping()
    with pytest.raises(StoreError, match="Nothing was stored"):
        store.decisions.record(DECISION)
    for _ in range(2):  # nobody is let in on what was known, and nobody waits for it twice
        with pytest.raises(StoreError):
            store.keys.verify(secret)
    assert time.monotonic() - begun < 5
    let_in(postgresql, url, True)
    assert store.ping(seconds=10)
    assert store.decisions.record(DECISION).new
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            assert store.keys.verify(secret) is not None
            return
        except StoreError:
            time.sleep(0.1)
    pytest.fail("The key was not let in again.")


def test_another_server_learns_of_a_revocation(store: Store, url: str) -> None:
    key, secret = store.keys.create("WordPress", ["classify"], ACTOR)
    other = open_store(url)
    assert other.keys.verify(secret) is not None
    store.keys.revoke(key.id, ACTOR)
    deadline = time.monotonic() + 20
    while other.keys.verify(secret) is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert other.keys.verify(secret) is None
    other.close()


def test_use_of_a_key_is_noted_once_an_hour(store: Store) -> None:
    _, secret = store.keys.create("WordPress", ["classify"], ACTOR)
    assert store.keys.all()[0].last_used_at is None
    for _ in range(3):
        assert store.keys.verify(secret) is not None
    noted = store.keys.all()[0].last_used_at
    assert noted is not None
    store.keys.verify(secret)
    assert store.keys.all()[0].last_used_at == noted


@pytest.mark.parametrize(
    "presented",
    ["", "forewarn_", "\0", "\ud800", "é" * 100_000, "{}x", "{}\n", " {}", "x" * 250 + "{}"],
)
def test_what_is_no_key_opens_nothing(store: Store, presented: str) -> None:
    _, secret = store.keys.create("WordPress", ["classify"], ACTOR)
    assert store.keys.verify(presented.replace("{}", secret)) is None
    assert store.keys.verify(secret) is not None


def test_a_reader_goes_on_while_a_writer_keeps_the_lock(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/forewarn.db")
    with closing(sqlite3.connect(tmp_path / "forewarn.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.ping()
        assert store.decisions.page().items == []
        with pytest.raises(StoreError, match="SQLITE_BUSY"):
            store.decisions.record(DECISION)
        other.execute("COMMIT")
    assert store.decisions.record(DECISION).new
    store.close()


def test_a_file_that_has_vanished_is_not_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "forewarn.db"
    store = open_store(f"sqlite:///{file}")
    file.unlink()
    store.database.engine.dispose()
    with pytest.raises(StoreError):
        store.decisions.record(DECISION)
    assert not file.exists()
    store.close()


def test_only_its_owner_may_read_the_file_and_its_copy(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/deep/forewarn.db")
    store.decisions.record(DECISION)
    back_up(store.database, tmp_path / "copy.db")
    files = [*tmp_path.glob("deep/forewarn.db*"), tmp_path / "copy.db"]
    assert len(files) > 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    store.close()


@pytest.mark.parametrize("retain", [False, True])
def test_text_is_stored_where_retention_is_on(url: str, retain: bool) -> None:
    database = Database(url)
    upgrade(database)
    database.close()
    store = open_store(url, retain_text=retain)
    given = replace(DECISION, text="A canary sang in the harbour.")
    decision = store.decisions.record(given).decision
    assert decision.text == (given.text if retain else None)
    assert store.decisions.record(given).decision == decision
    with store.database.reading() as session:
        rows = [
            *session.execute(text("SELECT * FROM decisions")),
            *session.execute(text("SELECT * FROM audit")),
        ]
    assert ("canary" in str(rows)) is retain
    store.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "canary"),
        ("subject", "canary"),
        ("article_id", ""),
        ("editor", "canary" * 100),
        ("reason", "canary\0"),
        ("text", "canary\ud800"),
        ("severity_after", 2),  # of a note
    ],
)
def test_a_decision_that_cannot_be_stored_is_refused_unquoted(field: str, value: object) -> None:
    values = {name: getattr(DECISION, name) for name in DECISION.__dataclass_fields__}
    with pytest.raises(DecisionRefusedError, match=field) as caught:
        NewDecision(**values | {field: value})
    assert "canary" not in str(caught.value)


def test_several_processes_may_upgrade_at_once(url: str, repository: Path) -> None:
    command = [sys.executable, "-c", OPENER, url]
    processes = [
        subprocess.Popen(command, cwd=repository, stderr=subprocess.PIPE) for _ in range(3)
    ]
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    assert ends == [(b"", 0)] * 3
    open_store(url).close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_is_backed_up_by_the_command_that_is_told(
    store: Store, url: str, postgresql: str, repository: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"Run: pg_dump --format=custom"):
        back_up(store.database, tmp_path / "copy")
    told = dump_command(store.database, tmp_path / "copy")
    with write(url, 10_000, repository) as process:
        assert process.stdout
        for _ in range(10):
            process.stdout.readline()
        subprocess.run([_programs() / told[0], *told[1:]], check=True)
        process.kill()
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
    into = f"{postgresql}/restored"
    subprocess.run([_programs() / "pg_restore", f"--dbname={into}", tmp_path / "copy"], check=True)
    copy = open_store(into)
    keys = [int(found.idempotency_key) for found in copy.decisions.export()]
    assert keys == list(range(len(keys)))
    assert len(keys) >= 10
    assert copy.decisions.record(replace(DECISION, idempotency_key="later")).new
    copy.close()


def test_a_password_is_told_nowhere(postgresql: str) -> None:
    url = postgresql.replace("forewarn@", "forewarn:hunter2@") + "/nowhere"
    with pytest.raises(StoreError) as caught:
        open_store(url)
    database = Database(url)
    told = [str(caught.value), database.place, *dump_command(database, Path("copy"))]
    database.close()
    assert not any("hunter2" in line for line in told)
    assert caught.value.__cause__ is None


def test_what_is_presented_costs_the_same_time(store: Store) -> None:
    """The medians of many interleaved rounds differ by less than their own spread is wide."""
    key, secret = store.keys.create("WordPress", ["classify"], ACTOR)
    revoked, former = store.keys.create("Old", ["classify"], ACTOR)
    store.keys.revoke(revoked.id, ACTOR)
    unknown = f"forewarn_zzzzzzzzzz_{secret[-43:]}"
    kinds = [unknown, f"{secret[:-1]}!", former, f"forewarn_{key.id}_{'0' * 43}", "x" * 63]
    times: list[list[int]] = [[] for _ in kinds]
    for _ in range(4_000):
        for spent, presented in zip(times, kinds, strict=True):
            begun = time.perf_counter_ns()
            store.keys.verify(presented)
            spent.append(time.perf_counter_ns() - begun)
    medians = [sorted(spent)[len(spent) // 2] for spent in times]
    assert max(medians) < 1.5 * min(medians)
