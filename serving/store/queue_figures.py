"""What the queue says about how well it works: counts, never a text."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from serving.store.database import Database
from serving.store.tables import QueueLabelRow, QueueRow, TallyRow


@dataclass(frozen=True, slots=True)
class Count:
    """What was checked: articles, alerts, the sum of the probabilities of severity 2 or more."""

    label: str
    articles: int
    alerts: int
    score: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """So many decided articles whose label the classifier and the editors graded so.

    `drawing` is the probability with which a clear article was drawn for an audit; null for what
    was queued because it was flagged or not checked.
    """

    label: str
    severity: int
    decided: int
    drawing: float | None
    flagged: bool
    articles: int


class Figures:
    """Sums over the queue and over what was checked for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_week(self, since: date) -> dict[date, list[Count]]:
        """Counts of each week from a Monday on, oldest first."""
        query = self._tallies(TallyRow.week, since).order_by(TallyRow.week, TallyRow.label)
        found: dict[date, list[Count]] = {}
        with self._database.reading() as session:
            for week, *values in session.execute(query):
                found.setdefault(week, []).append(Count(*values))
        return found

    def by_section(self, since: date, most: int) -> dict[str, list[Count]]:
        """Counts of the sections with most articles, the largest first."""
        largest = (
            select(TallyRow.section)
            .where(TallyRow.week >= since)
            .group_by(TallyRow.section)
            .order_by(func.sum(TallyRow.articles).desc(), TallyRow.section)
            .limit(most)
        )
        with self._database.reading() as session:
            found: dict[str, list[Count]] = {section: [] for section in session.scalars(largest)}
            query = self._tallies(TallyRow.section, since).where(TallyRow.section.in_(found))
            for section, *values in session.execute(query.order_by(TallyRow.label)):
                found[section].append(Count(*values))
        return found

    def outcomes(self) -> list[Outcome]:
        """What became of all decided articles."""
        keys = (
            QueueLabelRow.label,
            QueueLabelRow.severity,
            QueueLabelRow.decided,
            QueueRow.drawing,
            QueueRow.verdict == "flagged",
        )
        query = (
            select(*keys, func.count())
            .join(QueueRow, QueueRow.id == QueueLabelRow.item_id)
            .where(QueueRow.state == "decided", QueueLabelRow.decided.is_not(None))
            .where(QueueRow.verdict != "not_checked")
            .group_by(*keys)
        )
        with self._database.reading() as session:
            return [
                Outcome(label, severity, decided or 0, drawing, bool(flagged), articles)
                for label, severity, decided, drawing, flagged, articles in session.execute(query)
            ]

    def _tallies(self, key: Any, since: date) -> Select[Any]:
        return (
            select(
                key,
                TallyRow.label,
                func.sum(TallyRow.articles),
                func.sum(TallyRow.alerts),
                func.sum(TallyRow.score),
            )
            .where(TallyRow.week >= since)
            .group_by(key, TallyRow.label)
        )
