"""An assessment that waits for a decision, as the queue takes it and as it gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

Source = Literal["api", "archive"]
State = Literal["waiting", "decided"]
UNCHECKED = 2  # the severity beside which an article stands that was not checked
Tally = Mapping[tuple[date, str, str], tuple[int, int, float]]


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

    @property
    def title(self) -> str:
        """Its headline where that is kept, or else what the sender calls it."""
        kept = str((self.text or {}).get("title") or "")
        return kept or self.article_id or self.name

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


def turn_of(verdict: str, severities: Mapping[str, int]) -> int:
    """Where an item stands in the order: 0 for severity 3, 3 for severity 0."""
    gravest = max(severities.values(), default=0)
    return 3 - (UNCHECKED if verdict == "not_checked" else gravest)


def monday(moment: datetime) -> date:
    """The week of a moment."""
    return (moment - timedelta(days=moment.weekday())).date()
