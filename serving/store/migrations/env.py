"""Runs the steps on the connection that `serving.store.migrate` hands over."""

from alembic import context

from serving.store.tables import Base


def migrate() -> None:
    """Run what Alembic was asked for, in the transaction that has already begun."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=Base.metadata
    )
    with context.begin_transaction():
        context.run_migrations()


# The name under which Alembic runs this file; whoever else imports it starts nothing.
if __name__ == "env_py":
    migrate()
