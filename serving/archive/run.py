"""One screening of an archive: it may stop anywhere, and goes on where it was.

What a run leaves in its folder:

    run.json                 what is screened and by what: the run's fingerprint
    results/000017.parquet   one row for each article of a shard
    errors/000017.parquet    what could not be read or scored, if anything
    shards/000017.json       the shard's entry in the manifest, written last: it is whole

Shards are finished in their order, so those that have an entry are the first ones, and the last
entry says where to go on. Whatever else lies there after a crash is written anew.
"""

import hashlib
import io
import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from serving.archive.duplicates import Duplicates, Original
from serving.archive.jigsaw import Jigsaw
from serving.archive.output import Folder
from serving.archive.record import Record
from serving.archive.runners import Runner
from serving.archive.scoring import FAILED
from serving.archive.shards import START, Place, Read, Selection, Shard, read_shards
from serving.archive.sources import Source
from serving.archive.table import ARTICLES, ERRORS
from serving.errors import ServingError

RUN = "run.json"
PREVIOUS = "previous"
LEAST_ITEMS = 200  # before a share of errors means anything
_MADE_FROM_THEM = ("summary.json", "report.html", "audit.csv", "jigsaw.parquet")
_KEPT_PARTS = 16  # from which answers are copied


@dataclass(frozen=True)
class Totals:
    """Counts of items, up to some shard."""

    items: int = 0
    rows: int = 0
    errors: int = 0
    flagged: int = 0
    not_checked: int = 0
    copies: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Totals") -> "Totals":
        mine, its = asdict(self), asdict(other)
        return Totals(**{name: mine[name] + its[name] for name in mine})


@dataclass(frozen=True)
class Entry:
    """A shard's entry in the manifest. `files` are checksums (SHA-256) by name."""

    shard: int
    counts: Totals
    totals: Totals  # of this shard and all before it
    files: dict[str, str]
    next: Place

    @classmethod
    def from_json(cls, content: bytes) -> "Entry":
        """Read what `to_json` wrote."""
        said = json.loads(content)
        counts, totals = Totals(**said["counts"]), Totals(**said["totals"])
        return cls(said["shard"], counts, totals, said["files"], Place(*said["next"]))

    def to_json(self) -> bytes:
        """As it lies in the folder."""
        return json.dumps(asdict(self), indent=1).encode() + b"\n"


@dataclass(frozen=True)
class Plan:
    """Everything on which the table depends. Two runs with one fingerprint leave one table."""

    versions: dict[str, str]
    options: dict[str, Any]
    sources: Sequence[Source] = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Stands for all of it; the first 12 digits name the run."""
        said = json.dumps(self._said(), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def run(self) -> str:
        """The run's id."""
        return self.fingerprint[:12]

    def to_json(self) -> bytes:
        """As it lies in the folder."""
        said = {"run": self.run, "fingerprint": self.fingerprint, **self._said()}
        return json.dumps(said, indent=1).encode() + b"\n"

    def _said(self) -> dict[str, Any]:
        listed = json.dumps([[one.url, one.size, one.format] for one in self.sources])
        return {
            "versions": self.versions,
            "options": self.options,
            "archive": {
                "files": len(self.sources),
                "bytes": sum(one.size or 0 for one in self.sources),
                "sha256": hashlib.sha256(listed.encode()).hexdigest(),
            },
        }


