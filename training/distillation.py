"""The last training: a network that reads faster learns from the one that was trained.

It begins with its teacher's weights and learns the vectors that the teacher has for every passage,
of annotated articles and of others, beside what annotators said.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, load_model, save_file
from tqdm import tqdm

from classifier.article import Article
from classifier.artifact import WEIGHTS, read_manifest
from classifier.errors import ArtifactError
from classifier.openvino_runtime import OpenVinoRuntime
from classifier.windows import ArticleEncoder, Window
from labels import read_taxonomy
from training.batches import Encoded, encode_examples
from training.build import Shape, build_encoder, build_network
from training.config import TrainingConfig
from training.corpus import Example
from training.frozen_test import read_frozen_test
from training.predict import passage_vectors
from training.self_training import draw_unlabelled
from training.train import Lesson, average_weights, train

STRETCH = 1.8  # of 1.6, 1.8 and 2.0 the one that changes dev's average precision least, untrained


def distil(
    config: TrainingConfig,
    teacher: Path,
    articles: Sequence[Example],
    dev: Sequence[Example],
    workspace: Path,
) -> Path:
    """The weights of a network of `last_shape`, taught by the artifact `teacher`.

    It is trained in `workspace`, or goes on there. Each round reads every article once, and begins
    where the one before ended; the answer is the mean of their weights, made to do without GELU.
    `articles` need no annotation. Raises ArtifactError where the teacher's windowing is not the
    configuration's.
    """
    lesson = read_lesson(teacher, build_encoder(config), articles, workspace)
    taxonomy, shape = read_taxonomy(), Shape(config.distillation.merge_after)
    rounds = [teacher / WEIGHTS]
    for number, rate in enumerate(config.distillation.encoder_rates):
        settings, folder = _settings(config, number, rate), workspace / f"round-{number + 1}"
        start = rounds[-1]
        rounds.append(
            train(settings, taxonomy, (), dev, folder, start=start, lesson=lesson, shape=shape)
        )
    merged = average_weights(rounds[1:], workspace / "average.safetensors")
    if not config.distillation.hard_swish_rate:
        return merged
    annotated = [item for item in lesson.items if item.example.labels]
    return without_gelu(config, merged, annotated, dev, workspace / "hard-swish")


def without_gelu(
    config: TrainingConfig,
    merged: Path,
    items: Sequence[Encoded],
    dev: Sequence[Example],
    workspace: Path,
) -> Path:
    """Weights for the hard swish of a network that says what the one with GELU, `merged`, says.

    It learns that network's vectors alone, and no judgement: the heads stay as they are.
    """
    taxonomy, encoder, own = read_taxonomy(), build_encoder(config), config.distillation
    network = build_network(config, taxonomy, encoder.pad_id, Shape(own.merge_after))
    load_model(network, str(merged))
    with torch.autocast("cpu", torch.bfloat16, enabled=config.optimisation.bfloat16):
        said = passage_vectors(network, items, encoder, config.optimisation.windows_per_step)
    taught = [
        replace(item, example=_unjudged(item.example.article), vectors=vectors)
        for item, vectors in zip(items, said, strict=True)
    ]
    lesson = Lesson(hashlib.sha256(merged.read_bytes()).hexdigest(), taught)
    workspace.mkdir(parents=True, exist_ok=True)
    start = to_hard_swish(merged, workspace / "start.safetensors")
    settings = _settings(config, len(own.encoder_rates), own.hard_swish_rate, head_rate=0.0)
    shape = last_shape(config)
    return train(settings, taxonomy, (), dev, workspace, start=start, lesson=lesson, shape=shape)


def last_shape(config: TrainingConfig) -> Shape:
    """That of the network that comes of it."""
    own = config.distillation
    return Shape(own.merge_after, "hardswish" if own.hard_swish_rate else None)


def to_hard_swish(weights: Path, out: Path) -> Path:
    """Write weights for the hard swish with which a BERT says nearly what it said with GELU.

    h(x) = x * clip(x / 6 + 1 / 2, 0, 1) (Howard et al., Searching for MobileNetV3, 2019) is too
    flat to stand for GELU; h(a x) / a is close to it, and the weights around it take the factors.
    """
    found = load_file(weights)
    for name in found:
        if ".intermediate.dense." in name:
            found[name] *= STRETCH
        elif name.endswith(".output.dense.weight") and ".attention." not in name:
            found[name] /= STRETCH
    save_file(found, out)
    return out


def read_lesson(
    teacher: Path, encoder: ArticleEncoder, articles: Sequence[Example], workspace: Path
) -> Lesson:
    """The articles with the teacher's vectors, read once and kept in a file in `workspace`."""
    manifest = read_manifest(teacher)
    if manifest.windowing != encoder.windowing:
        raise ArtifactError(
            f"The teacher {manifest.version} reads {manifest.windowing}, the configuration asks "
            f"for {encoder.windowing}. Name a teacher of the same windowing."
        )
    items = [item for item in encode_examples(articles, encoder) if item.windows]
    ends = np.cumsum([len(item.encoded.passages) for item in items])
    told = "".join([manifest.version, *(item.example.article.content_hash for item in items)])
    cache = workspace / f"vectors-{hashlib.sha256(told.encode()).hexdigest()[:12]}.npy"
    if not cache.is_file():
        workspace.mkdir(parents=True, exist_ok=True)
        runtime = OpenVinoRuntime(teacher, encoder.windowing.slots, encoder.pad_id)
        vectors = [
            _vectors(runtime, item.windows, len(item.encoded.passages))
            for item in tqdm(items, desc="reading", unit="article")
        ]
        aside = cache.with_name(f"partial-{cache.name}")
        np.save(aside, np.concatenate(vectors))
        aside.replace(cache)
    kept = np.split(np.load(cache, mmap_mode="r"), ends[:-1])
    taught = [replace(item, vectors=own) for item, own in zip(items, kept, strict=True)]
    return Lesson(manifest.version, taught)


