"""The articles of an archive that most need an editor's look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from serving.archive.ranking import First

MOST = 50
LIKELY = "likely"


@dataclass(frozen=True)
class Look:
    """An article, why it is listed, and what is proposed for it. It holds none of its text."""

    id: str | None
    url: str | None
    section: str | None
    date: str | None
    source: str
    position: str
    verdict: str
    identification: str | None  # of a minor: likely, possible or none_found
    severities: dict[str, int]
    probability: float  # of severity 3, the highest of any label
    sub_labels: list[str]
    note: str | None
    checks: list[str]


class Attention:
    """Keeps the first `MOST` of all articles in this order, whatever order they come in:

    1. those in which a minor in a sensitive matter can likely be identified;
    2. those with a label of severity 3 for which the policy asks for a check;
    3. by the highest probability of severity 3 that a label has.

    Within each the next one decides. Copies are left out: their original stands for them. So is
    what is neither flagged nor likely to identify a minor.
    """

    def __init__(self) -> None:
        # Of equals, the content and the place in the archive decide, and not who comes first.
        self._first = First[tuple[str, Look]](
            MOST, lambda it: (it[0], it[1].source, it[1].position)
        )

    def add(self, table: pa.Table, labels: Sequence[str], probability: NDArray[np.float64]) -> None:
        """Rows, and the highest probability of severity 3 in each of them."""
        likely = pc.fill_null(pc.equal(table["identification"], LIKELY), False).to_numpy()
        grave = np.zeros(table.num_rows, bool)
        for label in labels:
            grave |= pc.fill_null(pc.equal(table[f"{label}_severity"], 3), False).to_numpy()
        checks = pc.fill_null(pc.list_value_length(table["checks"]), 0).to_numpy() > 0
        flagged = pc.equal(table["verdict"], "flagged").to_numpy()
        wanted = (likely | flagged) & pc.is_null(table["copy"]).to_numpy()
        rows = np.flatnonzero(wanted)
        keys = list(zip(~likely[rows], ~(grave & checks)[rows], -probability[rows], strict=True))
        self._first.add(keys, lambda wanted: _looks(table.take(pa.array(rows[wanted])), labels))

    def looks(self) -> list[Look]:
        """The first ones, in order."""
        return [look for _, look in self._first.values()]


def _looks(table: pa.Table, labels: Sequence[str]) -> list[tuple[str, Look]]:
    return [_look(row, labels) for row in table.to_pylist()]


def _look(row: dict[str, Any], labels: Sequence[str]) -> tuple[str, Look]:
    """The hash of an article's content, and what is shown of it."""
    kept = ("id", "url", "section", "date", "source", "position", "verdict", "identification")
    severities = {label: row[f"{label}_severity"] for label in labels}
    notes = row["notes"] or []
    look = Look(
        **{name: row[name] for name in kept},
        severities={label: found for label, found in severities.items() if found is not None},
        probability=round(max((row[f"{label}_probabilities"] or [0])[-1] for label in labels), 4),
        sub_labels=[one["id"] for one in row["sub_labels"] or []],
        note=notes[0]["text"] if notes else None,
        checks=[one["text"] for one in row["checks"] or []],
    )
    return row["content_hash"] or "", look
