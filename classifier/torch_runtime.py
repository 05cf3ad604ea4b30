"""The network in torch, in 16 bits on a GPU: windows of many articles in batches of like length.

Nothing waits until an answer is asked for or enough has come for a batch. A GPU then works on it
while the next articles are made ready.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_model
from torch import Tensor
from transformers import AutoConfig, AutoModel

from classifier.artifact import WEIGHTS, read_configuration
from classifier.batch import fill_windows, locate_passages, windows_by_length
from classifier.lexical import read_lexical_model
from classifier.network import Heads, HeadSizes, Network, PassageEncoder
from classifier.runtime import Floats, SectionLogits
from classifier.windows import Window
from labels import Taxonomy

AT_ONCE = 65_536  # tokens that are begun together, at the least
BATCH = 16_384  # tokens of a run of the encoder, at the most


class TorchRuntime:
    """Stands in for `Runtime` on a torch device. Safe to call from several threads.

    Weights are in 16 bits, or in float32 where the device is a CPU. A window's last digits may
    depend on the windows that it is read with.
    """

    def __init__(
        self, folder: Path, taxonomy: Taxonomy, slots: int, pad_id: int, device: str
    ) -> None:
        self._device = torch.device(device)
        self._network = read_network(folder, taxonomy, slots, pad_id).to(self._device)
        if self._device.type != "cpu":
            self._network.encoder.half()
        self._lexical = read_lexical_model(folder / "lexical.npz")
        self._slots, self._pad_id = slots, pad_id
        self._lock = threading.Lock()
        self._gathering = _Gathered()

    def start(self, sections: Sequence[Sequence[Window]]) -> Callable[[], list[SectionLogits]]:
        """See `Runtime`. Sections of several calls are read together."""
        with self._lock:
            gathered = self._gathering
            first = len(gathered.sections)
            gathered.sections += sections
            gathered.tokens += sum(len(window.ids) for section in sections for window in section)
            if gathered.tokens >= AT_ONCE:
                self._begin()

        def finish() -> list[SectionLogits]:
            with self._lock:
                if self._gathering is gathered:
                    self._begin()
            found = gathered.fetch()
            return [
                self._section(section, found, first + number)
                for number, section in enumerate(sections)
            ]

        return finish

    def _begin(self) -> None:
        """Hand what was gathered to the device, and gather anew. A GPU works on by itself."""
        gathered, self._gathering = self._gathering, _Gathered()
        try:
            gathered.outputs = self._outputs(gathered.sections)
        except Exception as error:  # each of those who wait must learn of it
            gathered.error = error

    @torch.inference_mode()
    def _outputs(self, sections: Sequence[Sequence[Window]]) -> list[Tensor]:
        windows = [window for section in sections for window in section]
        if not windows:
            return []
        vectors: Tensor | None = None
        for numbers in windows_by_length(windows, BATCH):
            batch = [windows[number] for number in numbers]
            ids, slots = fill_windows(batch, self._pad_id, least=0)
            found = self._network.encoder(self._sent(ids), self._sent(slots)).float()
            if vectors is None:
                vectors = found.new_zeros(len(windows), *found.shape[1:])
            vectors[self._sent(np.array(numbers))] = found
        assert vectors is not None
        places = self._sent(locate_passages(sections, self._slots).places)
        return list(self._network.judge(vectors, places))

    def _section(
        self, section: Sequence[Window], found: Sequence[Floats], number: int
    ) -> SectionLogits:
        passages, severities, sub_labels, details, treatment = (out[number] for out in found)
        (numbers,) = locate_passages([section], self._slots).passages
        network = np.concatenate([severities.ravel(), sub_labels, details])
        lexical = self._lexical.score(section)
        return SectionLogits(network, lexical, treatment, passages[: len(numbers)], numbers)

    def _sent(self, array: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Tensor:
        return torch.from_numpy(array).to(self._device, non_blocking=True)


class _Gathered:
    """Sections that are read together; then what the device says of them."""

    def __init__(self) -> None:
        self.sections: list[Sequence[Window]] = []
        self.tokens = 0
        self.outputs: list[Tensor] = []  # on the device, padded, maybe not yet computed
        self.error: Exception | None = None
        self._found: list[Floats] | None = None
        self._lock = threading.Lock()

    def fetch(self) -> list[Floats]:
        """Wait for the outputs."""
        with self._lock:
            if self.error is not None:
                raise self.error
            if self._found is None:
                self._found = [output.cpu().numpy() for output in self.outputs]
                self.outputs = []
            return self._found


def read_network(folder: Path, taxonomy: Taxonomy, slots: int, pad_id: int) -> Network:
    """The network of an artifact in float32, ready to be asked."""
    table = read_configuration(folder)
    configuration = AutoConfig.for_model(**table)
    transformer = AutoModel.from_config(  # type: ignore[no-untyped-call]
        configuration, attn_implementation="sdpa", add_pooling_layer=False
    )
    heads = Heads(configuration.hidden_size, HeadSizes.of(taxonomy))
    network = Network(PassageEncoder(transformer, pad_id, slots, table["merge_after"]), heads)
    load_model(network, str(folder / WEIGHTS))
    return network.eval()
