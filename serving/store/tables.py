"""The tables, as the newest migration leaves them. A test compares the two."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
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


_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map: ClassVar = {datetime: UtcDateTime(), dict[str, Any]: JSON()}


class Entry(Base):
    """A row of a table that only grows: `id` rises in the order in which rows are committed."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
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
    undoes: Mapped[int | None] = mapped_column(_NUMBER)  # the decision that it takes back
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


class SessionRow(Base):
    """Somebody who is signed in at the desk; of the cookie's token only a digest is kept."""

    __tablename__ = "desk_sessions"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    way: Mapped[str]  # how they came: local, key or proxy
    person: Mapped[str]
    name: Mapped[str]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class PersonRow(Base):
    """What a person has chosen at the desk."""

    __tablename__ = "desk_people"

    person: Mapped[str] = mapped_column(primary_key=True)
    unfolded: Mapped[bool]
    shortcuts: Mapped[bool]


class ViewRow(Base):
    """That a person has opened an article of severity 3 on a day."""

    __tablename__ = "desk_hard_views"

    person: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(_NUMBER, ForeignKey("queue.id"), primary_key=True)


_FILTERED = ("unsure", "source", "drawing", "assigned_to", "assigned_until", "at")


class QueueRow(Entry):
    """An assessment that waits for a decision, or has one. `text` is null unless it is retained."""

    __tablename__ = "queue"
    __table_args__ = (
        UniqueConstraint("source", "origin", "name", name="uq_queue_name"),
        CheckConstraint("source IN ('api', 'archive')", name="ck_queue_source"),
        CheckConstraint("state IN ('waiting', 'decided')", name="ck_queue_state"),
        # In order, with all that filters look at: rows are wide, and are read only if shown.
        Index("ix_queue_turn", "state", "turn", "id", *_FILTERED),
        Index("ix_queue_changed", "state", "changed_at"),
        {"sqlite_autoincrement": True},
    )

    source: Mapped[str]
    origin: Mapped[str]  # the key, or the run
    name: Mapped[str]  # the article there
    article_id: Mapped[str | None]
    section: Mapped[str | None]
    url: Mapped[str | None]
    verdict: Mapped[str]
    turn: Mapped[int] = mapped_column(SmallInteger)  # 0 comes first: the gravest
    unsure: Mapped[bool]
    drawing: Mapped[float | None]  # probability of having been drawn; null: not a sample
    state: Mapped[str]
    version: Mapped[int]  # rises with every change
    changed_at: Mapped[datetime]
    assigned_to: Mapped[str | None]
    assigned_name: Mapped[str | None]
    assigned_until: Mapped[datetime | None]
    content_hash: Mapped[str]
    record: Mapped[dict[str, Any]]  # the assessment and what follows, without any word of the text
    text: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class QueueLabelRow(Base):
    """A label of a queued article: as the classifier graded it, and as an editor did."""

    __tablename__ = "queue_labels"
    __table_args__ = (Index("ix_queue_labels_severity", "label", "severity", "item_id"),)

    item_id: Mapped[int] = mapped_column(_NUMBER, ForeignKey("queue.id"), primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    severity: Mapped[int] = mapped_column(SmallInteger)
    decided: Mapped[int | None] = mapped_column(SmallInteger)


class QueueEventRow(Entry):
    """What was done with a queued article, by whom."""

    __tablename__ = "queue_events"
    __table_args__ = ({"sqlite_autoincrement": True},)

    item_id: Mapped[int] = mapped_column(_NUMBER, ForeignKey("queue.id"), index=True)
    person: Mapped[str]
    name: Mapped[str]
    action: Mapped[str]
    detail: Mapped[dict[str, Any]]


class TallyRow(Base):
    """What was assessed for the queue in a week: of all that was checked, not only what waits."""

    __tablename__ = "queue_tallies"

    week: Mapped[date] = mapped_column(primary_key=True)  # its Monday
    section: Mapped[str] = mapped_column(primary_key=True)  # empty: none is known
    label: Mapped[str] = mapped_column(primary_key=True)
    articles: Mapped[int]
    alerts: Mapped[int]  # of severity 2 or more
    score: Mapped[float]  # sum of the probabilities of severity 2 or more
