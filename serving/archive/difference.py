"""What changed between two runs over an archive: by another artifact, policy or text.

Two rows are of one article where file, position and id are the same; of those that are left, where
the id is, and no other has it. Parts that hold the same articles in the same order are compared as
they are read; all others are paired on a disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import TypeAdapter

from serving.archive.joining import Joining, aligned, parts, schema, shared_labels
from serving.archive.output import Folder
from serving.archive.parts import NOT_CHECKED, required_plan
from serving.archive.ranking import First

MOST = 50  # articles that are listed
VERDICTS = ("flagged", "clear", NOT_CHECKED)
SEVERITIES = ("0", "1", "2", "3", NOT_CHECKED)


@dataclass(frozen=True)
class Transition:
    """How many articles went from one verdict or severity to another one, or stayed."""

    before: str
    after: str
    articles: int


@dataclass(frozen=True)
class Article:
    """One that only one of the runs has."""

    id: str | None
    url: str | None
    source: str
    position: str
    verdict: str


@dataclass(frozen=True)
class Change:
    """An article with another verdict or severity. Pairs are: before, after."""

    id: str | None
    url: str | None
    source: str  # and position, in the run after
    position: str
    verdict: tuple[str, str]
    severities: dict[str, tuple[int | None, int | None]]
    probability: float  # the largest change of any label's probability of severity 2 or more
    same_text: bool


@dataclass(frozen=True)
class Difference:
    """All counts are of articles. Transitions include those that stayed as they were."""

    before: str  # the runs' ids
    after: str
    versions: dict[str, tuple[str, str]]  # what differs of them: before, after
    articles: int  # in both runs
    other_text: int
    changed: int  # with another verdict, or another severity of some label
    verdicts: list[Transition]
    severities: dict[str, list[Transition]]  # of the labels that both runs have
    most_changed: list[Change]  # by severity, then verdict, then probability
    only_before: int
    only_after: int
    first_only_before: list[Article]
    first_only_after: list[Article]

    @classmethod
    def from_json(cls, content: bytes) -> "Difference":
        """Read what `to_json` wrote."""
        return _JSON.validate_json(content)

    def to_json(self) -> bytes:
        """For other programs."""
        return _JSON.dump_json(self, indent=1) + b"\n"


_JSON = TypeAdapter(Difference)


def compare_runs(before: Folder, after: Folder) -> Difference:
    """Compare what is finished of two runs; a run set aside is in `previous/` of its folder.

    Raises ServingError where a folder holds no run.
    """
    plans = required_plan(before), required_plan(after)
    labels = shared_labels(before, after)
    seen = _Seen(labels)
    with Joining(schema(labels)) as joining:
        for one, other in parts(before, after, labels):
            if one is not None and other is not None and aligned(one, other):
                seen.add(one, other)
                continue
            if one is not None:
                joining.add("before", one)
            if other is not None:
                joining.add("after", other)
        for one, other in joining.pair():
            seen.add(one, other)
        only_before, first_before = joining.rest("before", MOST)
        only_after, first_after = joining.rest("after", MOST)
    return Difference(
        before=plans[0]["run"],
        after=plans[1]["run"],
        versions=_versions(*plans),
        only_before=only_before,
        only_after=only_after,
        first_only_before=[_article(row) for row in first_before],
        first_only_after=[_article(row) for row in first_after],
        **seen.said(),
    )


class _Seen:
    """What was counted of the pairs so far."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._articles = self._other_text = self._changed = 0
        self._verdicts = np.zeros((len(VERDICTS), len(VERDICTS)), np.int64)
        shape = (len(SEVERITIES), len(SEVERITIES))
        self._severities = {label: np.zeros(shape, np.int64) for label in labels}
        self._most = First[Change](MOST, lambda one: (one.source, one.position))

    def add(self, before: pa.Table, after: pa.Table) -> None:
        """Count pairs: rows with one number in both tables."""
        self._articles += before.num_rows
        same_text = before["content_hash"].to_numpy() == after["content_hash"].to_numpy()
        self._other_text += int(np.count_nonzero(~same_text))
        verdicts = _codes(before["verdict"], VERDICTS), _codes(after["verdict"], VERDICTS)
        np.add.at(self._verdicts, verdicts, 1)
        other_verdict = verdicts[0] != verdicts[1]
        changed = other_verdict.copy()
        steps = np.zeros(before.num_rows, np.int64)
        shift = np.zeros(before.num_rows)
        for label in self._labels:
            found = [_severities(table[f"{label}_severity"]) for table in (before, after)]
            np.add.at(self._severities[label], tuple(found), 1)
            changed |= found[0] != found[1]
            both = (found[0] < 4) & (found[1] < 4)
            steps = np.maximum(steps, np.abs(found[1] - found[0]) * both)
            name = f"{label}_probability"
            moved = after[name].to_numpy() - before[name].to_numpy()  # NaN: not checked
            shift = np.fmax(shift, np.abs(moved))
        self._changed += int(np.count_nonzero(changed))
        rows = np.flatnonzero(changed)
        keys = list(zip(-steps[rows], ~other_verdict[rows], -shift[rows], strict=True))
        self._most.add(
            keys,
            lambda wanted: [
                _change(self._labels, one, other, float(moved))
                for one, other, moved in zip(
                    before.take(rows[wanted]).to_pylist(),
                    after.take(rows[wanted]).to_pylist(),
                    shift[rows[wanted]],
                    strict=True,
                )
            ],
        )

    def said(self) -> dict[str, Any]:
        """The fields of the difference that follow from the pairs."""
        return {
            "articles": self._articles,
            "other_text": self._other_text,
            "changed": self._changed,
            "verdicts": _transitions(VERDICTS, self._verdicts),
            "severities": {
                label: _transitions(SEVERITIES, counts)
                for label, counts in self._severities.items()
            },
            "most_changed": self._most.values(),
        }


def _codes(values: pa.ChunkedArray, names: Sequence[str]) -> NDArray[np.int64]:
    """The number of each value's name."""
    found = pc.index_in(values, value_set=pa.array(names))
    return np.asarray(found.to_numpy(), np.int64)


def _severities(values: pa.ChunkedArray) -> NDArray[np.int64]:
    """0 to 3, and 4 for what was not checked."""
    return np.asarray(pc.fill_null(values, 4).to_numpy(), np.int64)


def _transitions(names: Sequence[str], counts: NDArray[np.int64]) -> list[Transition]:
    return [
        Transition(names[one], names[other], int(counts[one, other]))
        for one, other in np.argwhere(counts)
    ]


def _change(
    labels: Sequence[str], before: dict[str, Any], after: dict[str, Any], moved: float
) -> Change:
    severities = {
        label: (before[f"{label}_severity"], after[f"{label}_severity"]) for label in labels
    }
    return Change(
        **{name: after[name] for name in ("id", "url", "source", "position")},
        verdict=(before["verdict"], after["verdict"]),
        severities={label: pair for label, pair in severities.items() if pair[0] != pair[1]},
        probability=round(moved, 4),
        same_text=before["content_hash"] == after["content_hash"],
    )


def _article(row: dict[str, Any]) -> Article:
    return Article(*(row[name] for name in ("id", "url", "source", "position", "verdict")))


def _versions(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[str, str]]:
    names = [*before["versions"], *(set(after["versions"]) - set(before["versions"]))]
    pairs = {name: (before["versions"].get(name), after["versions"].get(name)) for name in names}
    return {name: (one or "", other or "") for name, (one, other) in pairs.items() if one != other}
