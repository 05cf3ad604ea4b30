"""What goes into the queue, and how an article of it is counted."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime

from serving.api.answering import Judged
from serving.desk.record import Record, is_unsure, record_of, text_of
from serving.store.queue_items import NewItem, Tally, monday
from serving.store.store import Store

ALERT = 2  # the severity from which an article is flagged
_DICE = random.SystemRandom()


def queue_judged(
    store: Store, judged: Judged, policy_version: str, origin: str, audit_share: float
) -> int | None:
    """Count an article that a caller wants to have queued, and queue it unless it is clear.

    Of the clear ones a share is drawn for an audit. Returns its number; None where it is not
    queued. Raises StoreError.
    """
    submission, found = judged.asked.submission, judged.article
    section, id_ = storable(submission.section), storable(submission.id)
    record = record_of(judged, policy_version)
    store.queue.tally(tally([(datetime.now(UTC), section, record)]))
    drawing = None
    if found.verdict == "clear":
        if _DICE.random() >= audit_share:
            return None
        drawing = audit_share
    item = NewItem(
        source="api",
        origin=origin,
        name=id_ or found.content_hash,
        article_id=id_,
        section=section,
        content_hash=found.content_hash,
        record=record,
        unsure=is_unsure(record),
        drawing=drawing,
        text=text_of(judged),
    )
    [number] = store.queue.put([item])
    return number


def storable(text: str | None) -> str | None:
    """The text without NUL, which PostgreSQL cannot keep; None where nothing is left."""
    return (text or "").replace("\0", "") or None


def tally(checked: Iterable[tuple[datetime, str | None, Record]]) -> Tally:
    """Articles, alerts and sums of scores by week, section and label; those not checked aside."""
    counts: dict[tuple[date, str, str], list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for at, section, record in checked:
        for label, found in record["labels"].items():
            count = counts[monday(at), section or "", label]
            count[0] += 1
            count[1] += found["severity"] >= ALERT
            count[2] += found["probabilities"][1]
    return {key: (int(n), int(alerts), score) for key, (n, alerts, score) in counts.items()}
