"""Which items of the queue are wanted, and in which order, as the database is asked."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, exists, or_

from serving.store.queue_items import Filters, Place
from serving.store.tables import QueueLabelRow, QueueRow

ORDER = (QueueRow.turn, QueueRow.id)


def filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    """The query, narrowed down."""
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


def beyond(place: Place, *, backwards: bool) -> Any:
    """What stands after a place in the order, or before it."""
    if backwards:
        same = and_(QueueRow.turn == place.turn, QueueRow.id < place.id)
        return or_(QueueRow.turn < place.turn, same)
    same = and_(QueueRow.turn == place.turn, QueueRow.id > place.id)
    return or_(QueueRow.turn > place.turn, same)
