"""What a run found, in one pass over its parts: `summary.json`, and `audit.csv` beside it.

Memory does not grow with the archive: of each part only counts are kept, the few articles that
most need a look, and the sample that people are to read.
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import TypeAdapter

from serving.archive.attention import Attention, Look
from serving.archive.audit import SIZE, Sampler, Stratum, audit_csv
from serving.archive.counts import BySection, Counts, OverTime, Tally
from serving.archive.output import Folder
from serving.archive.parts import error_parts, labels_of, required_plan, result_parts
from serving.archive.run import last_entry
from serving.errors import ServingError

SUMMARY, AUDIT = "summary.json", "audit.csv"
MOST_REASONS = 200  # that are told apart
OTHER = "other reasons"


@dataclass(frozen=True)
class Proposed:
    """A note or a check, and for how many articles it is proposed."""

    id: str
    text: str
    articles: int


@dataclass(frozen=True)
class Failed:
    """How many items could not be read or scored, at which stage and why."""

    stage: str
    reason: str
    items: int


@dataclass(frozen=True)
class Summary:
    """Counts of articles, all of one run. Where they are by name, the most frequent come first."""

    run: str
    made: str  # when the summary was, ISO 8601
    finished: bool  # whether all of the archive was read
    versions: dict[str, str]
    options: dict[str, Any]
    archive: dict[str, Any]  # how many files and bytes
    seconds: float  # that scoring took
    labels: list[str]
    counts: Counts
    sub_labels: dict[str, int]
    details: dict[str, int]
    treatments: dict[str, int]
    languages: dict[str, int]
    identification: dict[str, int]
    notes: list[Proposed]
    checks: list[Proposed]
    actions: dict[str, int]
    copies: dict[str, int]  # exact, near
    reasons: dict[str, int]  # why articles were not checked
    failed: list[Failed]
    over_time: OverTime
    by_section: BySection
    attention: list[Look]
    strata: list[Stratum]  # with the sample for an audit

    @property
    def unreadable(self) -> int:
        """Items that are in no row, since they could not be read."""
        return sum(one.items for one in self.failed if one.stage == "read")

    @classmethod
    def from_json(cls, content: bytes) -> "Summary":
        """Read what `to_json` wrote."""
        return _JSON.validate_json(content)

    def to_json(self) -> bytes:
        """As it lies in the folder."""
        return _JSON.dump_json(self, indent=1) + b"\n"


_JSON = TypeAdapter(Summary)


def summarise(folder: Folder, *, sample: int = SIZE, made: datetime | None = None) -> Summary:
    """Read what is finished of the run in a folder. Raises ServingError where there is none."""
    plan = required_plan(folder)
    last = last_entry(folder)
    seen = _Seen(plan["run"], sample)
    for table in result_parts(folder, without=["passages"]):
        seen.add(table)
    failed: Counter[tuple[str, str]] = Counter()
    for table in error_parts(folder):
        rows = (table[name].to_pylist() for name in ("stage", "reason"))
        for stage, reason in zip(*rows, strict=True):
            _count(failed, (stage or "", reason or ""), (stage or "", OTHER), 1)
    return Summary(
        run=plan["run"],
        made=(made or datetime.now(UTC)).isoformat(timespec="seconds"),
        finished=last is not None and last.next.source >= plan["archive"]["files"],
        versions=plan["versions"],
        options=plan["options"],
        archive=plan["archive"],
        seconds=last.totals.seconds if last else 0.0,
        failed=[
            Failed(stage, reason, items) for (stage, reason), items in _ordered(failed).items()
        ],
        **seen.said(),
    )


def write_summary(folder: Folder, summary: Summary) -> None:
    """Leave the summary in the folder, and the sample; one that is being filled in stays."""
    folder.write(SUMMARY, summary.to_json())
    if not _is_filled_in(folder):
        folder.write(AUDIT, audit_csv(summary.strata).encode("utf-8-sig"))


def read_summary(folder: Folder) -> Summary:
    """What `write_summary` left. Raises ServingError where it did not."""
    try:
        return Summary.from_json(folder.read(SUMMARY))
    except FileNotFoundError:
        raise ServingError(
            f"{folder.url} holds no {SUMMARY}. Expected the folder of a screening that came to its "
            "end. Name that folder, or let the run go on."
        ) from None


class _Seen:
    """What was counted of the parts so far."""

    def __init__(self, run: str, sample: int) -> None:
        self._labels: list[str] = []
        self._tally = Tally()
        self._attention = Attention()
        self._sampler = Sampler(run, sample)
        # By the name of the field, then by what is counted.
        self._named: dict[str, Counter[Any]] = {name: Counter() for name in (*_VALUES, *_LISTS)}

    def add(self, table: pa.Table) -> None:
        """Count the rows of a part."""
        self._labels = labels = labels_of(table)
        self._tally.add(table, labels)
        self._attention.add(table, labels, highest(table, labels, 3))
        self._sampler.add(table, highest(table, labels, 2))
        for name, column in _VALUES.items():
            self._count(name, table[column].drop_null())
        for name in _LISTS:
            self._count(name, pc.list_flatten(table[name]))

    def said(self) -> dict[str, Any]:
        """The fields of the summary that follow from the rows."""
        named = {name: _ordered(counter) for name, counter in self._named.items()}
        proposed = {
            name: [
                Proposed(id_, text, articles) for (id_, text), articles in named.pop(name).items()
            ]
            for name in ("notes", "checks")
        }
        return {
            "labels": self._labels,
            "counts": self._tally.all,
            "over_time": self._tally.over_time(),
            "by_section": self._tally.by_section(),
            "attention": self._attention.looks(),
            "strata": self._sampler.strata(),
            **named,
            **proposed,
        }

    def _count(self, name: str, values: pa.ChunkedArray) -> None:
        counter = self._named[name]
        fields = {"notes": ("id", "text"), "checks": ("id", "text")}.get(name)
        if pa.types.is_struct(values.type):
            columns = [pc.struct_field(values, field) for field in fields or ("id",)]
        else:
            columns = [values]
        keys = [str(number) for number in range(len(columns))]
        grouped = pa.table(columns, names=keys).group_by(keys).aggregate([([], "count_all")])
        for row in grouped.to_pylist():
            key = tuple(row[one] for one in keys) if fields else row["0"]
            _count(counter, key, ("", OTHER) if fields else OTHER, row["count_all"])


_VALUES = {
    "treatments": "treatment",
    "languages": "language",
    "identification": "identification",
    "copies": "copy",
    "reasons": "reason",
}
_LISTS = ("sub_labels", "details", "notes", "checks", "actions")


def highest(table: pa.Table, labels: Sequence[str], severity: int) -> NDArray[np.float64]:
    """The highest probability in each row that some label is as grave; 0 where none was judged."""
    most = np.zeros(table.num_rows)
    for label in labels:
        found = pc.list_element(table[f"{label}_probabilities"], severity - 1)
        most = np.maximum(most, pc.fill_null(found, 0.0).to_numpy())
    return most


def _count(counter: Counter[Any], key: Any, other: Any, times: int) -> None:
    """Count under a name; under another one where there are too many already."""
    known = key in counter or len(counter) < MOST_REASONS
    counter[key if known else other] += times


def _ordered(counter: Counter[Any]) -> dict[Any, int]:
    return dict(sorted(counter.items(), key=lambda one: (-one[1], one[0])))


def _is_filled_in(folder: Folder) -> bool:
    """Whether someone wrote into the audit that lies in the folder."""
    try:
        content = folder.read(AUDIT).decode("utf-8-sig", errors="replace")
    except FileNotFoundError:
        return False
    rows = csv.reader(io.StringIO(content, newline=""))
    next(rows, None)
    return any(row and row[-1].strip() for row in rows)
