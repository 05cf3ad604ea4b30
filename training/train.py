"""Training: from annotated articles and a base encoder to the weights of a network."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, load_model, save_file, save_model
from sklearn.metrics import average_precision_score
from tqdm import tqdm

from classifier.network import Network, gather
from classifier.windows import ArticleEncoder
from labels import Taxonomy
from training.batches import Batch, Encoded, TrainingSet, encode_examples
from training.build import AS_BASE, Shape, build_encoder, build_network, encoder_checksum
from training.checkpoint import append_json, load_checkpoint, save_checkpoint
from training.config import TrainingConfig
from training.corpus import Example, evidence_mask
from training.loss import imitation_loss, multitask_loss
from training.optimiser import WeightAverage, make_optimiser, set_rates
from training.predict import RawOutputs, predict

WEIGHTS = "network.safetensors"


@dataclass(frozen=True)
class Lesson:
    """What a teacher, by its version, has read: items with its vectors."""

    teacher: str
    items: Sequence[Encoded]


@dataclass
class Training:
    """Everything a step needs."""

    config: TrainingConfig
    taxonomy: Taxonomy
    encoder: ArticleEncoder
    network: Network
    optimiser: torch.optim.AdamW
    average: WeightAverage


def set_up(
    config: TrainingConfig, taxonomy: Taxonomy, start: Path | None, shape: Shape = AS_BASE
) -> Training:
    """A network with fresh heads, or with the weights at `start`, its optimiser and its average."""
    torch.manual_seed(config.seed)
    encoder = build_encoder(config)
    network = build_network(config, taxonomy, encoder.pad_id, shape)
    if start:
        load_model(network, str(start))
    optimiser = make_optimiser(network, config.optimisation)
    average = WeightAverage(network, config.optimisation.averaging)
    return Training(config, taxonomy, encoder, network, optimiser, average)


def train(
    config: TrainingConfig,
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    dev: Sequence[Example],
    workspace: Path,
    checkpoint_every: int = 100,
    start: Path | None = None,
    lesson: Lesson | None = None,
    shape: Shape = AS_BASE,
) -> Path:
    """Train to the end in the folder `workspace`, going on from its checkpoint where there is one.

    Writes `metrics.jsonl` (a line an epoch, of `dev`) and the averaged weights, whose path is the
    answer. The same seed gives the same weights, killed on the way or not. `start` names weights to
    begin with, instead of the base encoder's; `lesson` is what a teacher read, learned beside what
    annotators said by a network of another `shape`.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    training = set_up(config, taxonomy, start, shape)
    fingerprint = experiment_fingerprint(config, taxonomy, examples, lesson, shape)
    checkpoint = workspace / "checkpoint.pt"
    parts = (training.network, training.optimiser, training.average)
    progress = load_checkpoint(checkpoint, fingerprint, *parts)
    if config.optimisation.compile:
        training.network.encoder.compile()
    dealt = TrainingSet(examples, training.encoder, config, lesson.items if lesson else ())
    watched = encode_examples(dev, training.encoder)
    epochs = range(config.optimisation.epochs)
    total = sum(len(dealt.steps(epoch)) for epoch in epochs)
    with tqdm(total=total, initial=progress.step, unit="step", smoothing=0.02) as bar:
        for epoch in epochs[progress.epoch :]:
            losses = []
            for items in dealt.steps(epoch)[progress.step_in_epoch :]:
                batch = dealt.batch(items, taxonomy, progress.step)
                losses.append(train_step(training, batch, progress.step, total))
                progress.advance()
                bar.update()
                bar.set_postfix(epoch=epoch + 1, loss=f"{np.mean(losses[-50:]):.3f}")
                if progress.step % checkpoint_every == 0:
                    save_checkpoint(checkpoint, fingerprint, progress, *parts)
            progress.next_epoch()
            save_checkpoint(checkpoint, fingerprint, progress, *parts)
            figures = averaged_figures(training, watched) if watched else {}
            append_json(workspace / "metrics.jsonl", {"epoch": epoch + 1, **figures})
            bar.write(f"epoch {epoch + 1}: {json.dumps(figures)}")
    training.average.copy_to(training.network)
    save_model(training.network, str(workspace / WEIGHTS))
    return workspace / WEIGHTS


