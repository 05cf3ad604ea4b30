"""What the queue is narrowed down to, as an address says it and as the store takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from serving.store.queue_items import Filters, Place

STATES = ("waiting", "mine", "decided")
AGES = {"day": "in the last 24 hours", "week": "in the last 7 days", "older": "7 days ago or more"}
_SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}
_NAMES = ("state", "label", "severity", "source", "age", "unsure", "sample")


@dataclass(frozen=True, slots=True)
class View:
    """What is asked for; what makes no sense is as if it were not there."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, given: Mapping[str, str], labels: tuple[str, ...]) -> "View":
        """The view that an address asks for."""
        allowed = {
            "state": STATES,
            "label": labels,
            "severity": ("1", "2", "3"),
            "source": ("api", "archive"),
            "age": tuple(AGES),
            "unsure": ("on",),
            "sample": ("on",),
        }
        return cls({name: given[name] for name in _NAMES if given.get(name) in allowed[name]})

    def get(self, name: str) -> str:
        """A part of it; empty where it is not narrowed down by that."""
        return self.values.get(name, "")

    def filters(self, person: str) -> Filters:
        """The same for the store; `person` is who asks."""
        state, age, now = self.get("state"), self.get("age"), datetime.now(UTC)
        source = self.get("source")
        return Filters(
            state="decided" if state == "decided" else "waiting",
            label=self.get("label") or None,
            severity=int(self.get("severity")) if self.get("severity") else None,
            source=("api" if source == "api" else "archive") if source else None,
            since=now - _SPANS[age] if age in _SPANS else None,
            until=now - _SPANS["week"] if age == "older" else None,
            unsure=bool(self.get("unsure")),
            sample=bool(self.get("sample")),
            holder=person if state == "mine" else None,
        )

    def query(self, **more: str) -> str:
        """The end of an address that leads to the same view."""
        values = {name: value for name, value in {**self.values, **more}.items() if value}
        return f"?{urlencode(values)}" if values else ""


def read_place(text: str) -> Place | None:
    """A place in the order, as `3.17` in an address; None where it is none."""
    turn, _, number = text.partition(".")
    if turn.isdecimal() and number.isdecimal() and len(text) <= 20:
        return Place(int(turn), int(number))
    return None
