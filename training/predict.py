"""What the torch network says of articles, before calibration and export."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from classifier.batch import locate_passages, pad_windows
from classifier.network import Network, gather
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
    found: dict[int, RawOutputs] = {}
    for step in _steps(items, windows):
        outputs = network.eval()(*_tensors([item for _, item in step], encoder, windows))
        for row, (number, item) in enumerate(step):
            found[number] = RawOutputs(
                outputs.severities[row].numpy(),
                outputs.sub_labels[row].numpy(),
                outputs.details[row].numpy(),
                outputs.treatment[row].numpy(),
                outputs.passages[row, : len(item.encoded.passages)].numpy(),
            )
    return [found[number] for number in range(len(items))]


@torch.no_grad()
def passage_vectors(
    network: Network, items: Sequence[Encoded], encoder: ArticleEncoder, windows: int = 24
) -> list[NDArray[np.float16]]:
    """What the encoder says of the passages (passages, D) of each item, in their order."""
    found: dict[int, NDArray[np.float16]] = {}
    for step in _steps(items, windows):
        ids, slots, places = _tensors([item for _, item in step], encoder, windows)
        gathered = gather(network.eval().encoder(ids, slots), places).half().numpy()
        for row, (number, item) in enumerate(step):
            order = locate_passages([item.windows], encoder.windowing.slots).passages[0]
            vectors = np.zeros((len(item.encoded.passages), gathered.shape[2]), np.float16)
            vectors[order] = gathered[row, : len(order)]
            found[number] = vectors
    return [found[number] for number in range(len(items))]


def _steps(items: Sequence[Encoded], windows: int) -> list[list[tuple[int, Encoded]]]:
    """Items with their numbers, those of many windows first."""
    numbers = {id(item): number for number, item in enumerate(items)}
    by_size = sorted(items, key=lambda item: -len(item.windows))
    return [[(numbers[id(item)], item) for item in step] for step in pack(by_size, windows)]


def _tensors(
    items: Sequence[Encoded], encoder: ArticleEncoder, windows: int
) -> tuple[Tensor, Tensor, Tensor]:
    """`ids`, `slots` and `places` of one step, as the network takes them."""
    windowing = encoder.windowing
    flat = [window for item in items for window in item.windows]
    ids, slots = pad_windows(flat, encoder.pad_id, windows, windowing.tokens)
    places = locate_passages([item.windows for item in items], windowing.slots).places
    return torch.from_numpy(ids), torch.from_numpy(slots), torch.from_numpy(places)
