"""The training loss: article labels, sub-labels, details, treatment, and passages."""

import torch
from torch import Tensor
from torch.nn import functional

from classifier.network import Outputs
from training.batches import UNJUDGED, Batch
from training.config import LossWeights


def multitask_loss(outputs: Outputs, batch: Batch, weights: LossWeights) -> Tensor:
    """A scalar, the mean over the articles of the batch. What nobody judged adds nothing."""
    steps = torch.tensor(weights.severity_steps)
    severities = _judged_bce(outputs.severities, batch.severities) * steps
    present = (batch.places >= 0)[..., None]
    treatment = functional.cross_entropy(
        outputs.treatment, batch.treatment, ignore_index=UNJUDGED, reduction="sum"
    )
    total = (
        severities.sum() / len(steps)
        + weights.sub_labels * _judged_bce(outputs.sub_labels, batch.sub_labels).sum()
        + weights.details * _judged_bce(outputs.details, batch.details).sum()
        + weights.treatment * treatment
        + weights.passages * passage_loss(outputs.passages, batch.evidence, present)
        + weights.passage_ranking * ranking_loss(outputs.passages, batch.evidence, present)
    )
    return total / len(batch.places)


def imitation_loss(vectors: Tensor, wanted: Tensor) -> Tensor:
    """Squared distance of passage vectors (N, P, D) to a teacher's, as a share of their squares.

    Mean over the passages that there are; `wanted` is zero where there is none.
    """
    size = wanted.square().sum(-1)
    distance = (vectors - wanted).square().sum(-1)[size > 0] / size[size > 0]
    return distance.mean()


def _judged_bce(logits: Tensor, targets: Tensor) -> Tensor:
    judged = ~torch.isnan(targets)
    loss = functional.binary_cross_entropy_with_logits(
        logits, targets.nan_to_num(), reduction="none"
    )
    return loss * judged


def passage_loss(logits: Tensor, evidence: Tensor, present: Tensor) -> Tensor:
    """Cross-entropy of 'is this passage evidence', mean over an article's passages, then summed.

    All are (N, P, L); `present` is (N, P, 1).
    """
    loss = _judged_bce(logits, evidence)
    count = present.sum(1).clamp(min=1)  # (N, 1)
    return ((loss * present).sum(1) / count).sum()


def ranking_loss(logits: Tensor, evidence: Tensor, present: Tensor) -> Tensor:
    """Minus the log of the softmax mass on annotated passages, where a label has any.

    It asks for what the editor sees: that the passage shown first is one an annotator chose.
    """
    share = torch.log_softmax(logits.masked_fill(~present, -1e4), dim=1)  # (N, P, L)
    mass = torch.logsumexp(share.masked_fill(~(evidence > 0), -1e4), dim=1)  # (N, L)
    return -(mass * (evidence.nan_to_num().sum(1) > 0)).sum()
