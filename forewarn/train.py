"""`forewarn train`: an artifact from annotated articles."""

import argparse
from pathlib import Path

from classifier.artifact import MODELS
from forewarn.options import add_corpus


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
        "--out",
        type=Path,
        help="artifact folder to write, replaced when the new one is whole (default: the released)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, calibrate, export."""
    from training.config import DEFAULT, read_config
    from training.release import NAME, make_artifact, make_artifact_again

    config = read_config(arguments.config or DEFAULT)
    out = arguments.out or MODELS / NAME
    if arguments.weights:
        made = make_artifact_again(config, arguments.weights, arguments.corpus, out)
    else:
        made = make_artifact(config, arguments.corpus, arguments.workspace, out)
    print(f"Artifact: {made}")
    return 0
