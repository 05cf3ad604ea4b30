"""What editors do with an article of the queue: take it, decide, undo, add, check it again.

Every change names the version that the editor saw. Where somebody else was first nothing is changed
and OvertakenError says what they did.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.database import Database
from serving.store.decisions import LONGEST, Decisions, NewDecision
from serving.store.errors import OvertakenError, QueueError
from serving.store.queue import Queue, add_happening, last_happening, read_item
from serving.store.queue_items import Item, NewItem
from serving.store.tables import QueueEventRow, QueueLabelRow, QueueRow

HELD = timedelta(minutes=30)  # how long whoever has taken an article keeps it


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. `key_id` is the key of their session, or `local`."""

    id: str
    name: str
    key_id: str
    may_take_over: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an editor decided about one note, check or label."""

    action: str
    subject: str
    subject_id: str
    before: int | None = None
    after: int | None = None
    text: str | None = None


class Work:
    """Changes to the queue, each whole or not at all."""

    def __init__(self, database: Database, decisions: Decisions, queue: Queue) -> None:
        self._database = database
        self._decisions = decisions
        self._queue = queue

    def take(self, number: int, actor: Actor) -> None:
        """Keep an article for oneself for HELD. Raises QueueError where somebody else has it."""
        now = datetime.now(UTC)
        with self._database.writing() as session:
            row, item = _row(session, number), read_item(session, number)
            _require_free(item, actor, now)
            row.assigned_to, row.assigned_name = actor.id, actor.name
            row.assigned_until = now + HELD
            _tell(session, number, actor, "taken", {})

    def release(self, number: int, actor: Actor) -> None:
        """Give an article back. Raises QueueError where somebody else has it."""
        with self._database.writing() as session:
            row, item = _row(session, number), read_item(session, number)
            _require_free(item, actor, datetime.now(UTC))
            row.assigned_to = row.assigned_name = row.assigned_until = None
            _tell(session, number, actor, "given back", {})

    def decide(
        self,
        number: int,
        version: int,
        actor: Actor,
        verdicts: Sequence[Verdict],
        reason: str | None,
        others: Mapping[str, Any],
    ) -> None:
        """Store what an editor decided; `others` is told in the history.

        The decisions go where those of plug-ins go. Raises OvertakenError, QueueError, StoreError.
        """
        with self._changing(number, version, actor) as (session, row, item):
            ids = self._record(session, item, actor, verdicts, reason)
            severities = {
                one.subject_id: one.after
                for one in verdicts
                if one.subject == "label" and one.after is not None
            }
            for label, severity in severities.items():
                _label(session, number, label).decided = severity
            row.state = "decided"
            row.assigned_to = row.assigned_name = row.assigned_until = None
            detail = {"decisions": ids, "severities": severities, "reason": reason, **others}
            detail["versions"] = item.record["versions"]
            _tell(session, number, actor, "decided", detail)

    def add(
        self,
        number: int,
        version: int,
        actor: Actor,
        verdict: Verdict,
        passage: Mapping[str, Any] | None,
    ) -> None:
        """Store a label that an editor found and the classifier did not, with its passage."""
        with self._changing(number, version, actor) as (session, _, item):
            ids = self._record(session, item, actor, [verdict], None)
            detail: dict[str, Any] = {"decisions": ids, "label": verdict.subject_id}
            detail |= {"severity": verdict.after, "passage": passage}
            _tell(session, number, actor, "added", detail)

    def undo(self, number: int, version: int, actor: Actor) -> None:
        """Take the last decision back: the article waits again. Raises QueueError."""
        with self._changing(number, version, actor) as (session, row, item):
            done = last_happening(session, number, "decided")
            if item.state != "decided" or done is None:
                raise QueueError(
                    "There is no decision to take back. Expected an article that is decided. Got "
                    "one that waits. Nothing was changed. Look at its history."
                )
            for decision in done.detail["decisions"]:
                name = f"desk:undo:{number}:{item.version}:{decision}"
                self._decisions.undo(session, decision, name, actor.id, actor.key_id)
            for label in session.scalars(_labels(number)):
                label.decided = None
            row.state = "waiting"
            _tell(session, number, actor, "undone", {"event": done.id})

    def check_again(
        self, number: int, version: int, actor: Actor, new: NewItem, changes: Mapping[str, Any]
    ) -> None:
        """Put a new assessment in the place of the old one; the article waits for a decision."""
        with self._changing(number, version, actor) as (session, row, item):
            row.version -= 1  # `fill` counts it
            named = replace(new, source=item.source, origin=item.origin, name=item.name)
            self._queue.fill(session, row, named, datetime.now(UTC))
            detail = {"changes": dict(changes), "severities": new.severities}
            detail["versions"] = new.record["versions"]
            _tell(session, number, actor, "checked again", detail)

    @contextmanager
    def _changing(
        self, number: int, version: int, actor: Actor
    ) -> Iterator[tuple[Session, QueueRow, Item]]:
        """A change of what this editor saw, and may change. One writer at a time: nobody slips in
        between the look and the change."""
        now = datetime.now(UTC)
        with self._database.writing() as session:
            row, item = _row(session, number), read_item(session, number)
            if item.version != version:
                raise _overtaken(session, item)
            _require_free(item, actor, now)
            row.version, row.changed_at = item.version + 1, now
            yield session, row, item

    def _record(
        self,
        session: Session,
        item: Item,
        actor: Actor,
        verdicts: Sequence[Verdict],
        reason: str | None,
    ) -> list[int]:
        versions = {f"{name}_version": value for name, value in item.record["versions"].items()}
        return [
            self._decisions.add(
                session,
                NewDecision(
                    action=one.action,  # type: ignore[arg-type]  # checked by NewDecision itself
                    subject=one.subject,  # type: ignore[arg-type]
                    subject_id=one.subject_id,
                    article_id=(item.article_id or item.name)[:LONGEST],
                    content_hash=item.content_hash or "unknown",
                    editor=actor.id,
                    idempotency_key=f"desk:{item.id}:{item.version}:{place}",
                    severity_before=one.before,
                    severity_after=one.after,
                    reason=reason,
                    text=one.text,
                    **versions,
                ),
                actor.key_id,
            )
            for place, one in enumerate(verdicts)
        ]


def _row(session: Session, number: int) -> QueueRow:
    read_item(session, number)  # says what is wrong where there is none
    return session.get_one(QueueRow, number)


def _labels(number: int) -> Any:
    return select(QueueLabelRow).where(QueueLabelRow.item_id == number)


def _label(session: Session, number: int, label: str) -> QueueLabelRow:
    """The row of a label; one for an article that was not checked, where it has none."""
    row = session.get(QueueLabelRow, (number, label))
    if row is None:
        row = QueueLabelRow(item_id=number, label=label, severity=0)
        session.add(row)
    return row


def _tell(session: Session, number: int, actor: Actor, action: str, detail: dict[str, Any]) -> None:
    add_happening(session, number, actor.id, actor.name, action, detail)


def _require_free(item: Item, actor: Actor, now: datetime) -> None:
    holder = item.holder(now)
    if holder in (None, actor.id) or actor.may_take_over:
        return
    raise QueueError(
        f"{item.assigned_name} has this article until {item.assigned_until:%H:%M} UTC. Expected "
        "one that is free, or yours. Nothing was changed. Ask them, wait, or let an admin take it "
        "over."
    )


def _overtaken(session: Session, item: Item) -> OvertakenError:
    query = select(QueueEventRow).where(QueueEventRow.item_id == item.id)
    last = session.scalars(query.order_by(QueueEventRow.id.desc()).limit(1)).one()
    said = ", ".join(
        f"{label} {severity}" for label, severity in last.detail.get("severities", {}).items()
    )
    return OvertakenError(
        f"Somebody was here before you. {last.name}: {last.action}{f' ({said})' if said else ''}, "
        f"at {last.at:%H:%M} UTC. Nothing of yours was stored. Look at the article as it is now, "
        "then decide again if you must."
    )
