"""A newsroom's own decisions: read, joined with their texts, dealt into two parts by story."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier import Article, ForewarnError
from classifier.held_texts import join_texts, read_texts
from labels import DecidedArticle, Taxonomy, read_decided
from training.corpus import Example
from training.shingles import shingles_of, stories

HELD_OUT = 5  # every fifth story is held out, by its hash
FOLDS = 5


class NewsroomError(ForewarnError):
    """Decisions that cannot be learned from."""


@dataclass(frozen=True)
class NewsroomArticle:
    """An article with what editors said of it. `weights` are 1 / sampling probability, by label."""

    article: Article
    severities: dict[str, int]
    weights: dict[str, float]

    def as_example(self) -> Example:
        """For training: what nobody judged is absent."""
        return Example(
            article=self.article,
            source="newsroom",
            stratum="decision",
            labels=self.severities,
            sub_labels=None,
            details=None,
            treatment=None,
            evidence=None,
        )


@dataclass(frozen=True)
class NewsroomSplit:
    """The part that may be learned from, and the part that only ever measures.

    Near-duplicate stories are on one side. `fold` (F,) gives each article to fit on one of FOLDS
    folds, again by story.
    """

    fit: list[NewsroomArticle]
    held_out: list[NewsroomArticle]
    fold: NDArray[np.int64]


def read_newsroom(path: Path, texts: Path | None = None) -> tuple[list[NewsroomArticle], str]:
    """The decided articles of an export that have their text, and a line on those that lack it.

    Raises NewsroomError where none has.
    """
    joined = join_texts(read_decided(path), read_texts(texts) if texts else None)
    if not joined.articles:
        raise NewsroomError(
            f"{path}: {joined.summary()} Expected texts with the content hash of the decisions. "
            "Give the texts as they were assessed with --texts, or export with --texts."
        )
    return [_newsroom_article(*pair) for pair in joined.articles], joined.summary()


def split_newsroom(articles: Sequence[NewsroomArticle]) -> NewsroomSplit:
    """Deal the articles by story; the same stories always come to the same side.

    A story's side hangs on the smallest content hash in it, so more decisions move no story but
    those that turn out to be one.
    """
    numbers = stories([shingles_of(one.article) for one in articles])
    names: dict[int, str] = {}
    for one, number in zip(articles, numbers, strict=True):
        own = one.article.content_hash
        names[int(number)] = min(names.get(int(number), own), own)
    drawn = [int(names[int(number)][:12], 16) for number in numbers]
    fit = [i for i, draw in enumerate(drawn) if draw % HELD_OUT]
    held_out = [i for i, draw in enumerate(drawn) if draw % HELD_OUT == 0]
    fold = np.array([drawn[i] // HELD_OUT % FOLDS for i in fit], dtype=np.int64)
    return NewsroomSplit([articles[i] for i in fit], [articles[i] for i in held_out], fold)


def severity_table(
    articles: Sequence[NewsroomArticle], taxonomy: Taxonomy
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Severities and weights, both (N, L); NaN and 0 where nobody judged."""
    names = taxonomy.label_ids
    severities = [[one.severities.get(name, np.nan) for name in names] for one in articles]
    weights = [[one.weights.get(name, 0.0) for name in names] for one in articles]
    shape = (len(articles), len(names))
    return (
        np.array(severities, dtype=np.float64).reshape(shape),
        np.array(weights, dtype=np.float64).reshape(shape),
    )


def _newsroom_article(decided: DecidedArticle, article: Article) -> NewsroomArticle:
    return NewsroomArticle(
        article,
        {label: judged.severity for label, judged in decided.labels.items()},
        {label: 1.0 / judged.sampling_probability for label, judged in decided.labels.items()},
    )
