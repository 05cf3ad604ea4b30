"""AdamW with a rate for each depth, a schedule, and the moving average of the weights."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from classifier.network import Network
from training.config import Optimisation


def make_optimiser(network: Network, config: Optimisation) -> torch.optim.AdamW:
    """AdamW; the heads at `head_rate`, the encoder at `encoder_rate`, less with each layer down.

    Biases and layer norms are not decayed.
    """
    transformer = network.encoder.transformer
    if not config.train_embeddings:
        transformer.embeddings.requires_grad_(False)
    layers = list(transformer.encoder.layer)  # type: ignore[union-attr,arg-type]
    groups = list(_groups(network.heads, config.head_rate, config.weight_decay))
    for depth, layer in enumerate(reversed(layers)):
        rate = config.encoder_rate * config.layer_decay**depth
        groups += _groups(layer, rate, config.weight_decay)
    if config.train_embeddings:
        rate = config.encoder_rate * config.layer_decay ** len(layers)
        groups += _groups(transformer.embeddings, rate, config.weight_decay)  # type: ignore[arg-type]
    return torch.optim.AdamW(groups, fused=True)


def _groups(module: nn.Module, rate: float, decay: float) -> Iterator[dict[str, object]]:
    matrices = [p for p in module.parameters() if p.requires_grad and p.dim() > 1]
    others = [p for p in module.parameters() if p.requires_grad and p.dim() <= 1]
    yield {"params": matrices, "lr": rate, "peak": rate, "weight_decay": decay}
    yield {"params": others, "lr": rate, "peak": rate, "weight_decay": 0.0}


def set_rates(optimiser: torch.optim.Optimizer, step: int, steps: int, warmup: float) -> None:
    """Linear warm-up over a share of the steps, then linear decay to zero."""
    rise = max(1, int(warmup * steps))
    share = (step + 1) / rise if step < rise else (steps - step) / max(1, steps - rise)
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


class WeightAverage:
    """Exponential moving average of the weights; the artifact is made of it.

    The first steps weigh less of the past, so that the average does not remember the start.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.tensors = {
            name: value.detach().clone()
            for name, value in network.named_parameters()
            if value.requires_grad
        }

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move the average towards the network after step number `step` (from 0)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        current: dict[str, Tensor] = dict(network.named_parameters())
        torch._foreach_lerp_(
            list(self.tensors.values()), [current[name] for name in self.tensors], 1 - decay
        )

    @torch.no_grad()
    def copy_to(self, network: nn.Module) -> None:
        """Put the average in the place of the network's weights."""
        current = dict(network.named_parameters())
        for name, value in self.tensors.items():
            current[name].copy_(value)
