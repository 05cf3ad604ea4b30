"""The exported graphs in ONNX Runtime, and the lexical model beside them.

One window is one run of the encoder: nothing is padded, and since int8 activations are scaled by
what is in the run, an answer cannot depend on which articles it was asked together with. Windows
run in parallel, one thread each.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from classifier.batch import locate_passages
from classifier.lexical import read_lexical_model
from classifier.windows import Window

Floats = NDArray[np.float32]


class SectionLogits(NamedTuple):
    """What is said of one section of P passages; outputs as in `calibration.output_names`."""

    network: Floats  # (O,)
    lexical: Floats  # (O,)
    treatment: Floats  # (C,)
    passages: Floats  # (P, L)
    numbers: NDArray[np.int64]  # (P,), which passages of the article these are


class Runtime:
    """Encoder, heads and lexical model, ready to run; safe to call from several threads."""

    def __init__(self, folder: Path, slots: int, threads: int | None = None) -> None:
        self._encoder = _session(folder / "encoder.onnx")
        self._heads = _session(folder / "heads.onnx")
        self._lexical = read_lexical_model(folder / "lexical.npz")
        self._slots = slots
        self._pool = ThreadPoolExecutor(threads or usable_cores(), thread_name_prefix="encoder")

    def run(self, sections: Sequence[Sequence[Window]]) -> list[SectionLogits]:
        """Logits of each section, in order."""
        return self.start(sections)()

    def start(self, sections: Sequence[Sequence[Window]]) -> Callable[[], list[SectionLogits]]:
        """Begin with the sections; what comes back waits for them and gives their logits."""
        begun = [[self._pool.submit(self._encode, window) for window in s] for s in sections]

        def finish() -> list[SectionLogits]:
            return [
                self._judge(section, [future.result() for future in futures])
                for section, futures in zip(sections, begun, strict=True)
            ]

        return finish

    def _encode(self, window: Window) -> Floats:  # (S, D)
        feed = {"ids": window.ids[None], "slots": window.slots[None]}
        return self._encoder.run(None, feed)[0][0]  # type: ignore[no-any-return]

    def _judge(self, section: Sequence[Window], vectors: list[Floats]) -> SectionLogits:
        located = locate_passages([section], self._slots)
        gathered = np.concatenate(vectors)[located.places]
        feed = {"vectors": gathered, "present": np.ones(gathered.shape[:2], dtype=np.bool_)}
        passages, severities, sub_labels, details, treatment = (
            out[0] for out in self._heads.run(None, feed)
        )
        network = np.concatenate([severities.ravel(), sub_labels, details])
        lexical = self._lexical.score(section)
        return SectionLogits(network, lexical, treatment, passages, located.passages[0])


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
