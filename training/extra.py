"""Decisions of a newsroom to be learned beside the train split."""

from collections.abc import Sequence

from training.build import build_encoder
from training.config import TrainingConfig
from training.corpus import Example
from training.newsroom import NewsroomArticle, split_newsroom


def learnable(
    articles: Sequence[NewsroomArticle], config: TrainingConfig
) -> tuple[list[Example], int]:
    """What may be trained on, and the number of articles that are too long to be.

    An article of more windows than a section is read in parts, and what editors said holds for the
    whole.
    """
    encoder = build_encoder(config)
    examples = [one.as_example() for one in split_newsroom(articles).fit]
    short = [one for one in examples if len(encoder.encode(one.article).sections) == 1]
    return short, len(examples) - len(short)
