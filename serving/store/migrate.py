"""Bring the tables to the form that this release needs, or back to an older one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from serving.store.database import Database
from serving.store.errors import StoreError

EMPTY = "base"  # Alembic's name for a database without tables


def revisions() -> list[str]:
    """The forms that this release knows, oldest first. The last is the one that it needs."""
    script = ScriptDirectory.from_config(_config())
    return [step.revision for step in script.walk_revisions()][::-1]


def revision(database: Database) -> str:
    """The form that the tables have, or `base` where there are none."""
    with database.reading() as session:
        return _revision(session.connection())


def require_newest(database: Database) -> None:
    """Raise StoreError unless the tables have the form that this release needs."""
    found, needed = revision(database), revisions()[-1]
    _refuse_newer(database, found)
    if found != needed:
        raise StoreError(
            f"The tables of the database ({database.place}) are not those of this release. "
            f"Expected: {needed}. Got: {found}. Stop the servers, back the database up, and run "
            "`forewarn database upgrade` once."
        )


def upgrade(database: Database) -> str:
    """Bring the tables to the newest form; tell which they had.

    All or nothing, and safe where several processes do it at once: one does, the others find it
    done. Raises StoreError.
    """
    with database.migrating() as connection:
        found = _revision(connection)
        _refuse_newer(database, found)
        command.upgrade(_config(connection), "head")
    return found


def downgrade(database: Database, target: str) -> str:
    """Bring the tables back to an older form; tell which they had.

    What the older form has no place for is lost. Raises StoreError.
    """
    known = [EMPTY, *revisions()]
    with database.migrating() as connection:
        found = _revision(connection)
        _refuse_newer(database, found)
        if target not in known[: known.index(found) + 1]:
            raise StoreError(
                f"There is no way back to {target!r} (database: {database.place}). Expected one "
                f"of: {', '.join(known[: known.index(found) + 1])}. Choose one of them."
            )
        command.downgrade(_config(connection), target)
    return found


def _refuse_newer(database: Database, found: str) -> None:
    if found not in (EMPTY, *revisions()):
        raise StoreError(
            f"The database ({database.place}) belongs to a newer release. Expected at most "
            f"{revisions()[-1]}. Got: {found}. Install that release, and bring the database back "
            "with its `forewarn database downgrade` if you must use this one."
        )


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or EMPTY


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    place = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(place).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
