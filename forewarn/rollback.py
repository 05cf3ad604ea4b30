"""`forewarn rollback`: the artifact before in force again, while the server runs."""

import argparse

from forewarn.options import actor
from forewarn.promote import add_current, current_link, report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_current(parser)


def run(arguments: argparse.Namespace) -> int:
    """Move the link back; running servers follow within seconds."""
    from serving.promotion import roll_back
    from serving.settings import read_settings

    settings = read_settings()
    moved = roll_back(current_link(arguments.current, settings), actor())
    report("rollback", moved, settings, gated=False)
    return 0
