"""Options that several verbs share."""

import argparse
import getpass
from pathlib import Path

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"


def add_corpus(parser: argparse.ArgumentParser) -> None:
    """`--corpus`: where the annotated articles are."""
    parser.add_argument(
        "--corpus",
        type=Path,
        default=CORPUS,
        help="folder with train, dev and test.jsonl.gz: annotations joined with texts "
        "(default: ../shared/corpus beside the project)",
    )


def actor() -> str:
    """Who gives the command, for the audit trail."""
    return f"command:{getpass.getuser()}"


def add_decisions(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """`--decisions` and `--texts`: what editors decided, and the articles that it is about."""
    parser.add_argument(
        "--decisions",
        type=Path,
        required=required,
        metavar="FILE",
        help="what `forewarn export` wrote",
    )
    parser.add_argument(
        "--texts",
        type=Path,
        metavar="FILE",
        help="JSON lines of {id, title, text} with the articles, if the export has no texts",
    )
