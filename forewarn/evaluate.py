"""`forewarn evaluate`: figures on the test split, through the classifier that serves."""

import argparse
from pathlib import Path

from classifier.artifact import released_artifact
from forewarn.options import add_corpus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_corpus(parser)
    parser.add_argument("--artifact", type=Path, help="artifact folder (default: the released one)")
    other = parser.add_mutually_exclusive_group()
    other.add_argument(
        "--identification",
        action="store_true",
        help="instead, measure the check of a minor's identification, alone and beside the "
        "artifact, on dev and test",
    )
    other.add_argument(
        "--leave-out",
        action="store_true",
        help="instead, train briefly without some newspapers and measure on those, each once; "
        "takes as long as a training",
    )
    parser.add_argument(
        "--workspace",
        type=Path,
        default=Path("training-work/leave-out"),
        help="folder for the trainings of --leave-out, which go on after a kill",
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, write the figures into the artifact's folder, and print the table."""
    from training.card import left_out_table, results_table
    from training.config import read_config
    from training.evaluate import evaluate
    from training.identification import (
        document_identification,
        identification_table,
        measure_identification,
    )
    from training.leave_out import FIGURES, leave_sources_out

    folder = arguments.artifact or released_artifact()
    if arguments.identification:
        measured = measure_identification(folder, arguments.corpus)
        if not arguments.artifact:
            document_identification(measured)
        print(identification_table(measured))
    elif arguments.leave_out:
        out = folder / FIGURES
        print(
            left_out_table(
                leave_sources_out(read_config(), arguments.corpus, arguments.workspace, out)
            )
        )
    else:
        print(results_table(evaluate(folder, arguments.corpus)))
    return 0
