"""From the run of an archive to the queue: what was flagged, and a sample of what was clear."""

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from serving.archive.output import Folder
from serving.archive.parts import labels_of, required_plan, result_parts
from serving.desk.queueing import storable, tally
from serving.desk.record import Record, is_unsure
from serving.store.audit import Event
from serving.store.queue_items import NewItem
from serving.store.store import Store

BATCH = 200  # articles in a transaction, for which other writers wait
SAMPLE = 200  # clear articles that are drawn


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it. `drawing` is the probability with which a clear article was drawn."""

    flagged: int
    sample: int
    drawing: float
    counted: bool  # false where the run was counted by an import before


def import_run(store: Store, folder: Folder, actor: str, sample: int = SAMPLE) -> Imported:
    """Queue the flagged articles of a run and `sample` of the clear ones. Exact copies are one.

    Done again it changes nothing, and goes on after a kill. Raises ServingError, StoreError.
    """
    run = str(required_plan(folder)["run"])
    drawn = _Draw(run, sample)
    checked: list[tuple[datetime, str | None, Record]] = []
    flagged = 0

    def wanted() -> Iterator[NewItem]:
        nonlocal flagged
        for row, labels in _rows(folder):
            item = _item(row, labels, run)
            if item.record["verdict"] == "not_checked":
                continue
            checked.append((_date(row), item.section, {"labels": item.record["labels"]}))
            if item.record["verdict"] == "flagged":
                flagged += 1
                yield item
            else:
                drawn.add(item)

    _put(store, wanted())
    _put(store, drawn.items())
    done = Event(actor=actor, action="queue.import", subject_id=run)
    counted = store.queue.tally_once(tally(checked), done)
    return Imported(flagged, len(drawn.items()), drawn.probability, counted)


class _Draw:
    """A sample of fixed size, in which each article is as likely as any other.

    Which it is depends on the run and the article alone, so that a second import draws the same.
    """

    def __init__(self, run: str, size: int) -> None:
        self._run, self._size = run.encode(), size
        self._seen = 0
        self._heap: list[tuple[int, str, NewItem]] = []  # the highest key first

    def add(self, item: NewItem) -> None:
        self._seen += 1
        digest = hashlib.blake2b(self._run + b"\0" + item.name.encode(), digest_size=8)
        heapq.heappush(self._heap, (-int.from_bytes(digest.digest()), item.name, item))
        if len(self._heap) > self._size:
            heapq.heappop(self._heap)

    @property
    def probability(self) -> float:
        return len(self._heap) / self._seen if self._seen else 0.0

    def items(self) -> list[NewItem]:
        return [replace(item, drawing=self.probability) for _, _, item in sorted(self._heap)]


def _put(store: Store, items: Iterable[NewItem]) -> None:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        store.queue.put(batch)


def _rows(folder: Folder) -> Iterator[tuple[dict[str, Any], list[str]]]:
    for part in result_parts(folder):
        labels = labels_of(part)
        for row in part.to_pylist():
            if row["copy"] != "exact":
                yield row, labels


def _date(row: Mapping[str, Any]) -> datetime:
    """The article's, as far as it is known; else now."""
    try:
        found = datetime.fromisoformat(row["date"] or "")
    except ValueError:
        return datetime.now(UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _item(row: Mapping[str, Any], labels: list[str], run: str) -> NewItem:
    record, quotes = _record(row, labels)
    return NewItem(
        source="archive",
        origin=run,
        name=f"{row['source']}#{row['position']}".replace("\0", ""),
        article_id=storable(row["id"]),
        section=storable(row["section"]),
        url=storable(row["url"]),
        content_hash=row["content_hash"] or "",
        record=record,
        unsure=is_unsure(record),
        text={"quotes": quotes} if quotes else None,
    )


def _record(row: Mapping[str, Any], labels: list[str]) -> tuple[Record, dict[str, str]]:
    """A row in the form of `serving.desk.record`, and the words of its marks where they are kept.

    Offsets are those of the archive's own text.
    """
    there = [label for label in labels if row[f"{label}_severity"] is not None]
    marks, quotes = _marks(row["passages"] or [])
    record = {
        "verdict": row["verdict"],
        "reason": row["reason"],
        "labels": {
            label: {
                "severity": row[f"{label}_severity"],
                "probabilities": [round(p, 4) for p in row[f"{label}_probabilities"]],
            }
            for label in there
        },
        "sub_labels": _present(row["sub_labels"]),
        "details": _present(row["details"]),
        "treatment": row["treatment"],
        "language": row["language"],
        "versions": {name: row[name] for name in ("artifact", "taxonomy", "code", "policy")},
        "marks": marks,
        "note": next(
            (
                {"text": note["text"], "reason": "", "rule": note["rules"][0]}
                for note in row["notes"] or []
            ),
            None,
        ),
        "checks": [
            {
                "id": check["id"],
                "text": check["text"],
                "reason": "",
                "rule": check["rules"][0],
                "marks": [],
                "elsewhere": [],
            }
            for check in row["checks"] or []
        ],
        "actions": [{"id": action, "reason": ""} for action in row["actions"] or []],
        "help_lines": [],
        "identification": row["identification"],
        "texts": {},
    }
    return record, quotes


def _present(found: list[dict[str, Any]] | None) -> dict[str, float]:
    return {one["id"]: round(one["probability"], 4) for one in found or []}


def _marks(passages: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    places: dict[tuple[str, int, int], dict[str, Any]] = {}
    said: dict[tuple[str, int, int], str] = {}
    for one in passages:
        place = (one["field"], one["start"], one["end"])
        mark = places.setdefault(place, {"labels": {}, "cues": []})
        mark["labels"][one["label"]] = round(one["score"], 4)
        if one["quote"]:
            said[place] = one["quote"]
    ordered = sorted(places, key=lambda place: (place[0] != "title", *place[1:]))
    names = ("field", "start", "end")
    marks = [dict(zip(names, place, strict=True)) | places[place] for place in ordered]
    quotes = {str(number): said[place] for number, place in enumerate(ordered, 1) if place in said}
    return marks, quotes
