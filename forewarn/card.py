"""`forewarn card`: documents from the measured figures."""

import argparse
from pathlib import Path

from classifier.artifact import released_artifact


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--artifact", type=Path, help="artifact folder (default: the released one)")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a document is out of date"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the model card and the tables of README.md."""
    from training.card import write_documents

    stale = write_documents(arguments.artifact or released_artifact(), arguments.check)
    for path in stale:
        print(f"{'out of date' if arguments.check else 'written'}: {path}")
    return int(bool(stale) and arguments.check)
