"""API keys: who may call, and for what. Their secrets are not stored, only digests of them."""

import hmac
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.store.audit import Event, add_event
from serving.store.database import Database
from serving.store.errors import KeyRefusedError, StoreError
from serving.store.secret import SCOPES, Scope, digest, new_id, new_secret, presented_id
from serving.store.tables import KeyRow, as_utc

FRESH = 2.0  # seconds that a server trusts what it knows: so soon it learns of a revocation
NOTE_USE = timedelta(hours=1)  # how exactly `last_used_at` is kept
LONGEST_NAME = 100  # characters
_NEVER = datetime.min.replace(tzinfo=UTC)
Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret. `previous_until`: so long the secret before holds too."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None  # to the hour
    revoked_at: datetime | None
    previous_until: datetime | None

    def may(self, scope: Scope) -> bool:
        """Whether the key has a scope. No scope includes another."""
        return scope in self.scopes

    def usable(self, now: datetime) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Issued(NamedTuple):
    """A key and its secret, which nobody can look up later."""

    key: Key
    secret: str


@dataclass(frozen=True, slots=True)
class _Known:
    key: Key | None
    digest: bytes
    previous_digest: bytes
    previous_until: datetime


class Keys:
    """All keys. What servers ask, `verify`, is answered from memory that is at most FRESH old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self._failure: StoreError | None = None
        self._stale_at = 0.0  # of the monotonic clock
        self._nobody = _Known(None, secrets.token_bytes(32), secrets.token_bytes(32), _NEVER)

    def verify(self, presented: str) -> Key | None:
        """The key that this is the secret of; None if it is unknown, wrong, revoked or expired.

        Whatever is presented, the work is the same: memory is refreshed by the clock, and a digest
        is compared with two others in constant time. Blocks for a query every FRESH seconds. Raises
        StoreError where the database fails then: nobody is let in on old knowledge.
        """
        found = self._refreshed().get(presented_id(presented), self._nobody)
        given, now = digest(presented), datetime.now(UTC)
        current = hmac.compare_digest(given, found.digest)
        previous = hmac.compare_digest(given, found.previous_digest) & (now < found.previous_until)
        if not (current | previous) or found.key is None or not found.key.usable(now):
            return None
        self._note_use(found.key, now)
        return found.key

    def find(self, key_id: str) -> Key | None:
        """The key of an id, if it is in use. As old as `verify`; raises StoreError as that does."""
        found = self._refreshed().get(key_id, self._nobody).key
        return found if found and found.usable(datetime.now(UTC)) else None

    def usable(self) -> bool:
        """Whether there is any key that could be used now. Raises StoreError."""
        now = datetime.now(UTC)
        return any(key.usable(now) for key in self.all())

    def all(self) -> list[Key]:
        """Every key that was ever made, oldest first. Raises StoreError."""
        with self._database.reading() as session:
            rows = session.scalars(select(KeyRow).order_by(KeyRow.created_at, KeyRow.id))
            return [_key(row) for row in rows]

    def create(
        self, name: str, scopes: Iterable[str], actor: str, expires_at: datetime | None = None
    ) -> Issued:
        """Make a key. `actor` is who does it, for the audit trail.

        Raises KeyRefusedError for a name, scopes or a moment that won't do, StoreError.
        """
        now = datetime.now(UTC)
        _check(name, scopes := sorted(set(scopes)), expires_at, now)
        key_id = new_id()
        secret = new_secret(key_id)
        with self._changing() as session:
            row = KeyRow(
                id=key_id,
                name=name,
                scopes=" ".join(scopes),
                digest=digest(secret),
                created_at=now,
                expires_at=expires_at and as_utc(expires_at),
            )
            session.add(row)
            add_event(session, _event(actor, "key.create", key_id, None, row), now)
            return Issued(_key(row), secret)

    def revoke(self, key_id: str, actor: str) -> Key:
        """End a key for good. Other servers know within FRESH seconds. Raises KeyRefusedError."""
        now = datetime.now(UTC)
        with self._changing() as session:
            row = _find(session, key_id, now)
            old = _told(row)
            row.revoked_at = now
            row.previous_digest = row.previous_until = None
            add_event(session, _event(actor, "key.revoke", key_id, old, row), now)
            return _key(row)

    def rotate(self, key_id: str, actor: str, grace: timedelta = timedelta(0)) -> Issued:
        """Give a key a new secret. The one before holds for `grace` more, any older one no more.

        Id, scopes, expiry and whatever is counted by the id stay. Raises KeyRefusedError.
        """
        now = datetime.now(UTC)
        secret = new_secret(key_id)
        with self._changing() as session:
            row = _find(session, key_id, now)
            old = _told(row)
            row.previous_digest = row.digest if grace else None
            row.previous_until = now + grace if grace else None
            row.digest = digest(secret)
            add_event(session, _event(actor, "key.rotate", key_id, old, row), now)
            return Issued(_key(row), secret)

    @contextmanager
    def _changing(self) -> Iterator[Session]:
        """A transaction, after which this server knows at once what has changed."""
        with self._database.writing() as session:
            yield session
        with self._lock:  # a refresh that began before the change ends before this
            self._stale_at = 0.0

    def _refreshed(self) -> dict[str, _Known]:
        with self._lock:
            if time.monotonic() >= self._stale_at:
                # A failure is remembered too: with the database gone, callers must not queue up
                # here, each waiting for a time-out of their own.
                try:
                    self._known, self._failure = self._read(), None
                except StoreError as failure:
                    self._known, self._failure = {}, failure
                self._stale_at = time.monotonic() + FRESH
            if self._failure:
                raise StoreError(str(self._failure))
            return self._known

    def _read(self) -> dict[str, _Known]:
        with self._database.reading() as session:
            rows = session.scalars(select(KeyRow).where(KeyRow.revoked_at.is_(None)))
            return {
                row.id: _Known(
                    _key(row),
                    row.digest,
                    row.previous_digest or self._nobody.previous_digest,
                    row.previous_until or _NEVER,
                )
                for row in rows
            }

    def _note_use(self, key: Key, now: datetime) -> None:
        if key.last_used_at and now - key.last_used_at < NOTE_USE:
            return
        with self._lock:
            known = self._known.get(key.id)
            if known is None or known.key is not key:
                return  # another thread has just done it
            self._known[key.id] = replace(known, key=replace(key, last_used_at=now))
        # A caller with a good key is not sent away because this cannot be noted.
        with suppress(StoreError), self._database.writing() as session:
            session.execute(update(KeyRow).where(KeyRow.id == key.id).values(last_used_at=now))


def _find(session: Session, key_id: str, now: datetime) -> KeyRow:
    row = session.get(KeyRow, key_id)
    if row is None:
        raise KeyRefusedError(
            "There is no key of this id. Expected an id that `forewarn keys list` shows. Got "
            "another. Nothing was changed. Look the id up."
        )
    if not _key(row).usable(now):
        state = "revoked" if row.revoked_at else "expired"
        raise KeyRefusedError(
            f"The key {key_id} can be changed no more. Expected one in use. Got one that is "
            f"{state}. Nothing was changed. Make a new key with `forewarn keys create`."
        )
    return row


def _check(name: str, scopes: list[str], expires_at: datetime | None, now: datetime) -> None:
    if not (name.strip() and len(name) <= LONGEST_NAME and name.isprintable()):
        problem, expected = "name", f"1 to {LONGEST_NAME} characters that can be printed"
    elif not scopes or set(scopes) - set(SCOPES):
        problem, expected = "scopes", f"one or more of {', '.join(SCOPES)}"
    elif expires_at is not None and as_utc(expires_at) <= now:
        problem, expected = "end", "a moment to come"
    else:
        return
    raise KeyRefusedError(
        f"No key can be made with this {problem}. Expected: {expected}. Got: something else. "
        "Nothing was stored. Correct it."
    )


def _key(row: KeyRow) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        scopes=frozenset(cast("list[Scope]", row.scopes.split())),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        previous_until=row.previous_until,
    )


def _event(actor: str, action: str, key_id: str, old: Told | None, row: KeyRow) -> Event:
    return Event(actor=actor, action=action, subject_id=key_id, old=old, new=_told(row))


def _told(row: KeyRow) -> Told:
    """What the audit trail tells of a key."""
    moments = ("expires_at", "revoked_at", "previous_until")
    told: Told = {"name": row.name, "scopes": row.scopes.split()}
    return told | {name: at.isoformat() for name in moments if (at := getattr(row, name))}
