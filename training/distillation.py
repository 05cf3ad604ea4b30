"""The last training: a network that reads two tokens as one learns from the one that was trained.

It begins with its teacher's weights and learns the vectors that the teacher has for every passage,
of annotated articles and of others, beside what annotators said.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from classifier.artifact import WEIGHTS, read_manifest
from classifier.errors import ArtifactError
from classifier.openvino_runtime import OpenVinoRuntime
from classifier.windows import ArticleEncoder, Window
from labels import read_taxonomy
from training.batches import encode_examples
from training.build import build_encoder
from training.config import TrainingConfig
from training.corpus import Example
from training.frozen_test import read_frozen_test
from training.self_training import draw_unlabelled
from training.train import Lesson, average_weights, train


def distil(
    config: TrainingConfig,
    teacher: Path,
    articles: Sequence[Example],
    dev: Sequence[Example],
    workspace: Path,
) -> Path:
    """The weights of a network that merges tokens, taught by the artifact `teacher`.

    It is trained in `workspace`, or goes on there: each round reads every article once, and begins
    where the one before ended; the answer is the mean of their weights. `articles` need no
    annotation. Raises ArtifactError where the teacher's windowing is not the configuration's.
    """
    lesson = read_lesson(teacher, build_encoder(config), articles, workspace)
    taxonomy, rounds = read_taxonomy(), [teacher / WEIGHTS]
    for number in range(len(config.distillation.encoder_rates)):
        settings, folder = _settings(config, number), workspace / f"round-{number + 1}"
        rounds.append(train(settings, taxonomy, (), dev, folder, start=rounds[-1], lesson=lesson))
    return average_weights(rounds[1:], workspace / "average.safetensors")


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
        Example(
            article=replace(article, title="") if untitled else article,
            source="unlabelled",
            stratum="unlabelled",
            labels={},
            sub_labels=None,
            details=None,
            treatment=None,
            evidence=None,
        )
        for article, untitled in zip(drawn, bare, strict=True)
        if not frozen.recognises(article)
    ]


def _settings(config: TrainingConfig, number: int) -> TrainingConfig:
    """The configuration of round `number`, from 0: all layers change alike, as all read anew.

    No token is hidden, as none was hidden from the teacher.
    """
    own = config.distillation
    optimisation = replace(
        config.optimisation,
        epochs=1,
        encoder_rate=own.encoder_rates[number],
        head_rate=own.head_rate,
        layer_decay=1.0,
    )
    regularisation = replace(config.regularisation, mask_tokens=0.0)
    return replace(
        config,
        seed=config.seed + number,
        optimisation=optimisation,
        regularisation=regularisation,
    )
