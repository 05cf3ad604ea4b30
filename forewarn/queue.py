"""`forewarn queue`: what waits for editors at the review desk."""

import argparse
import getpass


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own verbs and their options."""
    verbs = parser.add_subparsers(dest="queue_verb", required=True, metavar="VERB")
    add = verbs.add_parser(
        "import", help="queue what a run of `forewarn screen` flagged, and a sample of the rest"
    )
    add.add_argument("folder", help="folder of the run")
    add.add_argument(
        "--sample",
        type=int,
        default=200,
        metavar="NUMBER",
        help="clear articles that are drawn at random, for an audit (default: 200)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it in the database that the settings name, and say what came of it."""
    from serving.archive.output import Folder
    from serving.desk.importing import import_run
    from serving.settings import read_settings
    from serving.store.store import open_store

    settings = read_settings()
    store = open_store(settings.database, settings.retain_text)
    try:
        actor = f"command:{getpass.getuser()}"
        done = import_run(store, Folder(arguments.folder), actor, max(0, arguments.sample))
    finally:
        store.close()
    print(
        f"{done.flagged:,} flagged articles wait, and {done.sample:,} clear ones, drawn with "
        f"probability {done.drawing:.4g}."
    )
    if not done.counted:
        print("The run was imported before: nothing was counted twice.")
    return 0
