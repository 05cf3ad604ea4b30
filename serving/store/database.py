"""The connection to SQLite or PostgreSQL, and transactions that behave alike on both.

There is one writer at a time on both: SQLite has no more, and on PostgreSQL writers take a lock. So
ids rise in the order in which rows are committed, and whoever reads on from the last id that they
have seen misses none.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from serving.store.errors import StoreError

# Seconds that a transaction waits for others before it gives up. A request waits twice at most, to
# note the use of its key and to store what it brings: together less than a plug-in's patience.
WAIT = 1.0
MIGRATION_WAIT = 5.0  # the same for a migration, which may find another one at work
_TRY = 0.02  # seconds that SQLite waits by itself, in which it looks often; then it sleeps long
LOCK = 0x666F7265  # of writers and migrations; one number for each database of PostgreSQL
FORMS = "sqlite:////folder/forewarn.db or postgresql://user:password@host/name"
_POSTGRESQL = {
    "connect_timeout": 2,  # seconds
    "tcp_user_timeout": 10_000,  # milliseconds until a server that is silent counts as gone
    "application_name": "forewarn",
    # A server that hangs in the middle must not keep the lock from the others.
    "options": f"-c lock_timeout={WAIT}s -c statement_timeout=10s"
    " -c idle_in_transaction_session_timeout=10s",
}


class Database:
    """A database that may or may not have tables yet.

    With `create` a SQLite file is made where there is none, readable by its owner only. Raises
    StoreError for a URL that cannot be used. `place` names it for people, without any password.
    """

    def __init__(self, url: str | None = None, create: bool = True) -> None:
        self.url = _read_url(url)
        self.file = Path(self.url.database or "") if self.url.drivername == "sqlite" else None
        if self.file:
            self.place = f"SQLite, {self.file.absolute()}"
            self.engine = _sqlite(self.file.absolute(), create)
        else:
            self.place = f"PostgreSQL, {_address(self.url)}"
            self.engine = create_engine(
                self.url,
                connect_args=_POSTGRESQL,
                pool_pre_ping=True,
                pool_timeout=WAIT,
                hide_parameters=True,
            )
        event.listen(self.engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one state of the database. Raises StoreError."""
        with self._failures("read"), Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is on disk once the block has been left. Raises StoreError."""
        engine = self.engine.execution_options(writing=True)
        with (
            self._failures("write"),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction, without limit of time, that keeps all writers out. Raises StoreError."""
        engine = self.engine.execution_options(writing=True, wait=MIGRATION_WAIT)
        with self._failures("migrate"), engine.begin() as connection:
            if self.file is None:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _failures(self, doing: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # From None, and no message of the driver: those quote values, and parts of URLs.
            raise StoreError(
                f"Cannot {doing} the database ({self.place}): {_kind(error)}. Expected one that "
                "answers, has room, and may be written to by this user. Nothing was stored. Check "
                "that, and FOREWARN_DATABASE; then try again."
            ) from None


def default_file() -> Path:
    """The SQLite file of whoever runs this: the same from every folder that they start it in."""
    home = Path.home()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_DATA_HOME") or home / ".local" / "share"
    return Path(base) / "forewarn" / "forewarn.db"


def _read_url(given: str | None) -> URL:
    if given is None:
        return URL.create("sqlite", database=str(default_file()))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise _refused("is no URL of a database") from None
    if given.partition("?")[0].count("@") > 1:
        raise _refused("has more than one @: write that in a password as %40")
    if url.drivername == "sqlite":
        if not url.database or url.database == ":memory:" or url.query or url.host:
            raise _refused("names no file of SQLite: what lasts needs one, and no options")
        return url
    if url.drivername not in ("postgresql", "postgresql+psycopg") or not url.database:
        raise _refused("is neither SQLite nor a database of PostgreSQL")
    return url.set(drivername="postgresql+psycopg")


def _refused(problem: str) -> StoreError:
    return StoreError(
        f"The setting FOREWARN_DATABASE {problem}. Expected: {FORMS}. Correct the setting."
    )


def _address(url: URL) -> str:
    return f"{url.host or 'local socket'}:{url.port or 5432}/{url.database}"


def _sqlite(file: Path, create: bool) -> Engine:
    if create:
        make_private(file)

    def connect() -> sqlite3.Connection:
        # mode=rw: a file that has vanished is an error, not a reason to make an empty one.
        connection = sqlite3.connect(
            f"file:{quote(str(file))}?mode=rw",
            uri=True,
            timeout=MIGRATION_WAIT,  # for the next lines; each transaction sets its own
            isolation_level=None,  # transactions are begun below, not by the driver
            check_same_thread=False,
        )
        _keep_log(connection)
        connection.execute("PRAGMA synchronous = FULL")  # a commit survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    url = URL.create("sqlite", database=str(file))
    return create_engine(url, creator=connect, pool_timeout=WAIT, hide_parameters=True)


def _keep_log(connection: sqlite3.Connection) -> None:
    """Write-ahead logging. Whoever asks for it on a new file while another does is not let wait."""
    end = time.monotonic() + MIGRATION_WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= end:
                raise
            time.sleep(_TRY)


def make_private(file: Path) -> None:
    """Make an empty file, and its folder, for its owner only, where there is none."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"Cannot write {file}: {error.strerror}. Expected a folder that this user may write "
            "to. Choose another file, for the database with FOREWARN_DATABASE."
        ) from None


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    writing, wait = options.get("writing", False), options.get("wait", WAIT)
    if connection.dialect.name == "sqlite":
        _begin_sqlite(connection, writing, wait)
    elif writing:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{wait}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _begin_sqlite(connection: Connection, writing: bool, wait: float) -> None:
    patience = _TRY if writing else wait
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * patience:.0f}").close()
    if not writing:
        connection.exec_driver_sql("BEGIN")
        return
    end = time.monotonic() + wait
    while True:
        try:
            # IMMEDIATE waits for its turn; a transaction that turns into a writer later cannot.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            # Tried anew, as whoever sleeps long misses each turn beside a program that writes much.
            if "SQLITE_BUSY" not in _kind(error) or time.monotonic() >= end:
                raise


def _kind(error: SQLAlchemyError) -> str:
    """What went wrong in a word of the database's own, which quotes nothing."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(cause or error).__name__} {code or ''}".strip()