class Run:
    """A run in its folder. Raises ServingError where the folder holds another one."""

    def __init__(self, folder: Folder, plan: Plan, *, rescore: bool = False) -> None:
        self.folder = folder
        self.plan = plan
        before = read_plan(folder)
        if before and before["fingerprint"] != plan.fingerprint:
            if not rescore:
                raise _another_run(before, json.loads(plan.to_json()))
            set_aside(folder, before["run"])
            before = None
        if not before:
            folder.write(RUN, plan.to_json())
        self.last = last_entry(folder)
        self._part = lru_cache(_KEPT_PARTS)(self._read_part)

    def screen(
        self,
        read: Read,
        selection: Selection,
        runner: Runner,
        duplicates: Duplicates,
        jigsaw: Jigsaw | None = None,
        *,
        stopped: Callable[[], bool] = lambda: False,
        max_errors: float = 1.0,
    ) -> Iterator[Entry]:
        """Finish shard by shard, and tell of each. Where `stopped`, no more are begun.

        Raises ServingError where more than `max_errors` (a share of all items) failed.
        """
        begun: deque[_Begun] = deque()

        def batches() -> Iterator[pa.RecordBatch]:
            for shard in self._shards(read, selection, duplicates, jigsaw):
                if stopped():
                    return
                copies = _find_copies(shard, duplicates)
                if jigsaw:
                    _index_names(shard, copies, jigsaw)
                if shard.number >= self.done:
                    begun.append(_Begun(shard, copies))
                    originals = [one for row, one in enumerate(shard.records) if row not in copies]
                    yield batch_of(originals)

        since = time.monotonic()
        for scored in runner.run(batches()):
            now = time.monotonic()
            yield self._finish(begun.popleft(), scored, now - since)
            since = now
            self._require_sense(max_errors)

    @property
    def done(self) -> int:
        """How many shards are finished."""
        return self.last.shard + 1 if self.last else 0

    def _shards(
        self, read: Read, selection: Selection, duplicates: Duplicates, jigsaw: Jigsaw | None
    ) -> Iterator[Shard]:
        """What is to do; where an index was lost, from where it has to be made."""
        number = min(self.done, duplicates.shards, jigsaw.shards if jigsaw else self.done)
        place = read_entry(self.folder, number - 1).next if number else START
        if place.source >= len(self.plan.sources):
            return iter(())
        return read_shards(self.plan.sources, read, selection, number, place)

    def _finish(self, begun: "_Begun", scored: pa.RecordBatch, seconds: float) -> Entry:
        shard, copies = begun.shard, begun.copies
        rows = self._rows(shard, copies, scored)
        errors = _errors(shard, rows)
        verdicts = rows["verdict"].to_pylist()
        counts = Totals(
            items=len(shard.items),
            rows=rows.num_rows,
            errors=errors.num_rows,
            flagged=verdicts.count("flagged"),
            not_checked=verdicts.count("not_checked"),
            copies=len(copies),
            seconds=round(seconds, 3),
        )
        files = {f"results/{shard.number:06d}.parquet": rows}
        if errors.num_rows:
            files[f"errors/{shard.number:06d}.parquet"] = errors
        checksums = {name: self._write(name, table) for name, table in files.items()}
        totals = counts + (self.last.totals if self.last else Totals())
        entry = Entry(shard.number, counts, totals, checksums, shard.next)
        self.folder.write(_entry_name(shard.number), entry.to_json())
        self.last = entry
        return entry

    def _rows(self, shard: Shard, copies: dict[int, Original], scored: pa.RecordBatch) -> pa.Table:
        """The rows of a shard: what was scored, and what is a copy, in the shard's order."""
        table = pa.Table.from_batches([scored])
        if not copies:
            return self._named(table)
        places, count = {}, 0  # in the table of all that rows are taken from
        for row in range(len(shard.records)):
            if row not in copies:
                places[row], count = count, count + 1
        elsewhere = []
        for row, original in copies.items():
            if original.shard == shard.number:
                places[row] = places[original.row]
            else:
                part = self._part(original.shard)
                elsewhere.append(part.slice(original.row, 1))
                places[row], count = count, count + 1
        taken = pa.concat_tables([table, *elsewhere]).take([places[n] for n in sorted(places)])
        return self._named(_as_copies(taken, shard, copies))

    def _named(self, table: pa.Table) -> pa.Table:
        column = pa.array([self.plan.run] * table.num_rows, pa.string())
        return table.set_column(table.schema.get_field_index("run"), "run", column)

    def _read_part(self, number: int) -> pa.Table:
        return pq.read_table(self.folder.open(f"results/{number:06d}.parquet"))

    def _write(self, name: str, table: pa.Table) -> str:
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        self.folder.write(name, buffer.getvalue())
        return hashlib.sha256(buffer.getbuffer()).hexdigest()

    def _require_sense(self, most: float) -> None:
        totals = self.last.totals if self.last else Totals()
        if totals.items >= LEAST_ITEMS and totals.errors > most * totals.items:
            raise ServingError(
                f"{totals.errors} of {totals.items} items could not be read or scored. Expected at "
                f"most {most:.0%}. Look at the errors in {self.folder.url}/errors, mend their "
                "cause or allow more with --max-errors; the run goes on where it was."
            )


@dataclass(frozen=True)
class _Begun:
    shard: Shard
    copies: dict[int, Original]  # by the row of the copy


