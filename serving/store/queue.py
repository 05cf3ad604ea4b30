"""The queue of the review desk: assessments that wait for a decision, and what was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from serving.store.audit import Event, add_event
from serving.store.database import Database
from serving.store.errors import QueueError
from serving.store.queue_filters import ORDER, beyond, filtered
from serving.store.queue_items import (
    Filters,
    Happening,
    Item,
    NewItem,
    Place,
    QueuePage,
    Tally,
    turn_of,
)
from serving.store.tables import (
    AuditRow,
    QueueEventRow,
    QueueLabelRow,
    QueueRow,
    TallyRow,
    ViewRow,
)

MOST = 50  # items of a page
SYSTEM = "forewarn"  # who queues


class Queue:
    """What waits and what was decided."""

    def __init__(self, database: Database, retain_text: bool = False) -> None:
        self._database = database
        self._retain_text = retain_text

    def put(self, items: Iterable[NewItem]) -> list[int]:
        """Put assessments into the queue; return their numbers.

        An article that is there already is not put there twice: its new assessment takes the place
        of the old one where text or versions differ, and waits for a decision anew. Raises
        StoreError.
        """
        with self._database.writing() as session:
            return [self._put(session, item) for item in items]

    def tally(self, counts: Tally) -> None:
        """Count what was checked: articles, alerts, sum of scores by (week, section, label)."""
        with self._database.writing() as session:
            _count(session, counts)

    def tally_once(self, counts: Tally, done: Event) -> bool:
        """The same for what is counted as a whole, such as a run; false where it was before.

        `done` says so in the audit trail.
        """
        with self._database.writing() as session:
            query = select(AuditRow.id).where(
                AuditRow.action == done.action, AuditRow.subject_id == done.subject_id
            )
            if session.scalars(query.limit(1)).one_or_none() is not None:
                return False
            _count(session, counts)
            add_event(session, done)
            return True

    def get(self, number: int) -> Item:
        """One item. Raises QueueError where there is none, StoreError."""
        with self._database.reading() as session:
            return read_item(session, number)

    def page(
        self,
        filters: Filters,
        after: Place | None = None,
        before: Place | None = None,
        limit: int = MOST,
    ) -> QueuePage:
        """Items after a place, or the last ones before it, in order. Raises StoreError."""
        with self._database.reading() as session:
            query = filtered(select(QueueRow), filters)
            backwards = before is not None
            if place := before or after:
                query = query.where(beyond(place, backwards=backwards))
            query = query.order_by(*((one.desc() if backwards else one.asc()) for one in ORDER))
            rows = list(session.scalars(query.limit(limit + 1)))
            more, rows = len(rows) > limit, rows[:limit]
            if backwards:
                rows.reverse()
            decided = _decided(session, [row.id for row in rows])
            items = [_item(row, decided.get(row.id, {})) for row in rows]
        other = place is not None
        return QueuePage(items, more if backwards else other, other if backwards else more)

    def count(self, filters: Filters) -> int:
        """How many items there are."""
        with self._database.reading() as session:
            query = filtered(select(func.count(QueueRow.id)), filters)
            return int(session.scalars(query).one())

    def neighbours(self, item: Item, filters: Filters) -> tuple[int | None, int | None]:
        """The numbers of the items before and after one, among those that are wanted."""
        place = Place(turn_of(item.record["verdict"], item.severities), item.id)
        found = []
        with self._database.reading() as session:
            for backwards in (True, False):
                query = filtered(select(QueueRow.id), filters)
                query = query.where(beyond(place, backwards=backwards))
                query = query.order_by(*((one.desc() if backwards else one) for one in ORDER))
                found.append(session.scalars(query.limit(1)).one_or_none())
        return found[0], found[1]

    def history(self, number: int) -> list[Happening]:
        """What was done with an item, oldest first."""
        with self._database.reading() as session:
            query = select(QueueEventRow).where(QueueEventRow.item_id == number)
            return [_happening(row) for row in session.scalars(query.order_by(QueueEventRow.id))]

    def latest(self, limit: int) -> list[Item]:
        """The items that were decided last, the last one first."""
        with self._database.reading() as session:
            query = select(QueueRow).where(QueueRow.state == "decided")
            rows = list(session.scalars(query.order_by(QueueRow.changed_at.desc()).limit(limit)))
            decided = _decided(session, [row.id for row in rows])
            return [_item(row, decided.get(row.id, {})) for row in rows]

    def drawings(self) -> dict[str, float]:
        """The probability with which each article of an audit sample was drawn, by content hash."""
        columns = select(QueueRow.content_hash, QueueRow.drawing)
        with self._database.reading() as session:
            rows = session.execute(columns.where(QueueRow.drawing > 0))
            return {content_hash: drawing for content_hash, drawing in rows if drawing is not None}

    def forget_texts(self) -> None:
        """Erase every text that is kept. Raises StoreError."""
        with self._database.writing() as session:
            session.execute(update(QueueRow).where(QueueRow.text.is_not(None)).values(text=None))

    def _put(self, session: Session, item: NewItem) -> int:
        query = select(QueueRow).where(
            QueueRow.source == item.source,
            QueueRow.origin == item.origin,
            QueueRow.name == item.name,
        )
        row = session.scalars(query).one_or_none()
        now = datetime.now(UTC)
        if row is None:
            row = QueueRow(at=now, version=0, source=item.source, origin=item.origin)
            row.name = item.name
            session.add(row)
            action = "queued"
        elif (row.content_hash, row.record["versions"]) == (
            item.content_hash,
            item.record["versions"],
        ):
            return row.id
        else:
            action = "queued again"
        self.fill(session, row, item, now)
        detail = {"severities": item.severities, "versions": item.record["versions"]}
        add_happening(session, row.id, SYSTEM, SYSTEM, action, detail)
        return row.id

    def fill(self, session: Session, row: QueueRow, item: NewItem, now: datetime) -> None:
        """Give a row a new assessment, which waits for a decision."""
        for name in ("article_id", "section", "url", "unsure", "drawing", "content_hash", "record"):
            setattr(row, name, getattr(item, name))
        row.text = item.text if self._retain_text else None
        row.verdict = item.record["verdict"]
        row.turn = turn_of(row.verdict, item.severities)
        row.state, row.version, row.changed_at = "waiting", row.version + 1, now
        session.flush()
        session.execute(delete(QueueLabelRow).where(QueueLabelRow.item_id == row.id))
        session.add_all(
            QueueLabelRow(item_id=row.id, label=label, severity=severity)
            for label, severity in item.severities.items()
        )
        session.flush()


def remove_queued(session: Session, content_hash: str) -> int:
    """Take the article out of the queue, with its text and its history; return how many there were.

    Weekly counts stay: they are of no article.
    """
    numbers = select(QueueRow.id).where(QueueRow.content_hash == content_hash).scalar_subquery()
    for row in (QueueLabelRow, QueueEventRow, ViewRow):
        session.execute(delete(row).where(row.item_id.in_(numbers)))
    done = session.execute(delete(QueueRow).where(QueueRow.content_hash == content_hash))
    assert isinstance(done, CursorResult)
    return done.rowcount


def read_item(session: Session, number: int) -> Item:
    """An item in a transaction. Raises QueueError where there is none."""
    row = session.get(QueueRow, number)
    if row is None:
        raise QueueError(
            "There is no article of this number in the queue. Expected one that the queue shows. "
            "Got another. Nothing was changed. Go back to the queue."
        )
    return _item(row, _decided(session, [row.id]).get(row.id, {}))


def add_happening(
    session: Session, item_id: int, person: str, name: str, action: str, detail: dict[str, Any]
) -> int:
    """Keep what was done, in the transaction of the change; return its number."""
    row = QueueEventRow(
        at=datetime.now(UTC), item_id=item_id, person=person, name=name, action=action
    )
    row.detail = detail
    session.add(row)
    session.flush()
    return row.id


def last_happening(session: Session, number: int, action: str) -> Happening | None:
    """The last time that this was done with an item."""
    query = select(QueueEventRow).where(
        QueueEventRow.item_id == number, QueueEventRow.action == action
    )
    row = session.scalars(query.order_by(QueueEventRow.id.desc()).limit(1)).one_or_none()
    return _happening(row) if row else None


def _count(session: Session, counts: Tally) -> None:
    for (week, section, label), (articles, alerts, score) in counts.items():
        row = session.get(TallyRow, (week, section, label))
        if row is None:
            row = TallyRow(week=week, section=section, label=label)
            row.articles, row.alerts, row.score = 0, 0, 0.0
            session.add(row)
        row.articles += articles
        row.alerts += alerts
        row.score += score


def _decided(session: Session, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    query = select(QueueLabelRow.item_id, QueueLabelRow.label, QueueLabelRow.decided)
    query = query.where(QueueLabelRow.item_id.in_(numbers), QueueLabelRow.decided.is_not(None))
    found: dict[int, dict[str, int]] = {}
    for number, label, severity in session.execute(query):
        found.setdefault(number, {})[label] = severity or 0
    return found


def _item(row: QueueRow, decided: dict[str, int]) -> Item:
    values = {one.name: getattr(row, one.name) for one in fields(Item) if one.name != "decided"}
    return Item(**values, decided=decided)


def _happening(row: QueueEventRow) -> Happening:
    return Happening(row.id, row.at, row.person, row.name, row.action, row.detail)
