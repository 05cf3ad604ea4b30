"""The review desk: sessions, the queue and its history, and a decision that takes another back."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_QUEUE = "queue.id"


def upgrade() -> None:
    """Make the tables of the desk."""
    op.add_column("decisions", sa.Column("undoes", _number()))
    _create_sessions()
    _create_queue()
    _create_labels_and_events()
    op.create_table(
        "queue_tallies",
        sa.Column("week", sa.Date(), primary_key=True),
        sa.Column("section", sa.String(), primary_key=True),
        sa.Column("label", sa.String(), primary_key=True),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("alerts", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
    )
    op.create_table(
        "desk_hard_views",
        sa.Column("person", sa.String(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("item_id", _number(), sa.ForeignKey(_QUEUE), primary_key=True),
    )


def downgrade() -> None:
    """Drop the tables of the desk and all that they hold."""
    for table in ("desk_hard_views", "queue_tallies", "queue_events", "queue_labels", "queue"):
        op.drop_table(table)
    op.drop_table("desk_people")
    op.drop_table("desk_sessions")
    op.drop_column("decisions", "undoes")


def _create_sessions() -> None:
    op.create_table(
        "desk_sessions",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        *_texts("way", "person", "name"),
        _moment("ends_at"),
    )
    op.create_index("ix_desk_sessions_ends_at", "desk_sessions", ["ends_at"])
    op.create_table(
        "desk_people",
        sa.Column("person", sa.String(), primary_key=True),
        sa.Column("unfolded", sa.Boolean(), nullable=False),
        sa.Column("shortcuts", sa.Boolean(), nullable=False),
    )


def _create_queue() -> None:
    op.create_table(
        "queue",
        sa.Column("id", _number(), primary_key=True),
        _moment("at"),
        *_texts("source", "origin", "name", "verdict", "state", "content_hash"),
        *(sa.Column(name, sa.String()) for name in ("article_id", "section", "url")),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("drawing", sa.Double()),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("changed_at"),
        sa.Column("assigned_to", sa.String()),
        sa.Column("assigned_name", sa.String()),
        sa.Column("assigned_until", sa.DateTime(timezone=True)),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON()),
        sa.UniqueConstraint("source", "origin", "name", name="uq_queue_name"),
        sa.CheckConstraint("source IN ('api', 'archive')", name="ck_queue_source"),
        sa.CheckConstraint("state IN ('waiting', 'decided')", name="ck_queue_state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_queue_at", "queue", ["at"])
    filtered = ("unsure", "source", "drawing", "assigned_to", "assigned_until", "at")
    op.create_index("ix_queue_turn", "queue", ["state", "turn", "id", *filtered])
    op.create_index("ix_queue_changed", "queue", ["state", "changed_at"])


def _create_labels_and_events() -> None:
    op.create_table(
        "queue_labels",
        sa.Column("item_id", _number(), sa.ForeignKey(_QUEUE), primary_key=True),
        sa.Column("label", sa.String(), primary_key=True),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("decided", sa.SmallInteger()),
    )
    op.create_index("ix_queue_labels_severity", "queue_labels", ["label", "severity", "item_id"])
    op.create_table(
        "queue_events",
        sa.Column("id", _number(), primary_key=True),
        _moment("at"),
        sa.Column("item_id", _number(), sa.ForeignKey(_QUEUE), nullable=False),
        *_texts("person", "name", "action"),
        sa.Column("detail", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_queue_events_at", "queue_events", ["at"])
    op.create_index("ix_queue_events_item_id", "queue_events", ["item_id"])


def _number() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _texts(*names: str) -> tuple[sa.Column[Any], ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in names)
