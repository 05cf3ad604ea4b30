"""Checkpoints: written aside and renamed, so that a kill leaves the last whole one."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from classifier.network import Network
from training.optimiser import WeightAverage


@dataclass
class Progress:
    """Where training stands: `step` steps are done, `step_in_epoch` of them in `epoch`."""

    epoch: int = 0
    step_in_epoch: int = 0
    step: int = 0

    def advance(self) -> None:
        """One step more is done."""
        self.step += 1
        self.step_in_epoch += 1

    def next_epoch(self) -> None:
        """All steps of the epoch are done."""
        self.epoch += 1
        self.step_in_epoch = 0


class CheckpointError(ValueError):
    """The checkpoint belongs to another experiment."""


def save_checkpoint(
    path: Path,
    fingerprint: str,
    progress: Progress,
    network: Network,
    optimiser: torch.optim.Optimizer,
    average: WeightAverage,
) -> None:
    """Write everything that the next step depends on. Every step seeds its own dice."""
    state = {
        "fingerprint": fingerprint,
        "progress": vars(progress),
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": average.tensors,
    }
    aside = path.with_suffix(".partial")
    with aside.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def load_checkpoint(
    path: Path,
    fingerprint: str,
    network: Network,
    optimiser: torch.optim.Optimizer,
    average: WeightAverage,
) -> Progress:
    """Go on from `path`; the start, where there is none. Refuses another experiment's."""
    if not path.is_file():
        return Progress()
    state: dict[str, Any] = torch.load(path, weights_only=True)
    if state["fingerprint"] != fingerprint:
        raise CheckpointError(
            f"{path} was written with another configuration, taxonomy or corpus. "
            f"Expected fingerprint {fingerprint[:12]}, got {state['fingerprint'][:12]}. "
            "Choose another --workspace, or delete this one to start anew."
        )
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    for name, value in state["average"].items():
        average.tensors[name].copy_(value)
    return Progress(**state["progress"])


def append_json(path: Path, row: dict[str, Any]) -> None:
    """Add one JSON line to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