def read_plan(folder: Folder) -> dict[str, Any] | None:
    """What `run.json` says; None where the folder holds no run."""
    try:
        return dict(json.loads(folder.read(RUN)))
    except FileNotFoundError:
        return None


def last_entry(folder: Folder) -> Entry | None:
    """The entry of the last shard that is finished."""
    names = folder.names("shards")
    return read_entry(folder, len(names) - 1) if names else None


def read_entry(folder: Folder, shard: int) -> Entry:
    """A shard's entry in the manifest. Raises ServingError where it is missing."""
    try:
        return Entry.from_json(folder.read(_entry_name(shard)))
    except FileNotFoundError:
        raise ServingError(
            f"{folder.url}/{_entry_name(shard)} is missing. Expected an entry for every shard up "
            "to the last. Restore the folder from a copy, or screen anew into another one."
        ) from None


def set_aside(folder: Folder, run: str) -> None:
    """Move a run into `previous/`, from where it can be compared with another."""
    for name in ("results", "errors", "shards", *_MADE_FROM_THEM, RUN):
        folder.move(name, f"{PREVIOUS}/{run}/{name}")


def _entry_name(shard: int) -> str:
    return f"shards/{shard:06d}.json"


def _find_copies(shard: Shard, duplicates: Duplicates) -> dict[int, Original]:
    with duplicates.shard(shard.number):
        found = {
            row: duplicates.find(shard.number, row, record.submission.article)
            for row, (_, record) in enumerate(shard.records)
        }
    return {row: original for row, original in found.items() if original}


def _index_names(shard: Shard, copies: dict[int, Original], jigsaw: Jigsaw) -> None:
    with jigsaw.shard(shard.number):
        for row, (source, record) in enumerate(shard.records):
            if row not in copies:
                jigsaw.add(shard.number, row, source, record)


def batch_of(records: Sequence[tuple[str, Record]]) -> pa.RecordBatch:
    """Articles, each with its file, as a scorer takes them."""
    return pa.RecordBatch.from_pylist([_sent(*one) for one in records], ARTICLES)


def _sent(source: str, record: Record) -> dict[str, Any]:
    sent = record.submission
    (block,) = sent.body.blocks
    return {
        "id": sent.id,
        "url": record.url,
        "date": record.date,
        "section": sent.section,
        "language": sent.language,
        "title": sent.title,
        "body": block.source,
        "format": block.format,
        "source": source,
        "position": record.position,
    }


def _as_copies(table: pa.Table, shard: Shard, copies: dict[int, Original]) -> pa.Table:
    """The rows with what is each article's own, and those that are copies with their original."""
    of = [
        f"{source}#{position}"
        for source, position in zip(
            table["source"].to_pylist(), table["position"].to_pylist(), strict=True
        )
    ]
    records = shard.records
    own = {
        "id": [record.submission.id for _, record in records],
        "url": [record.url for _, record in records],
        "date": [record.date for _, record in records],
        "section": [record.submission.section for _, record in records],
        "source": [source for source, _ in records],
        "position": [record.position for _, record in records],
        "content_hash": [record.submission.article.content_hash for _, record in records],
        "copy": [copies[row].kind if row in copies else None for row in range(len(records))],
        "copy_of": [of[row] if row in copies else None for row in range(len(records))],
    }
    for name, values in own.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, pa.array(values, pa.string()))
    return table


def _errors(shard: Shard, rows: pa.Table) -> pa.Table:
    read = [
        {"source": source, "position": item.position, "stage": "read", "reason": item.reason}
        for source, item in shard.unreadable
    ]
    kept = rows.select(["source", "position", "reason"]).to_pylist()
    failed = [{**row, "stage": "score"} for row in kept if (row["reason"] or "").startswith(FAILED)]
    return pa.Table.from_pylist([*read, *failed], ERRORS)


def _another_run(before: dict[str, Any], wanted: dict[str, Any]) -> ServingError:
    parts = [
        name
        for part in ("versions", "options", "archive")
        for name in sorted({*before[part], *wanted[part]})
        if before[part].get(name) != wanted[part].get(name)
    ]
    return ServingError(
        f"The folder holds run {before['run']}, which differs from this one in: "
        f"{', '.join(parts)}. Expected the same, so that one table is not made in two ways. Name "
        "another folder with --to, or give --rescore: it sets the old run aside, under "
        f"{PREVIOUS}/{before['run']}, and begins anew."
    )
