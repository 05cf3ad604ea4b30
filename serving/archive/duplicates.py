"""Which articles of an archive have been seen before, word for word or nearly.

Wire copy stands in many editions. Two texts are near copies where their sets of runs of five words
share `NEAR` of all that either has (Jaccard similarity), as MinHash estimates it from
`BANDS` x `ROWS` values (Broder, 1997). Candidates are texts that agree in all values of some band
(Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4): 96 of 100 pairs with similarity
0.9 and nearly all above 0.95 are found. What is missed is merely scored again.

The index is a SQLite file, so that memory does not grow with the archive. It holds no text.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from classifier import Article

NEAR = 0.9
BANDS, ROWS = 10, 12
RUN = 5  # words
LEAST_WORDS = 50  # a shorter text has too few runs for an estimate
SEED = 42

Policy = Literal["exact", "near", "none"]
Signature = NDArray[np.uint32]  # (BANDS * ROWS,)

_WORD = re.compile(r"\w+")
_TABLES = """
CREATE TABLE IF NOT EXISTS texts (
    hash BLOB PRIMARY KEY, shard INTEGER NOT NULL, row INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS originals (
    number INTEGER PRIMARY KEY, shard INTEGER NOT NULL, row INTEGER NOT NULL,
    signature BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bands (
    key INTEGER NOT NULL, original INTEGER NOT NULL, PRIMARY KEY (key, original)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shards (number INTEGER PRIMARY KEY);
"""


@dataclass(frozen=True, slots=True)
class Original:
    """Where the article stands that another one is a copy of."""

    kind: Literal["exact", "near"]
    shard: int
    row: int


class Duplicates:
    """The index of one run. Articles are looked up in the order of the archive.

    An article is compared with those before it that are no copies themselves, and which is found
    does not depend on when it is asked: a run that goes on finds what an unbroken one does.
    """

    def __init__(self, path: Path, policy: Policy) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._policy = policy
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.execute("PRAGMA cache_size = -64000")  # KiB
        self._base.executescript(_TABLES)
        self._known = False  # whether the shard in hand is in the index

    @property
    def shards(self) -> int:
        """How many shards are in the index, from the first on."""
        return int(self._base.execute("SELECT count(*) FROM shards").fetchone()[0])

    @contextmanager
    def shard(self, number: int) -> Iterator[None]:
        """Look up the articles of a shard inside; all of it is kept, or nothing."""
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

    def find(self, shard: int, row: int, article: Article) -> Original | None:
        """What the article is a copy of, if anything; if not, later ones may be copies of it."""
        if self._policy == "none":
            return None
        digest = bytes.fromhex(article.content_hash)
        same = self._base.execute(
            "SELECT shard, row FROM texts WHERE hash = ? AND (shard, row) < (?, ?)",
            (digest, shard, row),
        ).fetchone()
        if same:
            return Original("exact", *same)
        signature = signature_of(article) if self._policy == "near" else None
        if signature is not None and (near := self._near(shard, row, signature)):
            return near
        if not self._known:
            self._add(shard, row, digest, signature)
        return None

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _near(self, shard: int, row: int, signature: Signature) -> Original | None:
        marks = ", ".join("?" * BANDS)
        found = self._base.execute(
            f"SELECT DISTINCT o.shard, o.row, o.signature FROM bands b JOIN originals o "
            f"ON o.number = b.original WHERE b.key IN ({marks}) AND (o.shard, o.row) < (?, ?) "
            "ORDER BY o.shard, o.row",
            (*_keys(signature), shard, row),
        )
        for first_shard, first_row, other in found:
            if similarity(signature, np.frombuffer(other, np.uint32)) >= NEAR:
                return Original("near", first_shard, first_row)
        return None

    def _add(self, shard: int, row: int, digest: bytes, signature: Signature | None) -> None:
        self._base.execute("INSERT OR IGNORE INTO texts VALUES (?, ?, ?)", (digest, shard, row))
        if signature is None:
            return
        number = self._base.execute(
            "INSERT INTO originals (shard, row, signature) VALUES (?, ?, ?)",
            (shard, row, signature.tobytes()),
        ).lastrowid
        self._base.executemany(
            "INSERT OR IGNORE INTO bands VALUES (?, ?)", [(key, number) for key in _keys(signature)]
        )


def signature_of(article: Article) -> Signature | None:
    """MinHash values of an article's runs of words; None where it is too short."""
    words = _WORD.findall(f"{article.title}\n{article.body}".lower())
    if len(words) < LEAST_WORDS:
        return None
    hashed = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    hashed.update([" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)])
    return np.array(hashed.digest(), np.uint32)


def similarity(one: Signature, other: Signature) -> float:
    """The estimated Jaccard similarity of two texts."""
    return float(np.mean(one == other))


def _keys(signature: Signature) -> list[int]:
    """A key for each band, of 63 bits as SQLite's integers have a sign."""
    return [
        int.from_bytes(
            hashlib.blake2b(band.tobytes(), digest_size=8, salt=bytes([number])).digest()
        )
        >> 1
        for number, band in enumerate(signature.reshape(BANDS, ROWS))
    ]
