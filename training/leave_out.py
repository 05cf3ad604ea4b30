"""How well the recipe carries over to newspapers that it was not trained on.

The sources are dealt into folds of about the same size. For each fold a network is trained on the
other sources, briefly, and assessed on the articles of the sources left out: every source is left
out once. The figures are of such networks, not of the released artifact, which saw all sources.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_model

from labels import Taxonomy, read_taxonomy
from training.batches import encode_examples
from training.build import build_encoder, build_network
from training.calibrate import fit_platt, fit_thresholds
from training.config import TrainingConfig
from training.corpus import Example, read_split
from training.metrics import (
    average_precision,
    macro_average_precision,
    precision_recall_f1,
    read_truth,
)
from training.predict import predict
from training.train import train

Floats = NDArray[np.float64]
FIGURES = "leave_out.json"
FEWEST = 10  # positives and negatives that a source needs for its own figures


def leave_sources_out(
    config: TrainingConfig, corpus: Path, runs: Path, out: Path, folds: int = 4, epochs: int = 1
) -> dict[str, Any]:
    """Train once a fold in `runs` (folds that are done are not trained again); write to `out`.

    Thresholds come from dev articles of the sources that were trained on. The test split is not
    read.
    """
    config = replace(config, optimisation=replace(config.optimisation, epochs=epochs))
    taxonomy = read_taxonomy()
    examples, dev = read_split(corpus, "train"), read_split(corpus, "dev")
    results = [
        _one_fold(config, taxonomy, examples, dev, left_out, runs / f"fold-{number}")
        for number, left_out in enumerate(deal_sources(examples, folds))
    ]
    answer = {"epochs": epochs, "folds": results}
    out.write_text(json.dumps(answer, indent=1) + "\n", "utf-8")
    return answer


def deal_sources(examples: Sequence[Example], folds: int) -> list[frozenset[str]]:
    """Sources in `folds` groups: the largest goes to the smallest group, one after the other."""
    groups: list[tuple[int, set[str]]] = [(0, set()) for _ in range(folds)]
    counts = Counter(example.source for example in examples)
    for source, size in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        smallest = min(range(folds), key=lambda i: groups[i][0])
        total, members = groups[smallest]
        groups[smallest] = (total + size, members | {source})
    return [frozenset(members) for _, members in groups]


def _one_fold(
    config: TrainingConfig,
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    dev: Sequence[Example],
    left_out: frozenset[str],
    run: Path,
) -> dict[str, Any]:
    done = run / FIGURES
    if done.is_file():
        return dict(json.loads(done.read_text("utf-8")))
    seen = [example for example in examples if example.source not in left_out]
    known = [example for example in dev if example.source not in left_out]
    unseen = [example for example in examples if example.source in left_out]
    judge = _Judge(config, taxonomy, train(config, taxonomy, seen, [], run), known)
    said = judge.say(unseen)
    sources = {}
    for source in sorted(left_out):
        rows = [i for i, example in enumerate(unseen) if example.source == source]
        part = _Said(said.labels[rows], said.sub_labels[rows])
        sources[source] = judge.figures([unseen[i] for i in rows], part)
    figures = {
        "trained_on": len(seen),
        "known": judge.figures(known, judge.say(known)),
        "left_out": judge.figures(unseen, said),
        "sources": sources,
    }
    done.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return figures


@dataclass(frozen=True)
class _Said:
    labels: Floats  # (N, L), probability of severity 2 and up
    sub_labels: Floats  # (N, B), logits


class _Judge:
    """A trained network with calibration and thresholds fitted on `known` articles."""

    def __init__(
        self, config: TrainingConfig, taxonomy: Taxonomy, weights: Path, known: Sequence[Example]
    ) -> None:
        self._taxonomy = taxonomy
        self._encoder = build_encoder(config)
        self._network = build_network(config, taxonomy, self._encoder.pad_id)
        load_model(self._network, str(weights))
        truth = read_truth(known, taxonomy).flagged.astype(np.float32)
        logits = self._logits(known)
        self._platt = fit_platt(logits.labels, truth)
        self._thresholds = fit_thresholds(self._platt(logits.labels), truth)

    def say(self, examples: Sequence[Example]) -> _Said:
        logits = self._logits(examples)
        return _Said(self._platt(logits.labels), logits.sub_labels)

    def _logits(self, examples: Sequence[Example]) -> _Said:
        items = encode_examples(examples, self._encoder)
        outputs = predict(self._network, items, self._encoder)
        return _Said(
            np.stack([found.severities[:, 1] for found in outputs]).astype(np.float64),
            np.stack([found.sub_labels for found in outputs]).astype(np.float64),
        )

    def figures(self, examples: Sequence[Example], said: _Said) -> dict[str, Any]:
        """Of each label that has enough articles of both kinds."""
        truth = read_truth(examples, self._taxonomy)
        result: dict[str, Any] = {"articles": len(examples)}
        for column, label in enumerate(self._taxonomy.label_ids):
            real, scores = truth.flagged[:, column], said.labels[:, column]
            if min(real.sum(), (~real).sum()) < FEWEST:
                continue
            flagged = scores >= self._thresholds[column]
            result[label] = {
                "positives": int(real.sum()),
                "average_precision": round(average_precision(real, scores), 4),
                "f1": round(precision_recall_f1(real, flagged)[2], 4),
            }
        if truth.sub_labels.any(0).all():
            macro = macro_average_precision(truth.sub_labels, said.sub_labels)
            result["sub_labels_macro_average_precision"] = round(macro, 4)
        return result
