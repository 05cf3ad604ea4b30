"""Rows of two runs, paired on a disk, so that memory does not grow with the archive."""

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import pyarrow as pa
import pyarrow.compute as pc

from serving.archive.output import Folder
from serving.archive.parts import RESULTS, finished, labels_of, read_part

KEYS = ("source", "position", "id")
SHOWN = (*KEYS, "url", "content_hash", "verdict")
_BATCH = 5_000  # pairs
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -64000;
CREATE TABLE before (number INTEGER PRIMARY KEY, source TEXT, position TEXT, id TEXT, row TEXT);
CREATE TABLE after (number INTEGER PRIMARY KEY, source TEXT, position TEXT, id TEXT, row TEXT);
CREATE TABLE pairs (before INTEGER PRIMARY KEY, after INTEGER UNIQUE);
"""
_PAIRS = """
CREATE INDEX places ON after (source, position);
INSERT OR IGNORE INTO pairs SELECT b.number, a.number FROM before b JOIN after a
    ON a.source = b.source AND a.position = b.position AND a.id IS b.id ORDER BY b.number;
CREATE TABLE left_before AS SELECT id, min(number) AS number FROM before
    WHERE id IS NOT NULL AND number NOT IN (SELECT before FROM pairs)
    GROUP BY id HAVING count(*) = 1;
CREATE TABLE left_after AS SELECT id, min(number) AS number FROM after
    WHERE id IS NOT NULL AND number NOT IN (SELECT after FROM pairs)
    GROUP BY id HAVING count(*) = 1;
CREATE UNIQUE INDEX ids ON left_after (id);
INSERT INTO pairs SELECT b.number, a.number FROM left_before b JOIN left_after a ON a.id = b.id;
"""

Side = Literal["before", "after"]


class Joining:
    """Rows of each side go in; when all are there, pairs come out. The file is temporary."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="forewarn-")
        self._base = sqlite3.connect(Path(self._folder.name) / "rows.sqlite", isolation_level=None)
        self._base.executescript(_TABLES)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._base.close()
        self._folder.cleanup()

    def add(self, side: Side, table: pa.Table) -> None:
        """Keep the rows of a side."""
        rows = [(*(row[key] for key in KEYS), json.dumps(row)) for row in table.to_pylist()]
        self._base.execute("BEGIN")
        self._base.executemany(
            f"INSERT INTO {side} (source, position, id, row) VALUES (?, ?, ?, ?)",
            rows,
        )
        self._base.execute("COMMIT")

    def pair(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Find the pairs, once; rows with one number in both tables belong together."""
        self._base.executescript(_PAIRS)
        found = self._base.execute(
            "SELECT b.row, a.row FROM pairs p JOIN before b ON b.number = p.before "
            "JOIN after a ON a.number = p.after ORDER BY p.before"
        )
        while batch := found.fetchmany(_BATCH):
            yield self._table(row[0] for row in batch), self._table(row[1] for row in batch)

    def rest(self, side: Side, most: int) -> tuple[int, list[dict[str, Any]]]:
        """How many rows of a side have no pair, and the first of them."""
        where = f"FROM {side} WHERE number NOT IN (SELECT {side} FROM pairs)"
        (count,) = self._base.execute(f"SELECT count(*) {where}").fetchone()
        first = self._base.execute(f"SELECT row {where} ORDER BY number LIMIT ?", (most,))
        return count, [json.loads(row) for (row,) in first]

    def _table(self, rows: Iterator[str]) -> pa.Table:
        return pa.Table.from_pylist([json.loads(row) for row in rows], self._schema)


def schema(labels: Sequence[str]) -> pa.Schema:
    """The columns that are compared; probabilities are those of severity 2 or more."""
    numbers: list[tuple[str, pa.DataType]] = []
    for label in labels:
        numbers += [(f"{label}_severity", pa.int8()), (f"{label}_probability", pa.float64())]
    return pa.schema([*((name, pa.string()) for name in SHOWN), *numbers])


def _slim(table: pa.Table, labels: Sequence[str]) -> pa.Table:
    """What is compared of a part."""
    columns = {name: table[name] for name in SHOWN}
    for label in labels:
        columns[f"{label}_severity"] = table[f"{label}_severity"]
        columns[f"{label}_probability"] = pc.list_element(table[f"{label}_probabilities"], 1)
    return pa.table(columns).cast(schema(labels))


def parts(
    before: Folder, after: Folder, labels: Sequence[str]
) -> Iterator[tuple[pa.Table | None, pa.Table | None]]:
    """The shards of both runs with one number, of each what is compared."""
    for numbers in zip_longest(finished(before), finished(after)):
        sides = zip((before, after), numbers, strict=True)
        one, other = (
            _slim(read_part(folder, RESULTS, number, ["passages"]), labels) if number else None
            for folder, number in sides
        )
        yield one, other


def shared_labels(*folders: Folder) -> list[str]:
    """The labels that all runs were screened for."""
    found = [
        labels_of(read_part(folder, RESULTS, number))
        for folder in folders
        for number in finished(folder)[:1]
    ]
    return [label for label in found[0] if all(label in one for one in found)] if found else []


def aligned(one: pa.Table, other: pa.Table) -> bool:
    """Whether both hold the same articles in the same order."""
    return bool(one.select(KEYS).equals(other.select(KEYS)))
