"""The training configuration: typed, every key required, unknown keys refused."""

import difflib
import tomllib
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from classifier.windows import Windowing

DEFAULT = Path(__file__).with_name("config.toml")


class ConfigError(ValueError):
    """The configuration file does not say what it must, or says what nobody understands."""


@dataclass(frozen=True)
class Optimisation:
    """AdamW with a linear warm-up and decay, and an average of the weights along the way."""

    epochs: int
    windows_per_step: int  # every step has this many windows, padded: one shape, compiled once
    encoder_rate: float  # learning rate of the encoder's top layer
    layer_decay: float  # each layer below learns at this share of the rate above it
    head_rate: float
    warmup: float  # share of the steps
    weight_decay: float
    clip: float  # largest norm of the gradient
    averaging: float  # weight of the past in the moving average that becomes the artifact
    train_embeddings: bool
    bfloat16: bool
    compile: bool  # needs a C++ compiler; about a third faster on two cores


@dataclass(frozen=True)
class Regularisation:
    """What keeps the network from learning newspapers by heart."""

    head_dropout: float
    hidden_dropout: float
    attention_dropout: float
    mask_tokens: float  # share of tokens hidden behind [MASK] in training
    drop_title: float  # share of the articles read without their title, anew in each epoch


@dataclass(frozen=True)
class LossWeights:
    """Weights of the parts of the loss; the severities of the three labels count 1 each."""

    severity_steps: list[float]  # of 'at least 1', 'at least 2', 'at least 3'
    sub_labels: float  # each
    details: float  # each
    treatment: float
    passages: float  # is this passage evidence? each label
    passage_ranking: float  # is an annotated passage the best one? each label


@dataclass(frozen=True)
class SelfTraining:
    """A second training on annotated and machine-judged articles; none where `articles` is 0."""

    articles: int  # that the first artifact judges and the second network learns from
    candidates: int  # of which they are chosen
    words: int  # of an article, at the most
    epochs: int
    encoder_rate: float
    head_rate: float
    passage_ranking: float  # in the place of the loss weight of that name


@dataclass(frozen=True)
class Distillation:
    """A last training, of a network that reads two tokens as one; none where `merge_after` is 0.

    It learns the vectors that the trained network has for passages, beside what annotators said.
    Then GELU gives way to the hard swish, which is computed faster and learns to say the same.
    """

    merge_after: int  # layers, after which each two neighbouring tokens are read as one
    articles: int  # that nobody annotated, read beside the annotated ones
    words: int  # of such an article, at the most
    encoder_rates: list[float]  # of every layer, in each of so many rounds
    hard_swish_rate: float  # of every layer while it learns that; 0 where GELU stays
    head_rate: float
    imitation: float  # weight of the distance to the trained network's vectors


@dataclass(frozen=True)
class TrainingConfig:
    """All of one experiment. `encoder` is a folder, a Hugging Face name, or `package:NAME/PATH`."""

    encoder: str
    seed: int
    windowing: Windowing
    optimisation: Optimisation
    regularisation: Regularisation
    loss: LossWeights
    self_training: SelfTraining
    distillation: Distillation


def read_config(path: Path = DEFAULT) -> TrainingConfig:
    """Read a TOML file; `ConfigError` names the first key that is missing, unknown or mistyped."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    config = build_dataclass(TrainingConfig, table, str(path))
    assert isinstance(config, TrainingConfig)
    return config


def build_dataclass(kind: Any, table: dict[str, Any], where: str) -> Any:
    """Make the dataclass `kind` of a table, and of its tables the dataclasses in it."""
    known = {field.name: field.type for field in fields(kind)}
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise ConfigError(f"{where}: unknown key '{key}'.{hint} Known: {', '.join(known)}.")
    missing = [key for key in known if key not in table]
    if missing:
        raise ConfigError(f"{where}: missing key '{missing[0]}'. Copy it from {DEFAULT.name}.")
    values = {}
    for key, wanted in known.items():
        value = table[key]
        if is_dataclass(wanted):
            value = build_dataclass(wanted, value, f"{where} [{key}]")
        elif wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        elif isinstance(wanted, type) and type(value) is not wanted:
            raise ConfigError(
                f"{where}: '{key}' must be {wanted.__name__}, got {type(value).__name__}."
            )
        values[key] = value
    return kind(**values)
