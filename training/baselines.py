"""Two plain rivals on the same articles: a keyword list, and TF-IDF under a regression."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from labels import Taxonomy
from training.calibrate import fit_thresholds
from training.corpus import Example
from training.metrics import Predictions, Truth, read_truth

Floats = NDArray[np.float64]
KEYWORDS = Path(__file__).with_name("keywords.toml")
SATURATION = 5.0  # keywords per article at which the score is one half


def keyword_baseline(
    dev: Sequence[Example], test: Sequence[Example], taxonomy: Taxonomy
) -> Predictions:
    """How many words of a label's (or sub-label's) list an article has; thresholds from dev."""
    table = tomllib.loads(KEYWORDS.read_text("utf-8"))
    names = (*taxonomy.label_ids, *taxonomy.sub_label_ids)
    patterns = [re.compile(rf"\b(?:{'|'.join(table[name])})\b", re.IGNORECASE) for name in names]

    def score(examples: Sequence[Example]) -> Floats:
        texts = [_text(example) for example in examples]
        counts = np.array([[len(p.findall(text)) for p in patterns] for text in texts])
        return np.asarray(counts / (counts + SATURATION), dtype=np.float64)

    return _decide(score(dev), score(test), read_truth(dev, taxonomy), taxonomy)


def tfidf_baseline(
    train: Sequence[Example], dev: Sequence[Example], test: Sequence[Example], taxonomy: Taxonomy
) -> Predictions:
    """Words and word pairs, a logistic regression for each output; thresholds from dev."""
    vectoriser = TfidfVectorizer(
        ngram_range=(1, 2), min_df=3, max_features=200_000, sublinear_tf=True
    )
    inputs = vectoriser.fit_transform(_text(example) for example in train)
    truth = _columns(read_truth(train, taxonomy))
    models = [
        LogisticRegression(C=20.0, max_iter=1000).fit(inputs, column) if column.any() else None
        for column in truth.T
    ]

    def score(examples: Sequence[Example]) -> Floats:
        vectors = vectoriser.transform(_text(example) for example in examples)
        never = np.zeros(len(examples))
        return np.stack([m.predict_proba(vectors)[:, 1] if m else never for m in models], axis=1)

    return _decide(score(dev), score(test), read_truth(dev, taxonomy), taxonomy)


def _decide(dev: Floats, test: Floats, truth: Truth, taxonomy: Taxonomy) -> Predictions:
    thresholds = fit_thresholds(dev, _columns(truth).astype(np.float32))
    labels = len(taxonomy.label_ids)
    met = test >= thresholds
    return Predictions(test[:, :labels], met[:, :labels], test[:, labels:], met[:, labels:], None)


def _columns(truth: Truth) -> NDArray[np.bool_]:
    return np.concatenate([truth.flagged, truth.sub_labels], axis=1)


def _text(example: Example) -> str:
    return f"{example.article.title}\n{example.article.body}"
