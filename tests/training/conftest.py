"""A toy configuration, a toy corpus and a toy base encoder, all made in the test run."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.tiny import TINY_WINDOWING, tiny_base_folder
from tests.training.invented import invented_corpus
from training.config import TrainingConfig, read_config


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base_folder(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return invented_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def config(base: Path) -> TrainingConfig:
    """The released configuration with a small network, few windows and quick learning."""
    shipped = read_config()
    optimisation = replace(
        shipped.optimisation,
        epochs=12,
        windows_per_step=12,
        encoder_rate=3e-3,
        head_rate=2e-2,
        averaging=0.8,
        bfloat16=False,
        compile=False,
    )
    return replace(
        shipped,
        encoder=str(base),
        windowing=TINY_WINDOWING,
        optimisation=optimisation,
        self_training=replace(shipped.self_training, articles=0),
        distillation=replace(shipped.distillation, merge_after=0),
    )
