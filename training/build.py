"""Putting a network together from a base encoder and a taxonomy."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from transformers import AutoConfig, AutoModel, AutoTokenizer

from classifier.artifact import CONFIGURATION, read_configuration
from classifier.network import Heads, HeadSizes, Network, PassageEncoder
from classifier.windows import ArticleEncoder
from labels import Taxonomy
from training.config import ConfigError, TrainingConfig

PACKAGE = "package:"


@dataclass(frozen=True)
class Shape:
    """How a network is made to read faster than its base encoder."""

    merge_after: int = 0  # as in `PassageEncoder`
    hidden_act: str | None = None  # the function inside its layers; None for the base encoder's own


AS_BASE = Shape()


def read_shape(artifact: Path) -> Shape:
    """The shape of an artifact's network; the oldest do not tell, and have that of their base."""
    if not (artifact / CONFIGURATION).is_file():
        return AS_BASE
    table = read_configuration(artifact)
    return Shape(table["merge_after"], table["hidden_act"])


def locate_encoder(name: str) -> str:
    """A folder or Hugging Face name as it is; `package:NAME/PATH` as a folder of that package."""
    if not name.startswith(PACKAGE):
        return name
    package, _, path = name.removeprefix(PACKAGE).partition("/")
    return str(files(package) / path)


def encoder_checksum(name: str) -> str | None:
    """SHA-256 (hex) of the base encoder's `model.safetensors`, where it is a folder on disk."""
    weights = Path(locate_encoder(name)) / "model.safetensors"
    return hashlib.sha256(weights.read_bytes()).hexdigest() if weights.is_file() else None


def build_encoder(config: TrainingConfig) -> ArticleEncoder:
    """The tokenizer of the base encoder with the configured windowing."""
    tokenizer = AutoTokenizer.from_pretrained(locate_encoder(config.encoder), use_fast=True)
    return ArticleEncoder(tokenizer.backend_tokenizer, config.windowing)


def build_network(
    config: TrainingConfig, taxonomy: Taxonomy, pad_id: int, shape: Shape = AS_BASE
) -> Network:
    """The base encoder under new heads."""
    rules = config.regularisation
    base = AutoConfig.from_pretrained(
        locate_encoder(config.encoder),
        hidden_dropout_prob=rules.hidden_dropout,
        attention_probs_dropout_prob=rules.attention_dropout,
    )
    base.hidden_act = shape.hidden_act or base.hidden_act
    transformer = AutoModel.from_pretrained(
        locate_encoder(config.encoder),
        config=base,
        attn_implementation="eager",
        add_pooling_layer=False,
    )
    heads = Heads(base.hidden_size, HeadSizes.of(taxonomy), rules.head_dropout)
    slots, tokens = config.windowing.slots, config.windowing.tokens
    merge_after = shape.merge_after
    if merge_after and (merge_after >= base.num_hidden_layers or tokens % 2):
        raise ConfigError(
            f"Tokens can be merged after 1 to {base.num_hidden_layers - 1} layers of this encoder, "
            f"and in windows of an even number of them; got merge_after = {merge_after} and "
            f"tokens = {tokens}. Change either, or set merge_after to 0."
        )
    return Network(PassageEncoder(transformer, pad_id, slots, merge_after), heads)
