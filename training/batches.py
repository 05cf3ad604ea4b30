"""Steps of training: articles packed into a fixed number of windows, the same for a given seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from classifier.batch import NO_PLACE, locate_passages, pad_windows
from classifier.windows import ArticleEncoder, EncodedArticle, Window
from labels import Taxonomy
from training.config import TrainingConfig
from training.corpus import (
    Example,
    cumulative_targets,
    detail_targets,
    evidence_mask,
    sub_label_targets,
)

UNJUDGED = -100  # the class index that cross-entropy passes over


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one step. NaN (or UNJUDGED) stands where nobody judged."""

    ids: Tensor  # (W, T)
    slots: Tensor  # (W, T)
    places: Tensor  # (N, P)
    severities: Tensor  # (N, L, 3)
    sub_labels: Tensor  # (N, B)
    details: Tensor  # (N, I)
    treatment: Tensor  # (N,)
    evidence: Tensor  # (N, P, L)
    vectors: Tensor | None  # (N, P, D), those of a teacher, where there is one


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example with its windows, all of them judged together as one section.

    `vectors` are those that a teacher has for its passages, in their order.
    """

    example: Example
    encoded: EncodedArticle
    windows: tuple[Window, ...]
    vectors: NDArray[np.float16] | None = None  # (passages, D)


def encode_examples(examples: Sequence[Example], encoder: ArticleEncoder) -> list[Encoded]:
    """Window the examples by the path that serving uses."""
    articles = [encoder.encode(example.article) for example in examples]
    return [
        Encoded(example, encoded, tuple(encoded.windows))
        for example, encoded in zip(examples, articles, strict=True)
    ]


def pack(encoded: Sequence[Encoded], windows: int, open_steps: int = 16) -> list[list[Encoded]]:
    """Fill steps of `windows` windows, first fit among a few open steps.

    An article of more windows than a step has is refused: raise `windows_per_step`.
    """
    closed: list[list[Encoded]] = []
    pending: list[tuple[int, list[Encoded]]] = []  # (windows left, articles)
    for item in encoded:
        size = len(item.windows)
        if size > windows:
            raise ValueError(
                f"An article has {size} windows, a step has {windows}. "
                "Raise windows_per_step, or cut the article as the annotators did."
            )
        fit = next((i for i, (left, _) in enumerate(pending) if left >= size), None)
        if fit is None:
            if len(pending) == open_steps:
                fullest = min(range(open_steps), key=lambda i: pending[i][0])
                closed.append(pending.pop(fullest)[1])
            pending.append((windows, []))
            fit = len(pending) - 1
        left, articles = pending[fit]
        articles.append(item)
        pending[fit] = (left - size, articles)
    return closed + [articles for _, articles in pending]


def make_batch(
    items: Sequence[Encoded], encoder: ArticleEncoder, taxonomy: Taxonomy, windows: int
) -> Batch:
    """Tensors of one step of `windows` windows."""
    windowing = encoder.windowing
    flat = [window for item in items for window in item.windows]
    ids, slots = pad_windows(flat, encoder.pad_id, windows, windowing.tokens)
    located = locate_passages([item.windows for item in items], windowing.slots)
    examples = [item.example for item in items]
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(slots),
        torch.from_numpy(located.places),
        _stack([cumulative_targets(e, taxonomy) for e in examples]),
        _stack([sub_label_targets(e, taxonomy) for e in examples]),
        _stack([detail_targets(e, taxonomy) for e in examples]),
        torch.tensor([_treatment(e, taxonomy) for e in examples]),
        _evidence(items, located.passages, taxonomy),
        _vectors(items, located.passages),
    )


def _stack(rows: list[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(rows))


def _treatment(example: Example, taxonomy: Taxonomy) -> int:
    if example.treatment is None:
        return UNJUDGED
    return taxonomy.treatment_ids.index(example.treatment)


def _evidence(items: Sequence[Encoded], passages: NDArray[np.int64], taxonomy: Taxonomy) -> Tensor:
    found = np.zeros((*passages.shape, len(taxonomy.label_ids)), dtype=np.float32)
    for row, item in enumerate(items):
        if item.example.evidence is None:
            found[row] = np.nan
            continue
        for column, label in enumerate(taxonomy.label_ids):
            mask = evidence_mask(item.example, item.encoded, label)
            there = passages[row] != NO_PLACE
            found[row, there, column] = mask[passages[row, there]]
    return torch.from_numpy(found)


def _vectors(items: Sequence[Encoded], passages: NDArray[np.int64]) -> Tensor | None:
    taught = [item.vectors for item in items if item.vectors is not None]
    if not taught:
        return None
    found = np.zeros((*passages.shape, taught[0].shape[1]), dtype=np.float32)
    for row, vectors in enumerate(taught):
        there = passages[row] != NO_PLACE
        found[row, there] = vectors[passages[row, there]]
    return torch.from_numpy(found)


def hide_tokens(batch: Batch, encoder: ArticleEncoder, share: float, seed: Sequence[int]) -> Batch:
    """Put [MASK] in the place of a share of the passages' tokens."""
    dice = np.random.default_rng(list(seed))
    hidden = torch.from_numpy(dice.random(tuple(batch.ids.shape)) < share) & (batch.slots >= 0)
    return replace(batch, ids=batch.ids.masked_fill(hidden, encoder.mask_id))


class TrainingSet:
    """The training articles, windowed with and without their titles, dealt out into epochs.

    Those that a teacher has read are dealt as it read them, with their titles.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        encoder: ArticleEncoder,
        config: TrainingConfig,
        taught: Sequence[Encoded] = (),
    ) -> None:
        bare = [replace(e, article=replace(e.article, title="")) for e in examples]
        self._titled = [*encode_examples(examples, encoder), *taught]
        self._bare = [*encode_examples(bare, encoder), *taught]
        self._encoder = encoder
        self._config = config

    def steps(self, epoch: int) -> list[list[Encoded]]:
        """The articles of each step of an epoch; the same for the same seed and epoch."""
        dice = np.random.default_rng([self._config.seed, epoch])
        order = dice.permutation(len(self._titled))
        drop = dice.random(len(order)) < self._config.regularisation.drop_title
        chosen = [(self._bare if drop[i] else self._titled)[i] for i in order]
        steps = pack(chosen, self._config.optimisation.windows_per_step)
        return [steps[i] for i in dice.permutation(len(steps))]

    def batch(self, items: Sequence[Encoded], taxonomy: Taxonomy, step: int) -> Batch:
        """Tensors of step number `step` (which seeds its dice), with some tokens hidden."""
        windows = self._config.optimisation.windows_per_step
        batch = make_batch(items, self._encoder, taxonomy, windows)
        share = self._config.regularisation.mask_tokens
        return hide_tokens(batch, self._encoder, share, (self._config.seed, step, 1))
