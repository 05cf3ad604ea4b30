"""Batches: everything once an epoch, in the same order for the same seed."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from labels import read_taxonomy
from tests.tiny import tiny_encoder
from training.batches import TrainingSet, encode_examples, make_batch, pack
from training.config import TrainingConfig
from training.corpus import Example, read_split

TAXONOMY = read_taxonomy()


@pytest.fixture(scope="module")
def examples(corpus: Path) -> list[Example]:
    return read_split(corpus, "train")


def ids_of(dealt: TrainingSet, epoch: int) -> list[str | None]:
    return [item.example.article.id for step in dealt.steps(epoch) for item in step]


def test_every_article_comes_once_an_epoch(examples: list[Example], config: TrainingConfig) -> None:
    dealt = TrainingSet(examples, tiny_encoder(), config)
    counts = Counter(ids_of(dealt, 3))
    assert counts == Counter(example.article.id for example in examples)


def test_same_seed_same_epoch_other_epoch_other_order(
    examples: list[Example], config: TrainingConfig
) -> None:
    one, two = (TrainingSet(examples, tiny_encoder(), config) for _ in range(2))
    assert ids_of(one, 1) == ids_of(two, 1)
    assert ids_of(one, 1) != ids_of(one, 2)
    first = one.batch(one.steps(1)[0], TAXONOMY, step=5)
    assert torch.equal(first.ids, two.batch(two.steps(1)[0], TAXONOMY, step=5).ids)
    assert not torch.equal(first.ids, two.batch(two.steps(1)[0], TAXONOMY, step=6).ids)


def test_no_step_has_more_windows_than_it_should(examples: list[Example]) -> None:
    items = encode_examples(examples, tiny_encoder())
    steps = pack(items, 7)
    assert all(sum(len(item.windows) for item in step) <= 7 for step in steps)
    assert sum(map(len, steps)) == len(items)


def test_an_article_larger_than_a_step_is_refused(examples: list[Example]) -> None:
    items = encode_examples(examples, tiny_encoder())
    largest = max(len(item.windows) for item in items)
    with pytest.raises(ValueError, match="Raise windows_per_step"):
        pack(items, largest - 1)


def test_annotated_evidence_lands_on_its_passage(examples: list[Example]) -> None:
    items = encode_examples(examples[:4], tiny_encoder())
    batch = make_batch(items, tiny_encoder(), TAXONOMY, windows=16)
    for row, item in enumerate(items):
        grave = item.example.labels["violence"] == 3
        marked = np.flatnonzero(batch.evidence[row, :, 1].numpy())
        texts = [item.encoded.rendering.text(item.encoded.passages[i]) for i in marked]
        assert [text.startswith("A boy of") for text in texts] == ([True] if grave else [])


def test_what_nobody_judged_is_masked(examples: list[Example]) -> None:
    from dataclasses import replace

    partial = replace(examples[0], labels={"violence": 2}, sub_labels=None, treatment=None)
    batch = make_batch(encode_examples([partial], tiny_encoder()), tiny_encoder(), TAXONOMY, 16)
    assert torch.isnan(batch.severities[0, [0, 2]]).all()
    assert batch.severities[0, 1].tolist() == [1.0, 1.0, 0.0]
    assert torch.isnan(batch.sub_labels).all()
    assert batch.treatment.tolist() == [-100]
