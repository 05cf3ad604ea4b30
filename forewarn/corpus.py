"""`forewarn corpus`: annotations joined with texts that a newsroom holds; the frozen test set."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from forewarn.options import add_corpus
from labels import join, read_annotations, read_jsonl, write_jsonl


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    verbs = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    joining = verbs.add_parser(
        "join", help="join annotations with texts; report what is missing or altered"
    )
    joining.add_argument("annotations", type=Path, help="labels/annotations/SPLIT.jsonl.gz")
    joining.add_argument("texts", type=Path, help="JSON lines of {id, title, text}, plain or .gz")
    joining.add_argument("--out", type=Path, help="where to write the joined articles (.jsonl.gz)")
    freezing = verbs.add_parser(
        "freeze", help="write what the test split is recognised by, so that it is never trained on"
    )
    add_corpus(freezing)


def run(arguments: argparse.Namespace) -> int:
    """0 if every annotation found its text unaltered, 1 if not."""
    return _freeze(arguments) if arguments.action == "freeze" else _join(arguments)


def _freeze(arguments: argparse.Namespace) -> int:
    from training.corpus import read_split
    from training.frozen_test import FOLDER, write_frozen_test

    articles = [example.article for example in read_split(arguments.corpus, "test")]
    write_frozen_test(articles)
    print(f"{len(articles):,} articles: {FOLDER}")
    return 0


def _join(arguments: argparse.Namespace) -> int:
    report = join(read_annotations(arguments.annotations), read_texts(arguments.texts))
    print(report.summary())
    for kind in ("missing", "altered"):
        for name in getattr(report, kind):
            print(f"{kind}: {name}")
    if arguments.out:
        write_jsonl(arguments.out, report.joined)
    return int(bool(report.missing or report.altered))


def read_texts(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON lines file; errors name the line and quote nothing of it."""
    for reader, value in read_jsonl(path):
        if not isinstance(value, dict):
            raise reader.refuse(
                "this is no article", "an object {id, title, text}", type(value).__name__
            )
        yield value
