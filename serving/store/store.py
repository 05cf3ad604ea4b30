"""The store: everything that lasts, behind one door.

Its methods block; on an event loop call them in a thread, for example with `anyio.to_thread`. They
may be called from several threads at once.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import text

from serving.store import migrate
from serving.store.audit import Audit
from serving.store.database import Database
from serving.store.decisions import Decisions
from serving.store.errors import StoreError
from serving.store.keys import Keys
from serving.store.queue import Queue
from serving.store.queue_figures import Figures
from serving.store.queue_work import Work
from serving.store.sessions import Sessions

PING = 1.0  # seconds


class Store:
    """Keys, decisions, the audit trail and the queue of one database, whose tables are the newest.

    Texts of the queue that were kept before are erased where `retain_text` is false.
    """

    def __init__(self, database: Database, retain_text: bool = False) -> None:
        self.database = database
        self.keys = Keys(database)
        self.decisions = Decisions(database, retain_text)
        self.audit = Audit(database)
        self.sessions = Sessions(database)
        self.queue = Queue(database, retain_text)
        self.figures = Figures(database)
        self.work = Work(database, self.decisions, self.queue)
        self._pings = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ping")
        self._lock = threading.Lock()
        self._pinging: Future[None] | None = None
        self._inode = _inode(database)

    def ping(self, seconds: float = PING) -> bool:
        """Whether the database answers within so many seconds."""
        with self._lock:
            # One at a time: while a server does not answer, its askers must not pile up.
            if self._pinging is None or self._pinging.done():
                self._pinging = self._pings.submit(self._look)
            pinging = self._pinging
        try:
            pinging.result(seconds)
        except (TimeoutError, StoreError):
            return False
        return True

    def close(self) -> None:
        """Close all connections; nothing can be asked after that."""
        self._pings.shutdown()
        self.database.close()

    def _look(self) -> None:
        if _inode(self.database) != self._inode:
            # What is written to a file that has no name any more is lost.
            raise StoreError("The file of the database has been removed or replaced.")
        with self.database.reading() as session:
            session.execute(text("SELECT version_num FROM alembic_version")).one()


def open_store(url: str | None = None, retain_text: bool = False) -> Store:
    """The store at a URL, or in the file of whoever runs this.

    A SQLite file is made where there is none, and brought to the newest form. PostgreSQL is not:
    several servers may use it, and when they change is for people to say. Raises StoreError.
    """
    database = Database(url)
    try:
        if database.file:
            migrate.upgrade(database)
        else:
            migrate.require_newest(database)
    except BaseException:
        database.close()
        raise
    return Store(database, retain_text)


def _inode(database: Database) -> int | None:
    try:
        return database.file.stat().st_ino if database.file else None
    except FileNotFoundError:
        return None
