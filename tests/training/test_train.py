"""Training: learns, and goes on after a kill as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from labels import read_taxonomy
from training.checkpoint import CheckpointError
from training.config import TrainingConfig
from training.corpus import read_split
from training.train import train

SCRIPT = """
import pickle, sys
from pathlib import Path
from labels import read_taxonomy
from training.corpus import read_split
from training.train import train
config, corpus, run = pickle.loads(bytes.fromhex(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3])
examples, dev = read_split(corpus, "train"), read_split(corpus, "dev")
train(config, read_taxonomy(), examples, dev, run, checkpoint_every=1)
"""


def last_line(run: Path) -> dict[str, float]:
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return dict(json.loads(lines[-1]))


def run_training(config: TrainingConfig, corpus: Path, run: Path) -> Path:
    examples, dev = read_split(corpus, "train"), read_split(corpus, "dev")
    return train(config, read_taxonomy(), examples, dev, run)


def test_it_learns_what_it_was_shown(config: TrainingConfig, corpus: Path, tmp_path: Path) -> None:
    run_training(config, corpus, tmp_path)
    figures = last_line(tmp_path)
    assert figures["violence_ap2"] > 0.95
    assert figures["violence_hit"] > 0.8


def test_a_killed_training_ends_as_an_unbroken_one(
    config: TrainingConfig, corpus: Path, tmp_path: Path
) -> None:
    import pickle

    short = replace(config, optimisation=replace(config.optimisation, epochs=4))
    whole = run_training(short, corpus, tmp_path / "whole")
    broken = tmp_path / "broken"
    command = [sys.executable, "-c", SCRIPT, pickle.dumps(short).hex(), str(corpus), str(broken)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=Path.cwd())
    wait_for_step(broken / "checkpoint.pt", process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (broken / "network.safetensors").exists(), "it was killed too late to prove a thing"
    again = run_training(short, corpus, broken)
    one, two = load_file(whole), load_file(again)
    for name in one:
        assert torch.allclose(one[name], two[name], atol=1e-6), name
    assert last_line(broken) == pytest.approx(last_line(tmp_path / "whole"), abs=1e-4)


def wait_for_step(checkpoint: Path, process: "subprocess.Popen[bytes]") -> None:
    """Until a first checkpoint is whole."""
    while not checkpoint.exists():
        assert process.poll() is None, "training ended before it was killed"
        time.sleep(0.01)


def test_another_experiments_checkpoint_is_refused(
    config: TrainingConfig, corpus: Path, tmp_path: Path
) -> None:
    short = replace(config, optimisation=replace(config.optimisation, epochs=1))
    run_training(short, corpus, tmp_path)
    with pytest.raises(CheckpointError, match="another configuration"):
        run_training(replace(short, seed=99), corpus, tmp_path)


def test_a_half_written_checkpoint_is_never_read(
    config: TrainingConfig, corpus: Path, tmp_path: Path
) -> None:
    short = replace(config, optimisation=replace(config.optimisation, epochs=1))
    (tmp_path / "checkpoint.partial").write_bytes(os.urandom(100))
    assert run_training(short, corpus, tmp_path).exists()
