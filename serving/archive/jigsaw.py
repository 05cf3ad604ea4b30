"""Jigsaw identification: articles that only together tell who a protected minor is.

A court report keeps a girl's name back and names the man who is accused; another article says that
he is her father. Each may be lawful, together they identify her. For every article with a protected
minor the others are found that name the same adult, school or street at about that time, and tie it
to a child where the first does not.

A minor is *protected* where the classifier flags `minors` (severity 2 and up: a minor is, as a
substantive part of the article, in a sensitive matter) and a particular one can be at issue: the
sub-label `minor_identifiable` or `minor_in_proceedings` is present, `minor_victim` is beside
`sexual_violence`, or the check of identification answers `possible` or `likely`.

The index is a SQLite file, so that memory does not grow with the archive. It holds no text and no
names but hashes of them under a key of its own, which keeps two indexes from being compared. Who
has the file has the key, and can try names: it is as confidential as the archive.
"""

import io
import secrets
import sqlite3
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from serving.archive.elements import Kind, find_elements
from serving.archive.output import Folder
from serving.archive.record import Record
from serving.archive.scoring import MAX_CHARACTERS

PAIRS = "jigsaw.parquet"
WINDOW = 30  # days between the articles
MOST = 20  # articles of the archive that carry a name; one that more carry is known anyway
_BATCH = 10_000  # rows that are written at once

JIGSAW = pa.schema(
    [
        ("source", pa.string()),  # the article with the protected minor
        ("position", pa.string()),
        ("id", pa.string()),
        ("date", pa.string()),
        ("other_source", pa.string()),
        ("other_position", pa.string()),
        ("other_id", pa.string()),
        ("other_date", pa.string()),
        ("days", pa.int32()),  # from the first to the other; null where a day is not known
        ("kind", pa.string()),  # of what both name: adult, school or place
        ("articles", pa.int32()),  # of the archive that name it
        ("start", pa.int32()),  # where: code points of the body as the archive keeps it
        ("end", pa.int32()),
        ("other_start", pa.int32()),
        ("other_end", pa.int32()),
    ]
)
"""One row for each name that an article with a protected minor shares with another."""

_TABLES = """
CREATE TABLE IF NOT EXISTS secret (key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS articles (
    number INTEGER PRIMARY KEY, shard INTEGER NOT NULL, row INTEGER NOT NULL,
    source TEXT NOT NULL, position TEXT NOT NULL, id TEXT, date TEXT,
    first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, UNIQUE (shard, row));
CREATE TABLE IF NOT EXISTS elements (
    article INTEGER NOT NULL, name INTEGER NOT NULL, kind TEXT NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, sure INTEGER NOT NULL, kin INTEGER,
    PRIMARY KEY (article, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shards (number INTEGER PRIMARY KEY);
"""

# What an article names, with how many articles do (as far as that matters); then others that name
# it too and tie it to a child where the article does not.
_PAIRS = """
WITH own AS MATERIALIZED (
    SELECT a.*, e.name, e.kind, e.kin, e.sure, e.start, e.end,
        (SELECT count(*) FROM (SELECT 1 FROM elements WHERE name = e.name LIMIT :most + 1))
        AS articles
    FROM articles a JOIN elements e ON e.article = a.number
    WHERE a.shard = :shard AND a.row = :row)
SELECT own.source, own.position, own.id, own.date, a.source, a.position, a.id, a.date,
    CASE WHEN own.first_day = own.last_day AND a.first_day = a.last_day
        THEN a.first_day - own.first_day END,
    own.kind, own.articles, own.start, own.end, e.start, e.end
FROM own JOIN elements e ON e.name = own.name JOIN articles a ON a.number = e.article
WHERE own.articles <= :most AND a.number != own.number
    AND a.first_day <= own.last_day + :window AND a.last_day >= own.first_day - :window
    AND (own.sure OR e.sure)
    AND CASE own.kind WHEN 'adult' THEN e.kin NOTNULL AND own.kin ISNULL
        ELSE e.kin NOT IN (SELECT name FROM own) END
ORDER BY a.number, own.kind, own.start
"""


