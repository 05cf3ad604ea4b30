"""`forewarn decisions`: what is stored of what editors did."""

import argparse

from forewarn.options import actor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own verbs and their options."""
    verbs = parser.add_subparsers(dest="decisions_verb", required=True, metavar="VERB")
    forget = verbs.add_parser("forget", help="remove the decisions about deleted articles")
    forget.add_argument(
        "hash", nargs="+", help="content hash of a version of the article, as in answers"
    )


def run(arguments: argparse.Namespace) -> int:
    """Remove them from the database that the settings name; 1 where there were none."""
    from serving.settings import read_settings
    from serving.store.store import open_store

    store = open_store(read_settings().database)
    try:
        removed = store.decisions.forget(arguments.hash, actor())
    finally:
        store.close()
    for content_hash, count in removed.items():
        print(f"{content_hash}: {count} decisions removed")
    return int(not any(removed.values()))
