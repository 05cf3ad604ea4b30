"""A random sample for people to read, and how much the screening missed, as far as it can tell.

Texts are drawn in strata: by the verdict, and by how near they were to another one. Those called
clear are most of the sample, since what was missed is among them. A text that stands in the
archive again, word for word, is drawn and counted once.
"""

import csv
import hashlib
import heapq
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from serving.archive.cells import text_cell
from serving.errors import ServingError

SIZE = 400  # texts
COLUMNS = ("id", "url", "stratum", "weight", "involves")
_YES, _NO = {"yes", "y", "1", "true"}, {"no", "n", "0", "false"}


class _Plan(NamedTuple):
    id: str
    verdict: str
    low: float  # of the highest probability of severity 2 or more that a label has
    high: float
    share: float  # of the sample


_STRATA = (
    _Plan("clear_far", "clear", 0.0, 0.05, 0.375),
    _Plan("clear_middle", "clear", 0.05, 0.2, 0.25),
    _Plan("clear_near", "clear", 0.2, math.inf, 0.125),
    _Plan("flagged_near", "flagged", 0.0, 0.8, 0.125),
    _Plan("flagged_far", "flagged", 0.8, math.inf, 0.125),
)


@dataclass(frozen=True)
class Drawn:
    """A text of the sample; `id` is its file and position where it has none."""

    id: str
    url: str | None
    key: int  # a random number; the sample is in its order


@dataclass(frozen=True)
class Stratum:
    """Texts with one verdict and a like probability. `probability`: from, and below (or None)."""

    id: str
    verdict: str
    probability: tuple[float, float | None]
    texts: int
    sample: list[Drawn]

    @property
    def weight(self) -> float:
        """How many texts one of the sample stands for."""
        return self.texts / len(self.sample) if self.sample else 0.0


class Sampler:
    """Draws the texts of a run as they pass by. Their order makes no difference."""

    def __init__(self, run: str, size: int = SIZE) -> None:
        self._run = run.encode()
        self._sizes = [round(size * plan.share) for plan in _STRATA]
        self._texts = [0] * len(_STRATA)
        # In each stratum the texts with the lowest keys; the first in the heap has the highest.
        self._drawn: list[list[tuple[int, str, str]]] = [[] for _ in _STRATA]

    def add(self, table: pa.Table, probability: NDArray[np.float64]) -> None:
        """Rows, and the highest probability of severity 2 or more in each of them."""
        verdict = table["verdict"].to_numpy()
        counted = table["copy"].to_numpy() != "exact"
        columns = [table[name].to_pylist() for name in ("content_hash", "source", "position")]
        ids, urls = table["id"], table["url"]
        for number, plan in enumerate(_STRATA):
            here = counted & (verdict == plan.verdict)
            here &= (probability >= plan.low) & (probability < plan.high)
            rows = np.flatnonzero(here).tolist()
            self._texts[number] += len(rows)
            for row in rows:
                content, source, position = (column[row] for column in columns)
                key = self._key(content, source, position)
                if self._is_drawn(number, key):
                    id_ = ids[row].as_py() or f"{source}#{position}"
                    self._draw(number, (-key, id_, urls[row].as_py() or ""))

    def strata(self) -> list[Stratum]:
        """What was drawn so far."""
        return [
            Stratum(
                plan.id,
                plan.verdict,
                (plan.low, None if math.isinf(plan.high) else plan.high),
                texts,
                [Drawn(id_, url or None, -key) for key, id_, url in sorted(drawn, reverse=True)],
            )
            for plan, texts, drawn in zip(_STRATA, self._texts, self._drawn, strict=True)
        ]

    def _key(self, *parts: str | None) -> int:
        digest = hashlib.blake2b(self._run, digest_size=6)
        for part in parts:
            digest.update(b"\0" + (part or "").encode())
        return int.from_bytes(digest.digest())

    def _is_drawn(self, number: int, key: int) -> bool:
        drawn, size = self._drawn[number], self._sizes[number]
        return size > 0 and (len(drawn) < size or key < -drawn[0][0])

    def _draw(self, number: int, one: tuple[int, str, str]) -> None:
        drawn = self._drawn[number]
        if len(drawn) < self._sizes[number]:
            heapq.heappush(drawn, one)
        else:
            heapq.heapreplace(drawn, one)


@dataclass(frozen=True)
class Reading:
    """What people found in a stratum: of so many texts read, how many involve something."""

    stratum: Stratum
    read: int
    involve: int


def audit_csv(strata: Sequence[Stratum]) -> str:
    """The sample as a CSV file, in random order: what is read from the top is a sample too."""
    rows = sorted((one.key, one, stratum) for stratum in strata for one in stratum.sample)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for _, one, stratum in rows:
        cells = (text_cell(one.id), text_cell(one.url), stratum.id, f"{stratum.weight:.4g}", "")
        writer.writerow(cells)
    return out.getvalue()


def read_audit(content: bytes, strata: Sequence[Stratum]) -> list[Reading]:
    """What the editor filled in. Raises ServingError where the file is not this sample's."""
    left = Counter((one.id, *_cells(drawn)) for one in strata for drawn in one.sample)
    read, involve = Counter[str](), Counter[str]()
    for number, row in enumerate(_rows(_decoded(content)), 2):
        answer = _answer(row["involves"], number)
        if answer is None:
            continue
        name = row["stratum"] or ""
        left[name, row["id"] or "", row["url"] or ""] -= 1
        if left[name, row["id"] or "", row["url"] or ""] < 0:
            raise _not_drawn(number)
        read[name] += 1
        involve[name] += answer
    return [Reading(one, read[one.id], involve[one.id]) for one in strata]


def _cells(one: Drawn) -> tuple[str, str]:
    return text_cell(one.id), text_cell(one.url)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ServingError(
            f"The audit cannot be read. Expected UTF-8, got another byte at offset {error.start}. "
            "In the spreadsheet, save it as 'CSV UTF-8'."
        ) from None


def _rows(content: str) -> list[dict[str, str | None]]:
    """The lines of the file, whichever separator the spreadsheet chose."""
    separator = ";" if ";" in content.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(content, newline=""), delimiter=separator)
    try:
        if not {"id", "url", "stratum", "involves"}.issubset(rows.fieldnames or ()):
            raise csv.Error(f"other columns in the first line: {len(rows.fieldnames or ())}")
        return list(rows)
    except csv.Error as error:
        raise ServingError(
            f"The audit cannot be read. Expected a CSV file with the columns {', '.join(COLUMNS)}, "
            f"got {error}. Give the audit.csv that was written with the summary, filled in."
        ) from None


def _answer(cell: str | None, number: int) -> bool | None:
    said = (cell or "").strip().lower()
    if said and said not in _YES | _NO:
        raise ServingError(
            f"Line {number} of the audit cannot be read. Expected yes, no or nothing in the column "
            f"'involves', got {len(said)} other characters. Mend that cell."
        )
    return said in _YES if said else None


def _not_drawn(number: int) -> ServingError:
    return ServingError(
        f"Line {number} of the audit is not in the sample of this run. Expected id, url and "
        "stratum as they were written, each line once. Give the audit.csv that was written with "
        "this summary; a spreadsheet must open its columns as text."
    )
