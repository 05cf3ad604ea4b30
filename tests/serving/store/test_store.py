"""What is stored lasts: on SQLite and PostgreSQL, under several writers, kills and upgrades."""

import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from serving.store import migrate
from serving.store.backup import back_up
from serving.store.database import Database
from serving.store.decisions import NewDecision
from serving.store.errors import ConflictError, CursorError, KeyRefusedError, StoreError
from serving.store.secret import PATTERN
from serving.store.store import Store, open_store
from serving.store.tables import Base

ACTOR = "command:test"
DECISION = NewDecision(
    action="accept",
    subject="note",
    subject_id="child-harmed",
    article_id="story-1",
    content_hash="0" * 64,
    editor="u-1",
    idempotency_key="1",
    artifact_version="forewarn-en+0",
    taxonomy_version="1.0",
    code_version="0.1.0",
)
WRITER = """
import sys
from dataclasses import replace
from serving.store.store import open_store
from tests.serving.store.test_store import DECISION
store = open_store(sys.argv[1])
for number in range(int(sys.argv[2])):
    store.decisions.record(replace(DECISION, idempotency_key=str(number)))
    print(number, flush=True)
"""


def write(url: str, count: int, repository: Path) -> "subprocess.Popen[str]":
    """Another process that records decisions, and says so after each."""
    command = [sys.executable, "-c", WRITER, url, str(count)]
    return subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True)


def test_a_key_opens_until_it_is_revoked(store: Store) -> None:
    key, secret = store.keys.create("WordPress", ["classify"], ACTOR)
    assert re.fullmatch(PATTERN, secret)
    found = store.keys.verify(secret)
    assert found is not None
    assert found.id == key.id
    assert found.may("classify")
    assert not found.may("admin")
    store.keys.revoke(key.id, ACTOR)
    assert store.keys.verify(secret) is None
    with pytest.raises(KeyRefusedError):
        store.keys.rotate(key.id, ACTOR)


@pytest.mark.parametrize("grace", [timedelta(0), timedelta(hours=1)])
def test_a_rotated_key_keeps_its_id(store: Store, grace: timedelta) -> None:
    key, old = store.keys.create("WordPress", ["classify"], ACTOR)
    rotated, new = store.keys.rotate(key.id, ACTOR, grace)
    assert rotated.id == key.id
    assert store.keys.verify(new) is not None
    assert (store.keys.verify(old) is not None) is bool(grace)


def test_an_expired_key_is_refused(store: Store) -> None:
    soon = datetime.now(UTC) + timedelta(milliseconds=50)
    _, secret = store.keys.create("WordPress", ["classify"], ACTOR, soon)
    threading.Event().wait(0.1)
    assert store.keys.verify(secret) is None
    assert not store.keys.usable()


def test_no_secret_is_stored(store: Store, url: str, tmp_path: Path) -> None:
    _, secret = store.keys.create("WordPress", ["classify"], ACTOR)
    with store.database.reading() as session:
        rows = [
            str(row)
            for table in Base.metadata.sorted_tables
            for row in session.execute(table.select())
        ]
    assert rows
    assert not any(secret[-43:] in row for row in rows)
    if url.startswith("sqlite"):
        assert all(secret[-43:].encode() not in f.read_bytes() for f in tmp_path.glob("forewarn*"))


@pytest.mark.parametrize(
    ("name", "scopes"), [("", ["read"]), ("x" * 101, ["read"]), ("x", []), ("x", ["all"])]
)
def test_a_key_that_will_not_do_is_refused(store: Store, name: str, scopes: list[str]) -> None:
    with pytest.raises(KeyRefusedError):
        store.keys.create(name, scopes, ACTOR)
    assert store.keys.all() == []


def test_a_decision_is_stored_once(store: Store) -> None:
    first, again = store.decisions.record(DECISION), store.decisions.record(DECISION)
    assert (first.new, again.new) == (True, False)
    assert first.decision == again.decision
    with pytest.raises(ConflictError):
        store.decisions.record(replace(DECISION, action="reject"))
    other = store.decisions.record(DECISION, key_id="another")
    assert other.new
    assert [found.id for found in store.decisions.export()] == [
        first.decision.id,
        other.decision.id,
    ]


def test_pages_miss_nothing(store: Store) -> None:
    for number in range(7):
        store.decisions.record(replace(DECISION, idempotency_key=str(number)))
    first = store.decisions.page(limit=3)
    second = store.decisions.page(first.cursor, limit=3)
    last = store.decisions.page(second.cursor, limit=3)
    keys = [found.idempotency_key for page in (first, second, last) for found in page.items]
    assert keys == [str(number) for number in range(7)]
    assert (first.more, second.more, last.more) == (True, True, False)
    store.decisions.record(replace(DECISION, idempotency_key="late"))
    assert len(store.decisions.page(last.cursor).items) == 1
    with pytest.raises(CursorError):
        store.audit.page(first.cursor)


