"""A copy of the whole database, taken while servers go on writing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from serving.store.database import Database, make_private
from serving.store.errors import StoreError


def back_up(database: Database, target: Path) -> None:
    """Copy a SQLite database, as it is at one moment, into a new file that is whole by itself.

    Writers are not kept waiting. The copy is checked and on disk when this returns; to restore it,
    stop the servers and put it in the place of the database, without the -wal and -shm beside that.
    Raises StoreError, also for PostgreSQL: `dump_command` is for that.
    """
    if database.file is None:
        raise StoreError(
            f"Forewarn does not copy the database ({database.place}) itself. Expected SQLite. Got "
            "PostgreSQL, which brings its own tool. Run: "
            f"{' '.join(dump_command(database, target))}"
        )
    if target.exists():
        raise StoreError(
            f"There is something at {target} already. Expected a path without a file. Nothing was "
            "overwritten. Choose another path, or move that file away."
        )
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    make_private(partial)
    try:
        _copy(database, partial)
        _check(partial)
        _keep(partial, target)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise StoreError(
            f"Cannot back up the database ({database.place}) to {target}: {type(error).__name__}. "
            "Expected a database that is whole, and room for its copy. There is no backup. Check "
            "both, then try again."
        ) from None


def dump_command(database: Database, target: Path) -> list[str]:
    """The command that backs PostgreSQL up while servers write. It asks for the password."""
    url = database.url.set(drivername="postgresql", password=None)
    return [
        "pg_dump",
        "--format=custom",
        f"--file={target}",
        f"--dbname={url.render_as_string(hide_password=True)}",
    ]


def _copy(database: Database, partial: Path) -> None:
    # One read transaction from begin to end: the copy has every row of a commit, or none.
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("VACUUM INTO ?", (str(partial),))


def _check(partial: Path) -> None:
    with closing(sqlite3.connect(partial)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise sqlite3.DatabaseError


def _keep(partial: Path, target: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.rename(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
