"""Keys, decisions, and an audit trail that can only grow."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REFUSAL = "the audit trail can only grow"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("previous_digest", sa.LargeBinary()),
        sa.Column("previous_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    _create_decisions()
    _create_audit()


def downgrade() -> None:
    """Drop the three tables and all that they hold."""
    op.drop_table("audit")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change")
    op.drop_table("decisions")
    op.drop_table("api_keys")


def _create_decisions() -> None:
    texts = ("key_id", "idempotency_key", "action", "subject", "subject_id", "article_id")
    versions = ("artifact_version", "taxonomy_version", "code_version")
    op.create_table(
        "decisions",
        *_entry_columns(),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in (*texts, "content_hash", "editor", *versions)
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("severity_before", sa.SmallInteger()),
        sa.Column("severity_after", sa.SmallInteger()),
        *(sa.Column(name, sa.String()) for name in ("reason", "text", "policy_version")),
        sa.UniqueConstraint("key_id", "idempotency_key", name="uq_decisions_idempotency"),
        sa.CheckConstraint(
            "action IN ('accept', 'reject', 'edit', 'add')", name="ck_decisions_action"
        ),
        sa.CheckConstraint("subject IN ('note', 'check', 'label')", name="ck_decisions_subject"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_at", "decisions", ["at"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        *_entry_columns(),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("actor", "action", "subject_id", "result")
        ),
        *(sa.Column(name, sa.JSON()) for name in ("versions", "old", "new")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER refuse_audit_{change.lower()} BEFORE {change} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{_REFUSAL}'; END$$"
    )
    op.execute(
        "CREATE TRIGGER refuse_audit_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def _entry_columns() -> tuple[sa.Column[Any], ...]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return (
        sa.Column("id", number, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
