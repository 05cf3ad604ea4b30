"""The audit trail: who did what, when, with what result, and what was before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from serving.store.database import Database
from serving.store.pages import ALWAYS, Page, Period, read_rows
from serving.store.tables import AuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was done.

    `actor` is the id of an API key, `local` for a caller of a server without keys, or
    `command:USER`. `subject_id` is the id of what it was done to. `versions`, `old` and `new` are
    plain values; no secret and nothing of an article is among them.
    """

    actor: str
    action: str
    subject_id: str
    result: str = "done"
    versions: Mapping[str, Any] | None = None
    old: Mapping[str, Any] | None = None
    new: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry(Event):
    """An event as it is kept."""

    id: int
    at: datetime


class Audit:
    """Events, oldest first. The database itself refuses to alter or delete one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, event: Event) -> None:
        """Keep an event that changes nothing else in the database. Raises StoreError."""
        with self._database.writing() as session:
            add_event(session, event)

    def page(
        self, after: str | None = None, limit: int = 100, period: Period = ALWAYS
    ) -> Page[AuditEntry]:
        """Entries after a cursor, in the order in which they were made. Raises StoreError."""
        with self._database.reading() as session:
            rows, cursor, more = read_rows(session, AuditRow, after, limit, period)
            return Page([_entry(row) for row in rows], cursor, more)


def add_event(session: Session, event: Event, at: datetime | None = None) -> None:
    """Keep an event in the transaction of the change that it tells of."""
    session.add(
        AuditRow(
            at=at or datetime.now(UTC),
            actor=event.actor,
            action=event.action,
            subject_id=event.subject_id,
            result=event.result,
            versions=_plain(event.versions),
            old=_plain(event.old),
            new=_plain(event.new),
        )
    )


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else dict(values)


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject_id=row.subject_id,
        result=row.result,
        versions=row.versions,
        old=row.old,
        new=row.new,
    )
