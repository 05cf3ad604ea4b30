"""Which articles tell the same story: runs of eight words that they share.

Two articles are near-duplicates where the one with fewer different runs shares a quarter of its
runs or more with the other (Broder, On the resemblance and containment of documents, 1997). Texts
of less than eight words have no runs and are near nothing.
"""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from classifier import Article
from classifier.text import normalise

RUN = 8  # words
NEAR = 0.25  # share of runs from which two articles tell the same story
Shingles = NDArray[np.uint32]  # (runs,), sorted, each once

_WORD = re.compile(r"\w+")
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # of SplitMix64, as the shift below


def shingles_of(article: Article) -> Shingles:
    """Hashes of 32 bits of an article's runs of words, whatever their case and what is between."""
    text = f"{normalise(article.title).text}\n{normalise(article.body).text}".casefold()
    words = np.array([zlib.crc32(word.encode()) for word in _WORD.findall(text)], dtype=np.uint64)
    count = len(words) - RUN + 1
    if count < 1:
        return np.empty(0, dtype=np.uint32)
    hashed = np.zeros(count, dtype=np.uint64)
    for place in range(RUN):
        hashed = hashed * _BASE + words[place : place + count]  # modulo 2**64
    hashed = (hashed ^ (hashed >> np.uint64(30))) * _MIX
    return np.unique((hashed >> np.uint64(32)).astype(np.uint32))


class ShingleIndex:
    """Articles by their runs of words, to find the nearest to another one."""

    def __init__(self, articles: Sequence[Shingles]) -> None:
        self._sizes = np.array([len(one) for one in articles], dtype=np.int64)
        runs = np.concatenate([*articles, np.empty(0, dtype=np.uint32)])
        owners = np.repeat(np.arange(len(articles)), self._sizes)
        order = np.argsort(runs, kind="stable")
        self._runs, self._owners = runs[order], owners[order]

    def nearest(self, shingles: Shingles) -> tuple[int, float]:
        """Number of the article that shares most, and the share; (-1, 0.0) where none does."""
        start = np.searchsorted(self._runs, shingles, "left")
        end = np.searchsorted(self._runs, shingles, "right")
        places = [np.arange(a, b) for a, b in zip(start, end, strict=True) if b > a]
        if not places:
            return -1, 0.0
        shared = np.bincount(self._owners[np.concatenate(places)], minlength=len(self._sizes))
        share = shared / np.maximum(1, np.minimum(self._sizes, len(shingles)))
        best = int(share.argmax())
        return best, float(share[best])


def stories(articles: Sequence[Shingles]) -> NDArray[np.int64]:  # (N,)
    """The number of each article's story: near-duplicates, and theirs, are of one story."""
    if not articles:
        return np.empty(0, dtype=np.int64)
    sizes = np.array([len(one) for one in articles])
    known, columns = np.unique(np.concatenate(articles), return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    shape = (len(articles), max(1, len(known)))
    holds = csr_array((np.ones(len(columns), dtype=np.int32), columns, starts), shape=shape)
    shared = (holds @ holds.T).tocoo()
    smaller = np.maximum(1, np.minimum(sizes[shared.row], sizes[shared.col]))
    near = shared.data / smaller >= NEAR
    edges = (np.ones(near.sum()), (shared.row[near], shared.col[near]))
    links = csr_array(edges, shape=(len(articles), len(articles)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
