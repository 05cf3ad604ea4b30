"""What another threshold would have done with the articles that were decided last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from labels import Policy
from labels.house_policy import Threshold
from serving.store.queue_items import Item

LOOKED_AT = 200  # articles


@dataclass(frozen=True, slots=True)
class Changed:
    """An article that would be acted on, or no more; `decided` is what the editor made of it."""

    item: Item
    probability: float
    decided: int | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Articles that would be acted on with the new threshold only, or with the old one only."""

    label: str
    looked_at: int
    before: int  # acted on as things are
    more: list[Changed]
    fewer: list[Changed]

    @property
    def after(self) -> int:
        """How many would be acted on."""
        return self.before + len(self.more) - len(self.fewer)


def moved(policy: Policy, label: str, least: float) -> Threshold:
    """The label's threshold with another probability for the severity that it is acted on from."""
    threshold = policy.thresholds[label]
    steps: dict[str, Any] = {f"at_least_{threshold.severity}": least}
    return replace(threshold, **steps)


def try_threshold(items: Sequence[Item], label: str, old: Threshold, new: Threshold) -> WhatIf:
    """What would change for articles that were checked."""
    more: list[Changed] = []
    fewer: list[Changed] = []
    before = looked_at = 0
    for item in items:
        found = item.record["labels"].get(label)
        if found is None:
            continue
        looked_at += 1
        was, would = _acts(old, found), _acts(new, found)
        before += was
        if was == would:
            continue
        probability = found["probabilities"][old.severity - 1]
        changed = Changed(item, probability, item.decided.get(label))
        (more if would else fewer).append(changed)
    return WhatIf(label, looked_at, before, more, fewer)


def _acts(threshold: Threshold, found: dict[str, Any]) -> bool:
    return threshold.grade(found["severity"], found["probabilities"]) >= threshold.severity
