"""What waits to be checked, on disk: what was acknowledged outlives a crash of the machine."""

import json
import os
import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..recipes.forewarn_client import Answer
from .deliveries import Delivery

# One row an article, with its newest version. The text stays until it is checked, no longer.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS articles (
    article TEXT PRIMARY KEY,
    updated_at TEXT NOT NULL,
    request TEXT,               -- null once it is checked
    tries INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL,          -- seconds since 1970
    verdict TEXT,
    reason TEXT,
    content_hash TEXT,
    versions TEXT,
    queued INTEGER              -- number at the review desk
);
CREATE INDEX IF NOT EXISTS due ON articles (due) WHERE request IS NOT NULL;
"""


@dataclass(frozen=True)
class Task:
    """A version of an article that is to be checked; `tries` were in vain."""

    article: str
    updated_at: str
    tries: int
    request: dict[str, Any] = field(repr=False)


class Waiting:
    """The file of what waits. Several threads may use it, but one process only."""

    def __init__(self, path: Path) -> None:
        # Before SQLite, which would let everybody on the machine read it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.executescript(_SCHEMA)

    def add(self, delivery: Delivery, now: float) -> bool:
        """Put a version on disk, in the place of an older one; false where it is known already."""
        values = (delivery.article, delivery.updated_at, json.dumps(delivery.request), now)
        with self._lock:
            done = self._database.execute(
                "INSERT INTO articles (article, updated_at, request, due) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (article) DO UPDATE SET updated_at = excluded.updated_at,"
                " request = excluded.request, due = excluded.due, tries = 0, verdict = NULL,"
                " reason = NULL, content_hash = NULL, versions = NULL, queued = NULL"
                " WHERE excluded.updated_at > articles.updated_at",
                values,
            )
            return done.rowcount == 1

    def next_due(self, now: float) -> Task | None:
        """What has been due for longest."""
        query = (
            "SELECT article, updated_at, tries, request FROM articles"
            " WHERE request IS NOT NULL AND due <= ? ORDER BY due LIMIT 1"
        )
        with self._lock:
            row = self._database.execute(query, (now,)).fetchone()
        return Task(row[0], row[1], row[2], json.loads(row[3])) if row else None

    def put_off(self, task: Task, reason: str, due: float) -> None:
        """Let it wait until `due`, unless a newer version came."""
        with self._lock:
            self._database.execute(
                "UPDATE articles SET tries = tries + 1, reason = ?, due = ?"
                " WHERE article = ? AND updated_at = ?",
                (reason, due, task.article, task.updated_at),
            )

    def close_task(self, task: Task, answer: Answer) -> None:
        """Keep what was found and forget the text, unless a newer version came."""
        found = answer.assessment or {}
        versions = json.dumps(found["versions"]) if "versions" in found else None
        told = (answer.verdict, answer.reason, found.get("content_hash"), versions)
        with self._lock:
            self._database.execute(
                "UPDATE articles SET request = NULL, verdict = ?, reason = ?, content_hash = ?,"
                " versions = ?, queued = ? WHERE article = ? AND updated_at = ?",
                (*told, found.get("queued"), task.article, task.updated_at),
            )
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log has texts, too

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()
