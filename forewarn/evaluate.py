"""`forewarn evaluate`: figures on the test split, through the classifier that serves."""

import argparse
from pathlib import Path

from classifier.artifact import released_artifact
from forewarn.options import add_corpus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_corpus(parser)
    parser.add_argument("--artifact", type=Path, help="artifact folder (default: the released one)")


def run(arguments: argparse.Namespace) -> int:
    """Measure, write `metrics.json` into the artifact, and print the table."""
    from training.card import results_table
    from training.evaluate import evaluate

    folder = arguments.artifact or released_artifact()
    print(results_table(evaluate(folder, arguments.corpus)))
    return 0
