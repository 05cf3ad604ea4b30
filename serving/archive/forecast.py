"""What a screening would read, how long it would take and how much room it needs, from a sample."""

import io
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from serving.archive.record import ReadOptions, Record
from serving.archive.run import batch_of
from serving.archive.scoring import Scorer
from serving.archive.shards import Selection
from serving.archive.sources import Source, read_source

SAMPLE = 48  # articles that are scored
READ = 2_000  # items of a file that are read to tell how many it holds
FILES = 5  # that are looked into, evenly spread


def forecast(
    sources: Sequence[Source], options: ReadOptions, selection: Selection, scorer: Scorer
) -> str:
    """A few lines for a person. Nothing is written."""
    step = max(1, len(sources) // FILES)
    looked = sources[::step][:FILES]
    read = [list(islice(read_source(source, options), READ)) for source in looked]
    records = [
        (source.url, item)
        for source, items in zip(looked, read, strict=True)
        for item in items
        if isinstance(item, Record) and selection.wants(item)
    ]
    total = sum(source.size or 0 for source in sources)
    lines = [f"{len(sources):,} files, {total / 1e6:,.1f} MB as they lie there"]
    whole = [
        (source.size or 0, len(items))
        for source, items in zip(looked, read, strict=True)
        if len(items) < READ
    ]
    sample = records[:: max(1, len(records) // SAMPLE)][:SAMPLE]
    if not sample:
        return "\n".join([*lines, "No article was found in the files that were looked into."])
    batch = batch_of(sample)
    scorer.score_batch(batch.slice(0, 1))  # so that loading is not timed
    begun = time.perf_counter()
    rows = scorer.score_batch(batch)
    seconds = (time.perf_counter() - begun) / len(sample)
    lines.append(f"{seconds * 1000:,.0f} ms an article in one process, measured on {len(sample)}")
    items = _items(total, whole)
    if items is None:
        lines.append(f"Files are too large to tell how many articles they hold: over {READ:,}.")
        return "\n".join(lines)
    items = min(items, selection.limit or items)
    room = items * _bytes(rows) / len(sample)
    return "\n".join(
        [
            *lines,
            f"about {items:,} items: {timedelta(seconds=round(items * seconds))}",
            f"about {room / 1e6:,.1f} MB for the table",
        ]
    )


def _items(total: int, whole: Sequence[tuple[int, int]]) -> int | None:
    """How many items there are by the bytes of the files that were read to their end."""
    size, items = sum(one for one, _ in whole), sum(one for _, one in whole)
    return round(total * items / size) if size and items else None


def _bytes(rows: pa.RecordBatch) -> int:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_batches([rows]), buffer, compression="zstd")
    return buffer.tell()
