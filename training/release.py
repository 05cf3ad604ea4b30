"""The whole way from annotated articles to an artifact on disk."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from itertools import compress
from pathlib import Path
from typing import Any

from safetensors.torch import load_model

import labels
from classifier.artifact import MANIFEST, WEIGHTS, read_manifest, write_manifest
from classifier.calibration import write_calibration
from classifier.errors import ArtifactError
from classifier.lexical import write_lexical_model
from classifier.version import __version__
from labels import read_taxonomy
from training.batches import encode_examples
from training.build import (
    AS_BASE,
    Shape,
    build_encoder,
    build_network,
    encoder_checksum,
    read_shape,
)
from training.calibrate import artifact_logits, fit_calibration
from training.config import TrainingConfig
from training.corpus import Example, read_split
from training.distillation import distil, last_shape, not_annotated
from training.export import export_network
from training.frozen_test import leave_out_near, read_frozen_test, require_unfrozen
from training.lexical import fit_lexical_model
from training.self_training import judge_unlabelled
from training.train import average_weights, experiment_fingerprint, train

NAME = "forewarn-en-1"


def make_artifact(
    config: TrainingConfig,
    corpus: Path,
    workspace: Path,
    out: Path,
    extra: Sequence[Example] = (),
) -> Path:
    """Train in `workspace` (or go on there), calibrate on dev, and put the artifact at `out`.

    `extra` are articles that are learned beside the train split. The test split is not read;
    FrozenTestError is raised where one of its articles would be learned, and articles of the train
    split that are near one are left out. `out` is replaced only when the new artifact is whole.
    """
    taxonomy = read_taxonomy()
    examples, dev = all_learned(corpus, extra), read_split(corpus, "dev")
    counts = {"train": len(examples) - len(extra), "dev": len(dev), "judged": 0}
    counts |= {"extra": len(extra)} if extra else {}
    origin = {
        "date": date.today().isoformat(),
        "code": __version__,
        "base": {"encoder": config.encoder, "sha256": encoder_checksum(config.encoder)},
        "articles": counts,
        "fingerprint": experiment_fingerprint(config, taxonomy, examples),
        "config": asdict(config),
    }
    weights = train(config, taxonomy, examples, dev, workspace)
    if config.self_training.articles:
        first = workspace / "first"
        if not (first / MANIFEST).is_file():
            seal_artifact(config, weights, examples, dev, first, origin)
        judged = [
            one
            for one in judge_unlabelled(first, corpus, config.self_training, config.seed)
            if not read_frozen_test().recognises(one.article)
        ]
        everything = [*examples, *judged]
        second = train(
            second_config(config), taxonomy, everything, dev, workspace / "second", start=weights
        )
        weights = average_weights([weights, second], workspace / "average.safetensors")
        counts["judged"] = len(judged)
    if config.distillation.merge_after == 0:
        return seal_artifact(config, weights, examples, dev, out, origin)
    teacher = workspace / "teacher"
    if not (teacher / MANIFEST).is_file():
        seal_artifact(config, weights, examples, dev, teacher, origin)
    return distil_artifact(config, teacher, corpus, workspace / "student", out, extra)


def distil_artifact(
    config: TrainingConfig,
    teacher: Path,
    corpus: Path,
    workspace: Path,
    out: Path,
    extra: Sequence[Example] = (),
) -> Path:
    """Train a faster network on what the artifact `teacher` says, and put it at `out`.

    `extra` as in `make_artifact`. What the teacher was made of is kept in the new one's origin.
    Raises ArtifactError where there is no teacher, or one of another windowing.
    """
    manifest = read_manifest(teacher)
    examples, dev = all_learned(corpus, extra), read_split(corpus, "dev")
    others = not_annotated(config, corpus)
    weights = distil(config, teacher, [*examples, *others], dev, workspace)
    origin = manifest.origin | {
        "articles": manifest.origin["articles"] | {"read": len(others)},
        "date": date.today().isoformat(),
        "code": __version__,
        "config": asdict(config),
        "teacher": manifest.version,
    }
    return seal_artifact(config, weights, examples, dev, out, origin, last_shape(config))


def all_learned(corpus: Path, extra: Sequence[Example]) -> list[Example]:
    """The train split without what is near an article of the test split, and `extra` with it.

    FrozenTestError is raised where an extra one is of the test split.
    """
    examples = read_split(corpus, "train")
    far = leave_out_near([example.article for example in examples])
    require_unfrozen([example.article for example in extra], "the decisions")
    return [*compress(examples, far), *extra]


def make_artifact_again(config: TrainingConfig, artifact: Path, corpus: Path, out: Path) -> Path:
    """Export the weights of an artifact with the code of today and calibrate on dev; no training.

    `artifact` may be of another format. The test split is not read. `out`, which may be the same
    folder, is replaced only when the new artifact is whole; figures beside the old one are gone
    then, since they are not the new one's. Raises ArtifactError where there is no artifact.
    """
    manifest, weights = artifact / MANIFEST, artifact / WEIGHTS
    if not (manifest.is_file() and weights.is_file()):
        raise ArtifactError(
            f"No artifact at {artifact}: expected a folder with {MANIFEST} and {WEIGHTS}. "
            "Name the folder of one, such as the released one under models/."
        )
    examples, dev = read_split(corpus, "train"), read_split(corpus, "dev")
    origin = json.loads(manifest.read_text("utf-8"))["origin"] | {
        "date": date.today().isoformat(),
        "code": __version__,
        "config": asdict(config),
    }
    return seal_artifact(config, weights, examples, dev, out, origin, read_shape(artifact))


def second_config(config: TrainingConfig) -> TrainingConfig:
    """The configuration of the second training: shorter, slower, keener on evidence."""
    again = config.self_training
    optimisation = replace(
        config.optimisation,
        epochs=again.epochs,
        encoder_rate=again.encoder_rate,
        head_rate=again.head_rate,
    )
    loss = replace(config.loss, passage_ranking=again.passage_ranking)
    return replace(config, optimisation=optimisation, loss=loss)


def seal_artifact(
    config: TrainingConfig,
    weights: Path,
    examples: Sequence[Example],
    dev: Sequence[Example],
    out: Path,
    origin: dict[str, Any],
    shape: Shape = AS_BASE,
) -> Path:
    """Export trained weights, fit the lexical model on `examples`, calibrate both on `dev`, seal.

    `out` is replaced only when the new artifact is whole.
    """
    taxonomy = read_taxonomy()
    encoder = build_encoder(config)
    network = build_network(config, taxonomy, encoder.pad_id, shape)
    load_model(network, str(weights))
    aside = out.with_name(out.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    encoded = encode_examples(examples, encoder)
    export_network(network, encoder, [w for one in encoded for w in one.windows], aside)
    lexical = fit_lexical_model(encoded, taxonomy)
    write_lexical_model(aside / "lexical.npz", lexical)
    shutil.copy(Path(labels.__file__).with_name("taxonomy.toml"), aside / "taxonomy.toml")
    calibration = fit_calibration(artifact_logits(aside, encoder, dev), dev, taxonomy)
    write_calibration(aside / "calibration.json", calibration)
    write_manifest(aside, out.name, config.windowing, origin)
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    aside.rename(out)
    return out / MANIFEST
