"""Fitting the lexical model: TF-IDF and one logistic regression for each output."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from classifier.lexical import LexicalModel, count_features, weigh_features
from labels import Taxonomy
from training.batches import Encoded
from training.corpus import output_targets

FEWEST_ARTICLES = 3  # that a feature must occur in
COST = 20.0  # inverse strength of the L2 penalty: scikit-learn's C
LARGEST = 127  # of an int8


def fit_lexical_model(items: Sequence[Encoded], taxonomy: Taxonomy) -> LexicalModel:
    """Fit on training articles, each as one section. What nobody judged is left out."""
    counted = [count_features(item.windows) for item in items]
    found, articles = np.unique(np.concatenate([keys for keys, _ in counted]), return_counts=True)
    keys = found[articles >= FEWEST_ARTICLES]
    frequency = articles[articles >= FEWEST_ARTICLES]
    idf = (np.log((1 + len(items)) / (1 + frequency)) + 1).astype(np.float32)
    inputs = _matrix([weigh_features(k, counts, keys, idf) for k, counts in counted], len(keys))
    targets = np.stack([output_targets(item.example, taxonomy) for item in items])
    fitted = [_fit_one(inputs, column) for column in tqdm(targets.T, desc="lexical", unit="output")]
    weights = np.stack([weight for weight, _ in fitted], axis=1)
    scale = np.maximum(np.abs(weights).max(0), 1e-9) / LARGEST
    return LexicalModel(
        keys,
        idf,
        np.round(weights / scale).astype(np.int8),
        scale.astype(np.float32),
        np.array([bias for _, bias in fitted], dtype=np.float32),
    )


def _matrix(rows: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], width: int) -> csr_array:
    # scikit-learn takes 32-bit indices only.
    starts = np.cumsum([0, *(len(places) for places, _ in rows)]).astype(np.int32)
    places = np.concatenate([places for places, _ in rows]).astype(np.int32)
    values = np.concatenate([values for _, values in rows])
    return csr_array((values, places, starts), shape=(len(rows), width))


def _fit_one(inputs: csr_array, targets: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """Weights (F,) and bias; zero where all articles are alike."""
    judged = np.flatnonzero(~np.isnan(targets))
    truth = targets[judged] == 1
    if truth.all() or not truth.any():
        return np.zeros(inputs.shape[1]), 0.0
    model = LogisticRegression(C=COST, solver="liblinear", random_state=0)
    model.fit(inputs[judged], truth)
    return model.coef_[0], float(model.intercept_[0])
