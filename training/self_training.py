"""Learning from articles that nobody annotated: a first artifact judges them, a second learns it.

The first artifact's answers come through the classifier that serves, network and lexical model
together, so the second network also learns what only the lexical model knew. Its probabilities are
the targets as they are, not rounded to yes and no. Evidence is left to the annotators.
"""

import gzip
import json
from itertools import islice
from pathlib import Path

import numpy as np
from tqdm import tqdm

from classifier import Article, Assessment, SensitivityClassifier
from training.config import SelfTraining
from training.corpus import Example, SoftTargets

FILE = "unlabelled.jsonl.gz"
UNSURE = (0.1, 0.9)  # probabilities of severity 2 between which an article teaches most


def judge_unlabelled(
    artifact: Path, corpus: Path, config: SelfTraining, seed: int
) -> list[Example]:
    """Examples with soft targets: `config.articles` of `config.candidates` drawn at random.

    Those that are flagged or unsure come first; clear ones fill up. Articles longer than
    `config.words` are passed over, as those that were annotated are no longer.
    """
    classifier = SensitivityClassifier.load(artifact)
    drawn = draw_unlabelled(corpus, config.candidates, config.words, seed)
    assessments = [
        classifier.assess([example])[0] for example in tqdm(drawn, desc="judging", unit="article")
    ]
    checked = [(a, b) for a, b in zip(drawn, assessments, strict=True) if b.labels]
    checked.sort(key=lambda pair: not _teaches(pair[1]))
    return [_example(article, found) for article, found in checked[: config.articles]]


def draw_unlabelled(corpus: Path, count: int, words: int, seed: int) -> list[Article]:
    """So many articles at random that nobody annotated, of so many words at the most."""
    with gzip.open(corpus / FILE, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    order = np.random.default_rng([seed, 3]).permutation(len(rows))
    short = (rows[i] for i in order if len(rows[i]["text"].split()) <= words)
    return [
        Article(body=row["text"], title=row["title"] or "", id=row["id"])
        for row in islice(short, count)
    ]


def _teaches(assessment: Assessment) -> bool:
    low, high = UNSURE
    return assessment.verdict == "flagged" or any(
        low < found.probabilities[1] < high for found in assessment.labels.values()
    )


def _example(article: Article, found: Assessment) -> Example:
    soft = SoftTargets(
        np.array([label.probabilities for label in found.labels.values()], dtype=np.float32),
        np.array([each.probability for each in found.sub_labels.values()], dtype=np.float32),
        np.array([each.probability for each in found.details.values()], dtype=np.float32),
    )
    return Example(
        article=article,
        source="unlabelled",
        stratum="unlabelled",
        labels={},
        sub_labels=None,
        details=None,
        treatment=found.treatment.label if found.treatment else None,
        evidence=None,
        soft=soft,
    )
