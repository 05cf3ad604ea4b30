"""The frozen test set: what keeps its articles, and near-duplicates of them, out of training."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from classifier import Article, ForewarnError
from training.shingles import NEAR, RUN, ShingleIndex, shingles_of

FOLDER = Path(__file__).with_name("frozen")
HASHES, SHINGLES = "hashes.txt", "shingles.npz"
SHOWN = 5  # ids in an error


class FrozenTestError(ForewarnError):
    """Articles of the frozen test set were about to be learned from."""


@dataclass(frozen=True)
class FrozenTest:
    """Content hashes of the test articles, and their runs of words."""

    hashes: frozenset[str]
    index: ShingleIndex

    def recognises(self, article: Article) -> bool:
        """Whether an article is in the test set, word for word or nearly."""
        if article.content_hash in self.hashes:
            return True
        return self.index.nearest(shingles_of(article))[1] >= NEAR


@cache
def read_frozen_test(folder: Path = FOLDER) -> FrozenTest:
    """Read what `write_frozen_test` wrote; FrozenTestError where the two files do not fit."""
    hashes = (folder / HASHES).read_text("utf-8").split()
    with np.load(folder / SHINGLES, allow_pickle=False) as archive:
        runs, starts = archive["runs"], archive["starts"]
    if len(starts) != len(hashes):
        raise FrozenTestError(
            f"The files in {folder} do not belong together: {HASHES} has {len(hashes)} articles, "
            f"{SHINGLES} has {len(starts)}. Expected as many. Write both with `forewarn corpus "
            "freeze`."
        )
    return FrozenTest(frozenset(hashes), ShingleIndex(np.split(runs, starts[1:])))


def write_frozen_test(articles: Sequence[Article], folder: Path = FOLDER) -> None:
    """Write hashes and runs of words of the test articles; no text."""
    ordered = sorted(articles, key=lambda article: article.content_hash)
    found = [shingles_of(article) for article in ordered]
    starts = np.cumsum([0, *(len(one) for one in found)])[:-1]
    folder.mkdir(parents=True, exist_ok=True)
    hashes = "".join(f"{article.content_hash}\n" for article in ordered)
    (folder / HASHES).write_text(hashes, "utf-8")
    np.savez_compressed(
        folder / SHINGLES, allow_pickle=False, runs=np.concatenate(found), starts=starts
    )


def leave_out_near(articles: Sequence[Article], folder: Path = FOLDER) -> list[bool]:
    """Which articles are near no test article, and may be trained on.

    Raises FrozenTestError if one *is* a test article: then the split itself is wrong.
    """
    frozen = read_frozen_test(folder)
    copies = [article for article in articles if article.content_hash in frozen.hashes]
    require_unfrozen(copies, "the train split", folder)
    return [not frozen.recognises(article) for article in articles]


def require_unfrozen(articles: Sequence[Article], what: str, folder: Path = FOLDER) -> None:
    """Raise FrozenTestError, with ids and no text, if one of the articles is in the test set."""
    frozen = read_frozen_test(folder)
    found = [
        article.id or article.content_hash[:12]
        for article in articles
        if frozen.recognises(article)
    ]
    if found:
        shown = ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
        raise FrozenTestError(
            f"{len(found):,} of {len(articles):,} articles of {what} are in the frozen test set, "
            f"or share {NEAR:.0%} or more of their runs of {RUN} words with one of it: {shown}. "
            "Expected none: figures on the test set would be worth nothing. Nothing was trained. "
            "Take them out."
        )
