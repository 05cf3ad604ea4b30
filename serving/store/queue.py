"""The queue of the review desk: assessments that wait for a decision, and what was decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from serving.store.database import Database
from serving.store.errors import QueueError
from serving.store.tables import QueueEventRow, QueueLabelRow, QueueRow, TallyRow

Source = Literal["api", "archive"]
State = Literal["waiting", "decided"]
MOST = 50  # items of a page
UNCHECKED = 2  # the severity beside which an article stands that was not checked
SYSTEM = "forewarn"  # who queues


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An assessment for the queue. `name` is the article's among all of the same origin.

    `record` is what `serving.desk.record` makes; `text`, for whoever retains texts, the article as
    sent. `drawing` is the probability with which a clear article was drawn to be audited.
    """

    source: Source
    origin: str
    name: str
    content_hash: str
    record: dict[str, Any]
    unsure: bool
    article_id: str | None = None
    section: str | None = None
    url: str | None = None
    drawing: float | None = None
    text: dict[str, Any] | None = None

    @property
    def severities(self) -> dict[str, int]:
        """By label; empty where it was not checked."""
        return {label: found["severity"] for label, found in self.record["labels"].items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(NewItem):
    """An assessment in the queue. Whoever changes it must know its `version`."""

    id: int
    at: datetime
    state: State
    version: int
    changed_at: datetime
    assigned_to: str | None
    assigned_name: str | None
    assigned_until: datetime | None
    decided: dict[str, int] = field(default_factory=dict)  # severities by label

    def holder(self, now: datetime) -> str | None:
        """Who has it now, by id; None where it is free."""
        return self.assigned_to if self.assigned_until and now < self.assigned_until else None


@dataclass(frozen=True, slots=True)
class Happening:
    """What was done with an item."""

    id: int
    at: datetime
    person: str
    name: str
    action: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items are wanted; what is None is not looked at."""

    state: State = "waiting"
    label: str | None = None
    severity: int | None = None  # at least
    source: Source | None = None
    since: datetime | None = None
    until: datetime | None = None
    unsure: bool = False
    sample: bool = False
    holder: str | None = None


class Place(NamedTuple):
    """Where an item stands in the order: the gravest first, then those that came first."""

    turn: int
    id: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some items in order, and whether there are others before and after them."""

    items: list[Item]
    before: bool
    after: bool


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

    def tally(self, counts: Mapping[tuple[date, str, str], tuple[int, int, float]]) -> None:
        """Count what was checked: articles, alerts, sum of scores by (week, section, label)."""
        with self._database.writing() as session:
            for (week, section, label), (articles, alerts, score) in counts.items():
                row = session.get(TallyRow, (week, section, label))
                if row is None:
                    row = TallyRow(week=week, section=section, label=label)
                    row.articles, row.alerts, row.score = 0, 0, 0.0
                    session.add(row)
                row.articles += articles
                row.alerts += alerts
                row.score += score

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
            query = _filtered(select(QueueRow), filters)
            backwards = before is not None
            order = (QueueRow.turn, QueueRow.id)
            if place := before or after:
                query = query.where(_beyond(place, backwards=backwards))
            query = query.order_by(*((one.desc() if backwards else one.asc()) for one in order))
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
            return session.scalars(_filtered(select(func.count(QueueRow.id)), filters)).one()

    def neighbours(self, item: Item, filters: Filters) -> tuple[int | None, int | None]:
        """The numbers of the items before and after one, among those that are wanted."""
        place = Place(turn_of(item.record["verdict"], item.severities), item.id)
        found = []
        with self._database.reading() as session:
            for backwards in (True, False):
                query = _filtered(select(QueueRow.id), filters)
                query = query.where(_beyond(place, backwards=backwards))
                order = (QueueRow.turn, QueueRow.id)
                query = query.order_by(*((one.desc() if backwards else one) for one in order))
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


def turn_of(verdict: str, severities: Mapping[str, int]) -> int:
    """Where an item stands in the order: 0 for severity 3, 3 for severity 0."""
    gravest = max(severities.values(), default=0)
    return 3 - (UNCHECKED if verdict == "not_checked" else gravest)


def monday(moment: datetime) -> date:
    """The week of a moment."""
    return (moment - timedelta(days=moment.weekday())).date()


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


def _filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    query = query.where(QueueRow.state == filters.state)
    if filters.label is not None or filters.severity is not None:
        query = query.where(_has_label(filters.label, filters.severity or 0))
    if filters.source is not None:
        query = query.where(QueueRow.source == filters.source)
    if filters.since is not None:
        query = query.where(QueueRow.at >= filters.since)
    if filters.until is not None:
        query = query.where(QueueRow.at < filters.until)
    if filters.unsure:
        query = query.where(QueueRow.unsure)
    if filters.sample:
        query = query.where(QueueRow.drawing.is_not(None))
    if filters.holder is not None:
        held = and_(QueueRow.assigned_to == filters.holder, _is_held())
        query = query.where(held)
    return query


def _has_label(label: str | None, severity: int) -> Any:
    """Without a severity: that the label is there at all, at severity 1 or more."""
    found = exists().where(
        QueueLabelRow.item_id == QueueRow.id, QueueLabelRow.severity >= max(1, severity)
    )
    return found.where(QueueLabelRow.label == label) if label is not None else found


def _is_held() -> Any:
    return QueueRow.assigned_until > datetime.now(UTC)


def _beyond(place: Place, *, backwards: bool) -> Any:
    if backwards:
        same = and_(QueueRow.turn == place.turn, QueueRow.id < place.id)
        return or_(QueueRow.turn < place.turn, same)
    same = and_(QueueRow.turn == place.turn, QueueRow.id > place.id)
    return or_(QueueRow.turn > place.turn, same)


def _decided(session: Session, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    query = select(QueueLabelRow.item_id, QueueLabelRow.label, QueueLabelRow.decided)
    query = query.where(QueueLabelRow.item_id.in_(numbers), QueueLabelRow.decided.is_not(None))
    found: dict[int, dict[str, int]] = {}
    for number, label, severity in session.execute(query):
        found.setdefault(number, {})[label] = severity
    return found


def _item(row: QueueRow, decided: dict[str, int]) -> Item:
    values = {one.name: getattr(row, one.name) for one in fields(Item) if one.name != "decided"}
    return Item(**values, decided=decided)


def _happening(row: QueueEventRow) -> Happening:
    return Happening(row.id, row.at, row.person, row.name, row.action, row.detail)
