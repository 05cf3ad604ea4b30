"""What reads windows: OpenVINO on the cores of this machine, or torch on a GPU."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.windows import Window

Floats = NDArray[np.float32]


class SectionLogits(NamedTuple):
    """What is said of one section of P passages; outputs as in `calibration.output_names`."""

    network: Floats  # (O,)
    lexical: Floats  # (O,)
    treatment: Floats  # (C,)
    passages: Floats  # (P, L)
    numbers: NDArray[np.int64]  # (P,), which passages of the article these are


class Runtime(Protocol):
    """Encoder, heads and lexical model of an artifact, ready to run."""

    def start(self, sections: Sequence[Sequence[Window]]) -> Callable[[], list[SectionLogits]]:
        """Begin with an article's sections; what comes back waits and gives their logits."""


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