def _vectors(
    runtime: OpenVinoRuntime, windows: Sequence[Window], passages: int
) -> NDArray[np.float16]:
    read = runtime.vectors(windows)
    found = np.zeros((passages, read[0].shape[1]), dtype=np.float16)
    for window, vectors in zip(windows, read, strict=True):
        found[list(window.passages)] = vectors[: len(window.passages)]
    return found


def not_annotated(config: TrainingConfig, corpus: Path) -> list[Example]:
    """Articles without a judgement, none of the test split; some without their titles."""
    wanted, share = config.distillation, config.regularisation.drop_title
    drawn = draw_unlabelled(corpus, wanted.articles, wanted.words, config.seed)
    bare = np.random.default_rng([config.seed, 4]).random(len(drawn)) < share
    frozen = read_frozen_test()
    return [
        _unjudged(replace(article, title="") if untitled else article)
        for article, untitled in zip(drawn, bare, strict=True)
        if not frozen.recognises(article)
    ]


def _unjudged(article: Article) -> Example:
    return Example(
        article=article,
        source="unlabelled",
        stratum="unlabelled",
        labels={},
        sub_labels=None,
        details=None,
        treatment=None,
        evidence=None,
    )


def _settings(
    config: TrainingConfig, number: int, rate: float, head_rate: float | None = None
) -> TrainingConfig:
    """The configuration of round `number`, from 0: all layers change alike, as all read anew.

    No token is hidden, as none was hidden from the teacher.
    """
    optimisation = replace(
        config.optimisation,
        epochs=1,
        encoder_rate=rate,
        head_rate=config.distillation.head_rate if head_rate is None else head_rate,
        layer_decay=1.0,
    )
    regularisation = replace(config.regularisation, mask_tokens=0.0)
    return replace(
        config,
        seed=config.seed + number,
        optimisation=optimisation,
        regularisation=regularisation,
    )
