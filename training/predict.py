"""What the torch network says of articles, before calibration and export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from classifier.batch import locate_passages, pad_windows
from classifier.network import Network
from classifier.windows import ArticleEncoder
from training.batches import Encoded, pack


@dataclass(frozen=True, slots=True)
class RawOutputs:
    """Logits of one article."""

    severities: NDArray[np.float32]  # (L, 3)
    sub_labels: NDArray[np.float32]  # (B,)
    details: NDArray[np.float32]  # (I,)
    treatment: NDArray[np.float32]  # (C,)
    passages: NDArray[np.float32]  # (passages, L)


@torch.no_grad()
def predict(
    network: Network, items: Sequence[Encoded], encoder: ArticleEncoder, windows: int = 24
) -> list[RawOutputs]:
    """Logits in the order of `items`, each article as one section."""
    network.eval()
    numbers = {id(item): number for number, item in enumerate(items)}
    found: dict[int, RawOutputs] = {}
    by_size = sorted(items, key=lambda item: -len(item.windows))
    for step in pack(by_size, windows):
        for item, outputs in zip(step, _outputs(network, step, encoder, windows), strict=True):
            found[numbers[id(item)]] = outputs
    return [found[number] for number in range(len(items))]


def _outputs(
    network: Network, step: Sequence[Encoded], encoder: ArticleEncoder, windows: int
) -> Iterator[RawOutputs]:
    windowing = encoder.windowing
    flat = [window for item in step for window in item.windows]
    ids, slots = pad_windows(flat, encoder.pad_id, windows, windowing.tokens)
    places = locate_passages([item.windows for item in step], windowing.slots).places
    tensors = [torch.from_numpy(array) for array in (ids, slots, places)]
    outputs = network(*tensors)
    for row, item in enumerate(step):
        yield RawOutputs(
            outputs.severities[row].numpy(),
            outputs.sub_labels[row].numpy(),
            outputs.details[row].numpy(),
            outputs.treatment[row].numpy(),
            outputs.passages[row, : len(item.encoded.passages)].numpy(),
        )
