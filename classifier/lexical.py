"""A linear model on word pieces and pairs of them, beside the network.

Rare sub-labels hang on words that the network saw too seldom to learn; a linear model learns them
from few articles. It reads the same tokens of the same windows, and its scores go into the
calibration together with the network's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.windows import NO_SLOT, Window

_PAIR = 1 << 20  # more than any vocabulary has pieces


@dataclass(frozen=True)
class LexicalModel:
    """TF-IDF features under one linear function for each output.

    `keys` (F,) are the known features, sorted: see `count_features`. A feature weighs
    (1 + log of its count) * idf; the vector has length 1. `weights` (F, O) are int8, to be
    multiplied by `scale` (O,); `bias` is (O,). The O outputs are the severities of all labels
    (at least 1, 2, 3 of the first label, then of the next), the sub-labels, the details.
    """

    keys: NDArray[np.int64]
    idf: NDArray[np.float32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    def score(self, section: Sequence[Window]) -> NDArray[np.float32]:  # (O,)
        """Logits of a section."""
        keys, counts = count_features(section)
        places, values = weigh_features(keys, counts, self.keys, self.idf)
        total = values @ self.weights[places].astype(np.float32)
        return np.asarray(total * self.scale + self.bias, dtype=np.float32)


def count_features(section: Sequence[Window]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The word pieces of a section's passages and the pairs of neighbours, with their counts.

    A piece has its token id as key, a pair (first + 1) * 2**20 + second. The title counts once.
    """
    ids = [window.ids[window.slots != NO_SLOT] for window in section]
    pieces = np.concatenate(ids) if ids else np.empty(0, dtype=np.int64)
    pairs = (pieces[:-1] + 1) * _PAIR + pieces[1:]
    return np.unique(np.concatenate([pieces, pairs]), return_counts=True)


def weigh_features(
    keys: NDArray[np.int64],
    counts: NDArray[np.int64],
    known: NDArray[np.int64],
    idf: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places among the `known` keys, and the weights there; unknown features have none."""
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    there = known[places] == keys
    places = places[there]
    values = (1.0 + np.log(counts[there])) * idf[places]
    length = np.sqrt((values**2).sum())
    return places, (values / length if length else values).astype(np.float32)


def write_lexical_model(path: Path, model: LexicalModel) -> None:
    """Write a NumPy archive without pickles."""
    np.savez_compressed(path, allow_pickle=False, **vars(model))


def read_lexical_model(path: Path) -> LexicalModel:
    """Read what `write_lexical_model` wrote."""
    with np.load(path, allow_pickle=False) as archive:
        return LexicalModel(**archive)
