"""Decisions: what an editor did with a note, a check or a label."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from serving.store.audit import Event, add_event
from serving.store.database import Database
from serving.store.errors import ConflictError, DecisionRefusedError
from serving.store.pages import ALWAYS, MOST, Page, Period, read_rows
from serving.store.queue import remove_queued
from serving.store.tables import DecisionRow

Action = Literal["accept", "reject", "edit", "add"]
Subject = Literal["note", "check", "label"]
LOCAL = "local"  # in the place of a key's id, where the server runs without keys

LONGEST = 200  # characters of an id, a hash, a version or an idempotency key
LONGEST_TEXTS = {"reason": 1_000, "text": 20_000}
_REQUIRED = ("subject_id", "article_id", "content_hash", "editor", "idempotency_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """A decision as the plug-in reports it.

    `subject_id` is the id of the rule behind a note or a check, or of the label. `editor` is an
    opaque id of the plug-in's. Severities are for labels whose severity the editor changed. `text`
    is the wording or the passage that it is about; it is stored where retention is on, and only
    there. The versions are those of the answer that the editor had before them. An
    `idempotency_key` names this decision among all of the same API key, so that it may be sent
    again. Raises DecisionRefusedError, which names the field and not its value.
    """

    action: Action
    subject: Subject
    subject_id: str
    article_id: str
    content_hash: str
    editor: str
    idempotency_key: str
    artifact_version: str
    taxonomy_version: str
    code_version: str
    policy_version: str | None = None
    severity_before: int | None = None
    severity_after: int | None = None
    reason: str | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        _require(self.action in get_args(Action), "action", "one of accept, reject, edit, add")
        _require(self.subject in get_args(Subject), "subject", "one of note, check, label")
        for name in ("severity_before", "severity_after"):
            expected = "0, 1, 2 or 3, and only for a label"
            severity = getattr(self, name)
            allowed = severity in range(4) and self.subject == "label"
            _require(severity is None or allowed, name, expected)
        for field in fields(NewDecision):
            value = getattr(self, field.name)
            if isinstance(value, str):
                _require_storable(field.name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(NewDecision):
    """A decision as it is stored: with its number, its moment and the key that reported it.

    `undoes` is the number of a decision that this one takes back: what it says holds no more.
    """

    id: int
    at: datetime
    key_id: str
    undoes: int | None


class Recorded(NamedTuple):
    """The stored decision, and whether it is new or was sent before."""

    decision: Decision
    new: bool


class Decisions:
    """Decisions, oldest first."""

    def __init__(self, database: Database, retain_text: bool = False) -> None:
        self._database = database
        self._retain_text = retain_text

    def record(self, given: NewDecision, key_id: str = LOCAL) -> Recorded:
        """Store a decision, once: sent again, it comes back as it was stored the first time.

        When this returns, the decision is on disk. Raises ConflictError where the idempotency key
        came with another decision before, StoreError where the database fails.
        """
        digest = _digest(given)
        with self._database.writing() as session:
            row = _find(session, key_id, given.idempotency_key)
            if row is None:
                row = self._add(session, given, key_id, digest)
                return Recorded(_decision(row), True)
            if row.digest != digest:
                raise _conflict(row)
            return Recorded(_decision(row), False)

    def page(
        self, after: str | None = None, limit: int = 100, period: Period = ALWAYS
    ) -> Page[Decision]:
        """Decisions after a cursor, in the order in which they were stored.

        Reading on from the last cursor misses none, whoever writes meanwhile. Raises CursorError,
        StoreError.
        """
        with self._database.reading() as session:
            rows, cursor, more = read_rows(session, DecisionRow, after, limit, period)
            return Page([_decision(row) for row in rows], cursor, more)

    def export(self, after: str | None = None, period: Period = ALWAYS) -> Iterator[Decision]:
        """Every decision after a cursor, one by one.

        Between pages no transaction is open: a slow reader keeps no writer and no clean-up waiting.
        """
        more = True
        while more:
            page = self.page(after, MOST, period)
            yield from page.items
            after, more = page.cursor, page.more

    def forget(self, content_hashes: Iterable[str], actor: str) -> dict[str, int]:
        """Remove the decisions about these versions of articles; how many there were of each.

        They are taken out of the queue as well, with text and history.

        What the audit trail says of them stays, and that they were removed is added to it: hashes
        and severities, no text. Raises StoreError.
        """
        removed: dict[str, int] = {}
        with self._database.writing() as session:
            for content_hash in dict.fromkeys(content_hashes):
                about = DecisionRow.content_hash == content_hash
                done = session.execute(delete(DecisionRow).where(about))
                assert isinstance(done, CursorResult)
                removed[content_hash] = done.rowcount
                queued = remove_queued(session, content_hash)
                if done.rowcount or queued:
                    old = {"decisions": done.rowcount, "queued": queued}
                    forgot = Event(
                        actor=actor, action="decision.forget", subject_id=content_hash, old=old
                    )
                    add_event(session, forgot)
        return removed

    def add(
        self, session: Session, given: NewDecision, key_id: str, undoes: int | None = None
    ) -> int:
        """Store a decision in the transaction of a change that goes with it; return its number."""
        return self._add(session, given, key_id, _digest(given), undoes).id

    def undo(
        self, session: Session, number: int, idempotency_key: str, editor: str, key_id: str
    ) -> int:
        """Take a decision back in that transaction: what it said is stored again, as undone."""
        row = session.get_one(DecisionRow, number)
        values = {field.name: getattr(row, field.name) for field in fields(NewDecision)}
        given = NewDecision(
            **(values | {"idempotency_key": idempotency_key, "editor": editor, "text": None})
        )
        return self.add(session, given, key_id, number)

    def _add(
        self,
        session: Session,
        given: NewDecision,
        key_id: str,
        digest: bytes,
        undoes: int | None = None,
    ) -> DecisionRow:
        values = asdict(given) | {"text": given.text if self._retain_text else None}
        values |= {"at": datetime.now(UTC), "key_id": key_id, "digest": digest, "undoes": undoes}
        row = DecisionRow(**values)
        session.add(row)
        session.flush()
        add_event(session, _event(row), row.at)
        return row


def _find(session: Session, key_id: str, idempotency_key: str) -> DecisionRow | None:
    query = select(DecisionRow).where(
        DecisionRow.key_id == key_id, DecisionRow.idempotency_key == idempotency_key
    )
    return session.scalars(query).one_or_none()


def _event(row: DecisionRow) -> Event:
    versions = ("artifact", "taxonomy", "policy", "code")
    told = ("action", "subject", "subject_id", "article_id", "content_hash", "editor")
    before, after = row.severity_before, row.severity_after
    return Event(
        actor=row.key_id,
        action="decision.record",
        subject_id=str(row.id),
        versions={name: getattr(row, f"{name}_version") for name in versions},
        old=None if before is None else {"severity": before},
        new={name: getattr(row, name) for name in told}
        | {"severity": after}
        | ({"undoes": row.undoes} if row.undoes else {}),
    )


def _decision(row: DecisionRow) -> Decision:
    values: dict[str, Any] = {field.name: getattr(row, field.name) for field in fields(Decision)}
    return Decision(**values)


def _digest(given: NewDecision) -> bytes:
    """SHA-256 of what was sent. Fields that are not given have no part in it: more may come."""
    sent = {name: value for name, value in asdict(given).items() if value is not None}
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).digest()


def _conflict(row: DecisionRow) -> ConflictError:
    return ConflictError(
        "This idempotency key came with another decision before. Expected: the same decision as "
        f"then (number {row.id}), or a key that is new. Got: other values. Nothing was stored. "
        "Make a new key for each decision, and keep it for sending that one again."
    )


def _require_storable(name: str, value: str) -> None:
    most = LONGEST_TEXTS.get(name, LONGEST)
    least = 1 if name in _REQUIRED else 0
    expected = f"{least} to {most} whole characters, none of them NUL"
    whole = "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    _require(least <= len(value) <= most and whole, name, expected)


def _require(holds: bool, name: str, expected: str) -> None:
    if not holds:
        raise DecisionRefusedError(
            f"The decision's field {name!r} cannot be stored. Expected: {expected}. Got: something "
            "else. Nothing was stored. Correct it and send it again."
        )
