"""The loss: unjudged targets add nothing, better logits cost less."""

from dataclasses import replace

import torch

from classifier.network import Outputs
from training.batches import UNJUDGED, Batch
from training.config import LossWeights, read_config
from training.loss import multitask_loss, ranking_loss

WEIGHTS: LossWeights = read_config().loss


def batch(severity: float = 1.0) -> Batch:
    none = torch.zeros(0)
    places = torch.tensor([[0, 1, -1]])
    evidence = torch.zeros(1, 3, 3)
    evidence[0, 1] = 1.0
    full = torch.full((1, 3, 3), severity)
    return Batch(
        none,
        none,
        places,
        full,
        torch.ones(1, 16),
        torch.zeros(1, 2),
        torch.tensor([1]),
        evidence,
        vectors=None,
    )


def outputs(scale: float) -> Outputs:
    passages = torch.zeros(1, 3, 3)
    passages[0, 1], passages[0, 0] = scale, -scale
    treatment = torch.zeros(1, 6)
    treatment[0, 1] = scale
    return Outputs(
        passages,
        torch.full((1, 3, 3), scale),
        torch.full((1, 16), scale),
        torch.full((1, 2), -scale),
        treatment,
    )


def test_right_answers_cost_less_than_wrong_ones() -> None:
    right, none, wrong = (multitask_loss(outputs(s), batch(), WEIGHTS) for s in (5.0, 0.0, -5.0))
    assert right < none < wrong


def test_unjudged_targets_have_no_gradient() -> None:
    said = outputs(1.0)
    leaves = Outputs(*(tensor.clone().requires_grad_() for tensor in said))
    unjudged = replace(
        batch(float("nan")),
        sub_labels=torch.full((1, 16), float("nan")),
        treatment=torch.tensor([UNJUDGED]),
    )
    multitask_loss(leaves, unjudged, WEIGHTS).backward()  # type: ignore[no-untyped-call]
    for tensor in (leaves.severities, leaves.sub_labels, leaves.treatment):
        assert tensor.grad is not None
        assert not tensor.grad.any()
    assert leaves.details.grad is not None
    assert leaves.details.grad.any()


def test_evidence_that_nobody_marked_has_no_gradient() -> None:
    leaves = Outputs(*(tensor.clone().requires_grad_() for tensor in outputs(1.0)))
    unmarked = replace(batch(), evidence=torch.full((1, 3, 3), float("nan")))
    multitask_loss(leaves, unmarked, WEIGHTS).backward()  # type: ignore[no-untyped-call]
    assert leaves.passages.grad is not None
    assert not leaves.passages.grad.any()
    assert leaves.severities.grad is not None
    assert leaves.severities.grad.any()


def test_passages_that_are_not_there_do_not_count() -> None:
    present = torch.tensor([[True, True, False]])[..., None]
    evidence = torch.zeros(1, 3, 1)
    evidence[0, 0] = 1.0
    low, high = torch.zeros(1, 3, 1), torch.zeros(1, 3, 1)
    high[0, 2] = 50.0  # a padded place
    assert torch.allclose(
        ranking_loss(low, evidence, present), ranking_loss(high, evidence, present)
    )


def test_ranking_has_nothing_to_say_without_annotated_passages() -> None:
    present = torch.ones(1, 3, 1, dtype=torch.bool)
    assert ranking_loss(torch.randn(1, 3, 1), torch.zeros(1, 3, 1), present) == 0