def average_weights(trained: Sequence[Path], out: Path) -> Path:
    """Write the mean of the weights of networks, each of which was trained on from the one before.

    Wortsman et al., Model soups, 2022.
    """
    networks = [load_file(path) for path in trained]
    means = {name: torch.stack([n[name] for n in networks]).mean(0) for name in networks[0]}
    save_file(means, out)
    return out


def train_step(training: Training, batch: Batch, step: int, steps: int) -> float:
    """One update of the weights. The step's number seeds its dropout, so it can be repeated."""
    optimisation = training.config.optimisation
    training.network.train()
    torch.manual_seed(training.config.seed * 1_000_003 + step)
    set_rates(training.optimiser, step, steps, optimisation.warmup)
    with torch.autocast("cpu", torch.bfloat16, enabled=optimisation.bfloat16):
        vectors = training.network.encoder(batch.ids, batch.slots).float()
    outputs = training.network.judge(vectors, batch.places)
    loss = multitask_loss(outputs, batch, training.config.loss)
    if batch.vectors is not None:
        own = gather(vectors, batch.places)
        loss = loss + training.config.distillation.imitation * imitation_loss(own, batch.vectors)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(training.network.parameters(), optimisation.clip)
    training.optimiser.step()
    training.optimiser.zero_grad(set_to_none=True)
    training.average.update(training.network, step)
    return loss.item()


def averaged_figures(training: Training, items: Sequence[Encoded]) -> dict[str, float]:
    """Average precision and evidence hits of the averaged weights, to watch training by."""
    network = training.network
    kept = {name: value.clone() for name, value in network.state_dict().items()}
    training.average.copy_to(network)
    with torch.autocast("cpu", torch.bfloat16, enabled=training.config.optimisation.bfloat16):
        windows = training.config.optimisation.windows_per_step
        outputs = predict(network, items, training.encoder, windows)
    network.load_state_dict(kept)
    return quick_figures(items, outputs, training.taxonomy)


def quick_figures(
    items: Sequence[Encoded], outputs: Sequence[RawOutputs], taxonomy: Taxonomy
) -> dict[str, float]:
    """For each label the average precision at severity 2 and the share of best passages hit."""
    figures: dict[str, float] = {}
    for column, label in enumerate(taxonomy.label_ids):
        truth = np.array([item.example.labels[label] >= 2 for item in items])
        scores = np.array([found.severities[column, 1] for found in outputs])
        hits = [
            evidence_mask(item.example, item.encoded, label)[found.passages[:, column].argmax()]
            for item, found, flagged in zip(items, outputs, truth, strict=True)
            if flagged
        ]
        figures[f"{label}_ap2"] = round(float(average_precision_score(truth, scores)), 4)
        figures[f"{label}_hit"] = round(float(np.mean(hits)), 4)
    scores = np.stack([found.sub_labels for found in outputs])
    truths = np.array(
        [[name in (i.example.sub_labels or ()) for name in taxonomy.sub_label_ids] for i in items]
    )
    there = truths.any(0)
    macro = average_precision_score(truths[:, there], scores[:, there], average="macro")
    return figures | {"sub_labels_map": round(float(macro), 4)}


def experiment_fingerprint(
    config: TrainingConfig,
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    lesson: Lesson | None = None,
    shape: Shape = AS_BASE,
) -> str:
    """SHA-256 (hex) of all that the weights of one training depend on."""
    digest = hashlib.sha256()
    settings = asdict(config)
    del settings["self_training"]  # what comes after this training
    if lesson is None:
        del settings["distillation"]
    else:
        settings |= {"teacher": lesson.teacher, "shape": asdict(shape)}
        examples = [item.example for item in lesson.items]
    digest.update(json.dumps(settings, sort_keys=True).encode())
    digest.update((encoder_checksum(config.encoder) or config.encoder).encode())
    digest.update(taxonomy.version.encode())
    for example in examples:
        digest.update(example.article.content_hash.encode())
        digest.update(repr((sorted(example.labels.items()), example.evidence)).encode())
        digest.update(repr(sorted(example.sub_labels or ())).encode())
        if example.soft:
            digest.update(example.soft.severities.tobytes())
    return digest.hexdigest()
