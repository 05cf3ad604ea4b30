"""How far a run is, and the proof that what it left is whole."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from serving.archive.output import Folder
from serving.archive.parts import required_plan
from serving.archive.run import Entry, Totals, last_entry, read_entry
from serving.errors import ServingError


@dataclass(frozen=True)
class Status:
    """A run: what it is, how far it is, and whether it is at its end."""

    run: str
    versions: dict[str, str]
    files: int
    shards: int
    totals: Totals
    complete: bool


def read_status(folder: Folder) -> Status:
    """How far the run in a folder is. Raises ServingError where there is none."""
    plan = required_plan(folder)
    last = last_entry(folder)
    return Status(
        run=plan["run"],
        versions=plan["versions"],
        files=plan["archive"]["files"],
        shards=last.shard + 1 if last else 0,
        totals=last.totals if last else Totals(),
        complete=_is_complete(plan, last),
    )


def find_faults(folder: Folder) -> Iterator[str]:
    """What is wrong with the files of a run; nothing where it is whole up to its last shard."""
    plan = required_plan(folder)
    last = last_entry(folder)
    if not _is_complete(plan, last):
        yield "The run is not at its end: start it again with the same words, and it goes on."
    totals = Totals()
    for shard in range(last.shard + 1 if last else 0):
        try:
            entry = read_entry(folder, shard)
        except ServingError as error:
            yield str(error)
            return
        totals += entry.counts
        if entry.totals.items != totals.items or entry.totals.rows != totals.rows:
            yield f"shards/{shard:06d}.json counts on from another shard than the one before it."
            totals = entry.totals
        yield from _faults_of(folder, plan["run"], entry)
    known = set() if last is None else {f"{n:06d}.parquet" for n in range(last.shard + 1)}
    for name in set(folder.names("results")) - known:
        yield f"results/{name} belongs to no finished shard. The run will write it anew."


def _faults_of(folder: Folder, run: str, entry: Entry) -> Iterator[str]:
    for name, checksum in entry.files.items():
        try:
            content = folder.read(name)
        except FileNotFoundError:
            yield f"{name} is missing."
            continue
        if hashlib.sha256(content).hexdigest() != checksum:
            yield f"{name} is not what was written: its checksum differs."
            continue
        table = pq.read_table(io.BytesIO(content))
        rows = entry.counts.rows if name.startswith("results/") else entry.counts.errors
        if table.num_rows != rows:
            yield f"{name} has {table.num_rows} rows; expected {rows}."
        if "run" in table.column_names and not _all_of(table["run"], run):
            yield f"{name} holds rows of another run."


def _all_of(column: pa.ChunkedArray, value: str) -> bool:
    return set(column.unique().to_pylist()) <= {value}


def _is_complete(plan: dict[str, Any], last: Entry | None) -> bool:
    files: int = plan["archive"]["files"]
    return files == 0 or (last is not None and last.next.source >= files)