class Jigsaw:
    """The index of one run. Articles are added in the order of the archive, those that are no
    copies of another: a wire report in many editions is one article.

    What is found does not depend on when an article was added: a run that goes on finds what an
    unbroken one does.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.execute("PRAGMA cache_size = -64000")  # KiB
        self._base.executescript(_TABLES)
        self._key = self._read_key()
        self._known = False  # whether the shard in hand is in the index

    @property
    def shards(self) -> int:
        """How many shards are in the index, from the first on."""
        return int(self._base.execute("SELECT count(*) FROM shards").fetchone()[0])

    @contextmanager
    def shard(self, number: int) -> Iterator[None]:
        """Add the articles of a shard inside; all of it is kept, or nothing."""
        self._known = number < self.shards
        self._base.execute("BEGIN")
        try:
            yield
            if not self._known:
                self._base.execute("INSERT INTO shards VALUES (?)", (number,))
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def add(self, shard: int, row: int, source: str, record: Record) -> None:
        """Index an article by what its body names; nothing where its shard is in the index."""
        if self._known:
            return
        (block,) = record.submission.body.blocks
        long = record.submission.characters > MAX_CHARACTERS  # it is not checked either
        elements = [] if long else find_elements(block.visible.text)
        if not elements:
            return
        days = days_of(record.date)
        number = self._base.execute(
            "INSERT INTO articles (shard, row, source, position, id, date, first_day, last_day) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (shard, row, source, record.position, record.submission.id, record.date, *days),
        ).lastrowid
        self._base.executemany(
            "INSERT OR IGNORE INTO elements VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    self._hash(one.kind, one.name),
                    one.kind,
                    *block.visible.source_span(one.start, one.end),
                    one.sure,
                    self._hash("adult", one.kin) if one.kin else None,
                )
                for one in elements
            ],
        )

    def pairs(
        self, protected: Iterable[tuple[int, int]], window: int = WINDOW, most: int = MOST
    ) -> Iterator[dict[str, Any]]:
        """Rows of `JIGSAW` for articles with a protected minor, given by shard and row.

        In the order of these, then of the archive. Names that more than `most` articles carry are
        passed over. An article of an unknown day may be of any.
        """
        # Late, since one sort is faster than an insertion in the middle for every name.
        self._base.execute("CREATE INDEX IF NOT EXISTS names ON elements (name)")
        for shard, row in protected:
            given = {"shard": shard, "row": row, "window": window, "most": most}
            for found in self._base.execute(_PAIRS, given):
                yield dict(zip(JIGSAW.names, found, strict=True))

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _read_key(self) -> bytes:
        """The key of this index, made with it."""
        self._base.execute(
            "INSERT INTO secret SELECT ? WHERE NOT EXISTS (SELECT * FROM secret)",
            (secrets.token_bytes(32),),
        )
        return bytes(self._base.execute("SELECT key FROM secret").fetchone()[0])

    def _hash(self, kind: Kind, name: str) -> int:
        """64 bits for a name, with a sign as SQLite's integers have one."""
        text = f"{kind} {unicodedata.normalize('NFC', name)}"
        digest = blake2b(text.encode(errors="replace"), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, signed=True)


def write_pairs(
    folder: Folder,
    index: Jigsaw,
    results: Iterable[pa.Table],
    *,
    window: int = WINDOW,
    most: int = MOST,
) -> int:
    """Write `jigsaw.parquet` for the results of all shards, which come in order; how many rows."""
    rows = index.pairs(protected_minors(results), window, most)
    buffer, count = io.BytesIO(), 0
    with pq.ParquetWriter(buffer, JIGSAW, compression="zstd") as file:
        while batch := list(islice(rows, _BATCH)):
            file.write_table(pa.Table.from_pylist(batch, JIGSAW))
            count += len(batch)
    folder.write(PAIRS, buffer.getvalue())
    return count


def protected_minors(results: Iterable[pa.Table]) -> Iterator[tuple[int, int]]:
    """Shard and row of each article with a protected minor, of the results of all shards."""
    for shard, table in enumerate(results):
        columns = ["minors_flagged", "sub_labels", "identification"]
        for row, found in enumerate(table.select(columns).to_pylist()):
            present = {one["id"] for one in found["sub_labels"] or ()}
            if found["minors_flagged"] and is_protected(present, found["identification"]):
                yield shard, row


def is_protected(sub_labels: set[str], identification: str | None) -> bool:
    """Whether a minor in a sensitive matter is a particular one whom readers are not to know."""
    return (
        identification in ("possible", "likely")
        or not sub_labels.isdisjoint({"minor_identifiable", "minor_in_proceedings"})
        or sub_labels >= {"minor_victim", "sexual_violence"}
    )


def days_of(said: str | None) -> tuple[int, int]:
    """The first and the last day, as numbers, that a date may mean: of `2019` all of its days."""
    parts = (said or "")[:10].split("-")
    try:
        first = date.fromisoformat("-".join([*parts, "01", "01"][:3]))
    except ValueError:
        return date.min.toordinal(), date.max.toordinal()
    last = first
    if len(parts) < 3:
        month = first.month if len(parts) == 2 else 12
        last = date(first.year, month, monthrange(first.year, month)[1])
    return first.toordinal(), last.toordinal()
