"""The lexical model: the same features in training and serving, and it learns words."""

from pathlib import Path

import numpy as np

from classifier.calibration import output_names
from classifier.lexical import (
    count_features,
    read_lexical_model,
    weigh_features,
    write_lexical_model,
)
from classifier.windows import Window
from labels import read_taxonomy
from tests.tiny import tiny_encoder
from training.batches import encode_examples
from training.corpus import read_split
from training.lexical import fit_lexical_model

TAXONOMY = read_taxonomy()


def window(ids: list[int], slots: list[int]) -> Window:
    return Window(np.array(ids), np.array(slots), (0,))


def test_pieces_and_pairs_are_counted_and_the_title_once() -> None:
    section = [window([2, 7, 3, 5, 5, 3], [-1, 0, -1, 1, 1, -1]), window([2, 7, 3, 5, 3], [-1] * 5)]
    keys, counts = count_features(section)
    found = dict(zip(keys.tolist(), counts.tolist(), strict=True))
    assert found == {5: 2, 7: 1, 8 * 2**20 + 5: 1, 6 * 2**20 + 5: 1}


def test_unknown_features_weigh_nothing_and_the_vector_has_length_one() -> None:
    known, idf = np.array([3, 9]), np.array([1.0, 2.0], dtype=np.float32)
    places, values = weigh_features(np.array([1, 3, 9, 12]), np.array([5, 1, 1, 1]), known, idf)
    assert places.tolist() == [0, 1]
    assert np.allclose(values, np.array([1, 2]) / np.sqrt(5))
    assert weigh_features(np.array([1]), np.array([1]), known, idf)[0].size == 0


def test_it_learns_words_and_survives_the_disk(corpus: Path, tmp_path: Path) -> None:
    items = encode_examples(read_split(corpus, "train"), tiny_encoder())
    model = fit_lexical_model(items, TAXONOMY)
    write_lexical_model(tmp_path / "lexical.npz", model)
    again = read_lexical_model(tmp_path / "lexical.npz")
    column = output_names(TAXONOMY).index("violence>=2")
    for item in items:
        score = again.score(item.windows)
        assert np.array_equal(score, model.score(item.windows))
        assert (score[column] > 0) == (item.example.labels["violence"] >= 2)
