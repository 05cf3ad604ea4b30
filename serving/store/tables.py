"""The tables, as the newest migration leaves them. A test compares the two."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Integer,
    SmallInteger,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone; what has none is taken for UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment as the database keeps it."""
        if value is None:
            return None
        moment = as_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment with its time zone."""
        return None if value is None else as_utc(value)


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map: ClassVar = {datetime: UtcDateTime(), dict[str, Any]: JSON()}


class Entry(Base):
    """A row of a table that only grows: `id` rises in the order in which rows are committed."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(index=True)


class KeyRow(Base):
    """An API key: digests of its secret and, while a rotation overlaps, of the one before."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    scopes: Mapped[str]  # sorted, with spaces between
    digest: Mapped[bytes]
    previous_digest: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class DecisionRow(Entry):
    """What an editor did. `key_id` has no foreign key: a server without keys has `local` there."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("key_id", "idempotency_key", name="uq_decisions_idempotency"),
        CheckConstraint(
            "action IN ('accept', 'reject', 'edit', 'add')", name="ck_decisions_action"
        ),
        CheckConstraint("subject IN ('note', 'check', 'label')", name="ck_decisions_subject"),
        {"sqlite_autoincrement": True},  # an id is never used twice
    )

    key_id: Mapped[str]
    idempotency_key: Mapped[str]
    digest: Mapped[bytes]  # of everything that the caller sent, to tell a retry from a conflict
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    article_id: Mapped[str]
    content_hash: Mapped[str]
    editor: Mapped[str]
    severity_before: Mapped[int | None] = mapped_column(SmallInteger)
    severity_after: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str | None]
    text: Mapped[str | None]  # only where retention is on
    artifact_version: Mapped[str]
    taxonomy_version: Mapped[str]
    policy_version: Mapped[str | None]
    code_version: Mapped[str]


class AuditRow(Entry):
    """What was done. Triggers refuse to alter or delete a row; they are in the migration."""

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    actor: Mapped[str]
    action: Mapped[str]
    subject_id: Mapped[str]
    result: Mapped[str]
    versions: Mapped[dict[str, Any] | None]
    old: Mapped[dict[str, Any] | None]
    new: Mapped[dict[str, Any] | None]
