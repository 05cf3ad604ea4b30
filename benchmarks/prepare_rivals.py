"""The files that rivals read: the released encoder as others would have it, and TF-IDF."""

import logging
import warnings
from pathlib import Path

import joblib
import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from benchmarks.rivals import GRAPH, LABELS, LINEAR, NETWORK, TOKENS
from classifier.artifact import read_manifest, released_artifact
from classifier.torch_runtime import read_network
from labels import read_taxonomy
from training.build import locate_encoder
from training.config import read_config
from training.corpus import read_split


def prepare(folder: Path, corpus: Path) -> None:
    """Write them all."""
    _network(folder)
    _linear(folder, corpus)


def _network(folder: Path) -> None:
    released, taxonomy = released_artifact(), read_taxonomy()
    slots = read_manifest(released).windowing.slots
    encoder = read_network(released, taxonomy, slots, 0).encoder.transformer
    # Theirs is the encoder as published: with GELU, and with a pooler that ours has not. What the
    # weights are does not change how long it takes.
    configuration = BertConfig.from_pretrained(
        released / "network.json",
        hidden_act="gelu",
        num_labels=LABELS,
        problem_type="multi_label_classification",
    )
    network = BertForSequenceClassification(configuration)
    network.bert.load_state_dict(encoder.state_dict(), strict=False)
    network.train(False).save_pretrained(folder / NETWORK)
    tokenizer = AutoTokenizer.from_pretrained(locate_encoder(read_config().encoder))
    tokenizer.model_max_length = TOKENS
    tokenizer.save_pretrained(folder / NETWORK)
    ids = torch.ones((2, 8), dtype=torch.int64)
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", max=512)
    logging.disable(logging.WARNING)  # of what the exporter did for other networks
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            kwargs={"input_ids": ids, "attention_mask": ids},
            f=folder / GRAPH,
            input_names=["input_ids", "attention_mask"],
            dynamic_shapes={
                "input_ids": {0: batch, 1: tokens},
                "attention_mask": {0: batch, 1: tokens},
            },
            verbose=False,
        )
    logging.disable(logging.NOTSET)


def _linear(folder: Path, corpus: Path) -> None:
    """As `training.baselines` has it, for three labels."""
    train = read_split(corpus, "train")
    labels = read_taxonomy().label_ids
    vectoriser = TfidfVectorizer(
        ngram_range=(1, 2), min_df=3, max_features=200_000, sublinear_tf=True
    )
    model = make_pipeline(
        vectoriser, OneVsRestClassifier(LogisticRegression(C=20.0, max_iter=1000))
    )
    texts = [f"{example.article.title}\n{example.article.body}" for example in train]
    truth = np.array([[example.labels[label] >= 2 for label in labels] for example in train])
    joblib.dump(model.fit(texts, truth.astype(int)), folder / LINEAR)