def test_every_change_is_in_the_audit_trail(store: Store) -> None:
    key, secret = store.keys.create("WordPress", ["decide"], ACTOR)
    store.decisions.record(DECISION, key.id)
    store.keys.revoke(key.id, ACTOR)
    entries = store.audit.page().items
    assert [entry.action for entry in entries] == ["key.create", "decision.record", "key.revoke"]
    assert [entry.actor for entry in entries] == [ACTOR, key.id, ACTOR]
    assert secret not in str(entries)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_audit_trail_cannot_be_altered(store: Store, statement: str) -> None:
    store.keys.create("WordPress", ["decide"], ACTOR)
    with pytest.raises((SQLAlchemyError, StoreError)), store.database.writing() as session:
        session.execute(text(statement))
    assert len(store.audit.page().items) == 1


def test_migrations_go_up_and_down(url: str) -> None:
    database = Database(url)
    assert migrate.upgrade(database) == migrate.EMPTY
    assert migrate.upgrade(database) == migrate.revisions()[-1]
    assert migrate.downgrade(database, migrate.EMPTY) == migrate.revisions()[-1]
    assert migrate.revision(database) == migrate.EMPTY
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()


def test_several_may_upgrade_at_once(url: str) -> None:
    failed: list[BaseException] = []

    def upgrade() -> None:
        database = Database(url)
        try:
            migrate.upgrade(database)
        except BaseException as error:
            failed.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_servers_do_not_change_a_shared_database(postgresql: str) -> None:
    with pytest.raises(StoreError, match="forewarn database upgrade"):
        open_store(f"{postgresql}/postgres")


def test_two_processes_store_each_decision_once(store: Store, url: str, repository: Path) -> None:
    with write(url, 40, repository) as first, write(url, 40, repository) as second:
        for process in (first, second):
            process.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    keys = [found.idempotency_key for found in store.decisions.export()]
    assert sorted(keys, key=int) == [str(number) for number in range(40)]


def test_what_was_acknowledged_survives_a_kill(store: Store, url: str, repository: Path) -> None:
    with write(url, 10_000, repository) as process:
        assert process.stdout
        acknowledged = [process.stdout.readline().strip() for _ in range(25)]
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().split()
    stored = {found.idempotency_key for found in store.decisions.export()}
    assert set(acknowledged) <= stored


def test_a_backup_taken_while_writing_is_whole(repository: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/forewarn.db"
    store = open_store(url)
    with write(url, 10_000, repository) as process:
        assert process.stdout
        for _ in range(10):
            process.stdout.readline()
        back_up(store.database, tmp_path / "copy.db")
        process.kill()
    store.close()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy = open_store(f"sqlite:///{tmp_path}/copy.db")
    keys = [int(found.idempotency_key) for found in copy.decisions.export()]
    entries = len(copy.audit.page(limit=1_000).items)
    copy.close()
    assert keys == list(range(len(keys)))
    assert len(keys) >= 10
    assert entries == min(len(keys), 1_000)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@host/name",
        "postgresql://u:secret@127.0.0.1:1/name",
        "sqlite://",
        "u:secret",
        "sqlite:////proc/secret/x.db",
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "u:secret" not in str(caught.value)
    assert "Expected" in str(caught.value)


def test_a_database_that_goes_away_is_noticed(store: Store, url: str, tmp_path: Path) -> None:
    assert store.ping()
    if url.startswith("sqlite"):
        (tmp_path / "forewarn.db").unlink()
    else:
        with store.database.writing() as session:
            session.execute(text("ALTER TABLE alembic_version RENAME TO gone"))
    store.database.engine.dispose()
    assert not store.ping()


def test_decisions_about_a_deleted_article_are_removed_and_the_trail_says_so(store: Store) -> None:
    kept, gone = "1" * 64, "2" * 64
    for number, content_hash in enumerate((kept, gone, gone)):
        store.decisions.record(
            replace(DECISION, content_hash=content_hash, idempotency_key=str(number))
        )
    assert store.decisions.forget([gone, gone, "3" * 64], ACTOR) == {gone: 2, "3" * 64: 0}
    assert [one.content_hash for one in store.decisions.export()] == [kept]
    *_, last = store.audit.page().items
    assert (last.action, last.subject_id, last.actor) == ("decision.forget", gone, ACTOR)
    assert last.old == {"decisions": 2, "queued": 0}
