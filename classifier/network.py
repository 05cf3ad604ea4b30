"""The network: an encoder of passages in context, and heads that pool them to the article.

This module and `torch_runtime` need torch; where there is no GPU, serving runs the exported graphs.

Shapes: W windows, T tokens, S slots, D width of the encoder, N sections, P passages of a section,
L ordinal labels, B sub-labels, I details, C treatments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers.masking_utils import create_bidirectional_mask

from labels import Taxonomy

SEVERITIES = 3  # thresholds: at least 1, at least 2, at least 3


@dataclass(frozen=True, slots=True)
class HeadSizes:
    """How many outputs of each kind the taxonomy asks for."""

    labels: int
    sub_labels: int
    details: int
    treatments: int

    @classmethod
    def of(cls, taxonomy: Taxonomy) -> "HeadSizes":
        """Those that the taxonomy asks for."""
        return cls(
            len(taxonomy.label_ids),
            len(taxonomy.sub_label_ids),
            len(taxonomy.detail_ids),
            len(taxonomy.treatment_ids),
        )


class Outputs(NamedTuple):
    """Logits of one forward pass over N sections."""

    passages: Tensor  # (N, P, L), is this passage evidence of this label?
    severities: Tensor  # (N, L, 3), at least 1, 2, 3: never rising
    sub_labels: Tensor  # (N, B)
    details: Tensor  # (N, I)
    treatment: Tensor  # (N, C)


class PassageEncoder(nn.Module):
    """Token ids of windows in, one vector a passage out: the mean over its tokens, in context.

    After `merge_after` layers each two neighbouring tokens are read on as one, their mean, which
    halves the work of the layers above (Dai et al., Funnel-Transformer, 2020). With 0, none are.
    """

    def __init__(
        self, transformer: nn.Module, pad_id: int, slots: int, merge_after: int = 0
    ) -> None:
        super().__init__()
        self.transformer = transformer
        self.pad_id = pad_id
        self.slots = slots
        self.merge_after = merge_after

    def forward(self, ids: Tensor, slots: Tensor) -> Tensor:
        """`ids` and `slots` are (W, T), T even; the answer is (W, S, D), zero for empty slots."""
        mask = (ids != self.pad_id).to(ids.dtype)
        place = torch.arange(self.slots, device=ids.device)[None, :, None]
        member = slots[:, None, :] == place  # (W, S, T)
        size = member.sum(-1, keepdim=True).clamp(min=1)
        if self.merge_after:
            states = self._merging(ids, mask)  # (W, T / 2, D)
            member = member.view(*member.shape[:2], -1, 2).sum(-1)
        else:
            states = self.transformer(input_ids=ids, attention_mask=mask).last_hidden_state
        return (member.to(states.dtype) @ states) / size

    def _merging(self, ids: Tensor, mask: Tensor) -> Tensor:
        transformer: Any = self.transformer
        layers = list(transformer.encoder.layer)
        states = transformer.embeddings(input_ids=ids)
        states = self._through(layers[: self.merge_after], states, mask)
        pairs = mask.view(mask.shape[0], -1, 2)  # (W, T / 2, 2)
        share = pairs / pairs.sum(-1, keepdim=True).clamp(min=1)
        states = states.view(*pairs.shape, -1) * share[..., None].to(states.dtype)
        states = states.sum(2)
        return self._through(layers[self.merge_after :], states, pairs.amax(-1))

    def _through(self, layers: Sequence[nn.Module], states: Tensor, mask: Tensor) -> Tensor:
        seen = create_bidirectional_mask(
            config=self.transformer.config, inputs_embeds=states, attention_mask=mask
        )
        for layer in layers:
            states = layer(states, seen)
        return states


class Heads(nn.Module):
    """Passage vectors of a section in, the logits of the section out.

    Each output attends to the passages with weights of its own (a softmax of a learned score) and
    adds a linear term on their plain mean. A label's attention score is its evidence logit, so the
    passages that carry the label and those that are shown as evidence are the same.
    """

    def __init__(self, width: int, sizes: HeadSizes, dropout: float = 0.1) -> None:
        super().__init__()
        self.sizes = sizes
        self.dropout = nn.Dropout(dropout)
        self.evidence = nn.Linear(width, sizes.labels)
        self.sharpness = nn.Parameter(torch.ones(sizes.labels))
        others = sizes.sub_labels + sizes.details + 1
        self.attention = nn.Linear(width, others, bias=False)
        outputs = sizes.labels * SEVERITIES + sizes.sub_labels + sizes.details + sizes.treatments
        self.pooled = nn.Parameter(torch.zeros(outputs, width))
        self.mean = nn.Linear(width, outputs)
        nn.init.normal_(self.pooled, std=0.02)
        nn.init.normal_(self.mean.weight, std=0.02)
        nn.init.zeros_(self.attention.weight)
        nn.init.normal_(self.evidence.weight, std=0.02)
        query = [i for i in range(sizes.labels) for _ in range(SEVERITIES)]
        query += [sizes.labels + i for i in range(others - 1)]
        query += [sizes.labels + others - 1] * sizes.treatments
        self.query: Tensor
        self.register_buffer("query", torch.tensor(query), persistent=False)

    def forward(self, vectors: Tensor, present: Tensor) -> Outputs:
        """`vectors` is (N, P, D); `present` is (N, P), true where there is a passage."""
        vectors = self.dropout(vectors)
        evidence = self.evidence(vectors)  # (N, P, L)
        scores = torch.cat([evidence * self.sharpness, self.attention(vectors)], dim=-1)
        scores = scores.masked_fill(~present[..., None], -1e4)
        pooled = torch.softmax(scores, dim=1).transpose(1, 2) @ vectors  # (N, Q, D)
        count = present.sum(1, keepdim=True).clamp(min=1).to(vectors.dtype)
        mean = (vectors * present[..., None]).sum(1) / count  # (N, D)
        logits = (pooled[:, self.query] * self.pooled).sum(-1) + self.mean(mean)
        severities, sub_labels, details, treatment = logits.split(
            [
                self.sizes.labels * SEVERITIES,
                self.sizes.sub_labels,
                self.sizes.details,
                self.sizes.treatments,
            ],
            dim=1,
        )
        ordered = ordered_logits(severities.reshape(-1, self.sizes.labels, SEVERITIES))
        return Outputs(evidence, ordered, sub_labels, details, treatment)


def ordered_logits(free: Tensor) -> Tensor:
    """Cumulative logits (..., 3) that never rise: the first as it is, each next one lower."""
    first, steps = free[..., :1], nn.functional.softplus(free[..., 1:])
    return torch.cat([first, first - torch.cumsum(steps, dim=-1)], dim=-1)


class Network(nn.Module):
    """Encoder and heads together, as they are trained."""

    def __init__(self, encoder: PassageEncoder, heads: Heads) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = heads

    def forward(self, ids: Tensor, slots: Tensor, places: Tensor) -> Outputs:
        """`ids`, `slots` (W, T) as the encoder takes them.

        `places` (N, P) tells where each passage of each section stands among the W * S slots, and
        is negative where a section has no more passages.
        """
        return self.judge(self.encoder(ids, slots).float(), places)

    def judge(self, vectors: Tensor, places: Tensor) -> Outputs:
        """The heads alone, on `vectors` (W, S, D) of the encoder."""
        with torch.autocast(vectors.device.type, enabled=False):
            return self.heads(gather(vectors, places), places >= 0)  # type: ignore[no-any-return]


def gather(vectors: Tensor, places: Tensor) -> Tensor:
    """The passages of each section (N, P, D) out of `vectors` (W, S, D), zero where none is."""
    return vectors.flatten(0, 1)[places.clamp(min=0)] * (places >= 0)[..., None]
