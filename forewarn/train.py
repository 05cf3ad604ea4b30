"""`forewarn train`: an artifact from annotated articles."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.artifact import MODELS
from forewarn.options import add_corpus

if TYPE_CHECKING:
    from training.config import TrainingConfig
    from training.corpus import Example


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_corpus(parser)
    parser.add_argument("--config", type=Path, help="configuration (default: training/config.toml)")
    parser.add_argument(
        "--workspace",
        type=Path,
        default=Path("training-work"),
        help="folder for checkpoints; a training that was killed goes on from there "
        "(default: training-work)",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="ARTIFACT",
        help="train nothing: export the weights of this artifact anew, and calibrate them",
    )
    parser.add_argument(
        "--teacher",
        type=Path,
        metavar="ARTIFACT",
        help="train only the last step: a faster network that learns from this artifact",
    )
    parser.add_argument(
        "--extra",
        type=Path,
        metavar="FILE",
        help="learn beside the train split what `forewarn export` wrote, but for its held-out part",
    )
    parser.add_argument(
        "--texts",
        type=Path,
        metavar="FILE",
        help="JSON lines of {id, title, text} with the articles of --extra, if it has no texts",
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="artifact folder to write, replaced when the new one is whole (default: the released)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, calibrate, export."""
    from training.config import DEFAULT, read_config
    from training.release import NAME, distil_artifact, make_artifact, make_artifact_again

    config = read_config(arguments.config or DEFAULT)
    corpus, workspace, out = arguments.corpus, arguments.workspace, arguments.out or MODELS / NAME
    extra = _extra(arguments, config) if arguments.extra else []
    if arguments.weights:
        made = make_artifact_again(config, arguments.weights, corpus, out)
    elif arguments.teacher:
        made = distil_artifact(config, arguments.teacher, corpus, workspace / "student", out, extra)
    else:
        made = make_artifact(config, corpus, workspace, out, extra)
    print(f"Artifact: {made}")
    return 0


def _extra(arguments: argparse.Namespace, config: "TrainingConfig") -> "list[Example]":
    from training.extra import learnable
    from training.newsroom import read_newsroom

    articles, told = read_newsroom(arguments.extra, arguments.texts)
    examples, long = learnable(articles, config)
    print(f"{told} Learned from: {len(examples):,}; held out or too long ({long:,}): the others.")
    return examples
