"""`forewarn promote`: another artifact in force, while the server runs."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from forewarn.options import actor

if TYPE_CHECKING:
    from serving.promotion import Moved
    from serving.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("candidate", type=Path, help="folder of the artifact")
    add_current(parser)
    parser.add_argument(
        "--without-gate",
        action="store_true",
        help="promote although no report of the gate says that it passed; the audit trail tells",
    )


def add_current(parser: argparse.ArgumentParser) -> None:
    """`--current`: the link that leads to the artifact in force."""
    parser.add_argument(
        "--current",
        type=Path,
        metavar="LINK",
        help="link to the artifact in force (default: FOREWARN_ARTIFACT, which the server follows)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Move the link; running servers follow within seconds."""
    from serving.promotion import promote
    from serving.settings import read_settings

    settings = read_settings()
    link = current_link(arguments.current, settings)
    moved = promote(link, arguments.candidate, actor(), gated=not arguments.without_gate)
    report("promote", moved, settings, gated=not arguments.without_gate)
    return 0


def current_link(given: Path | None, settings: "Settings") -> Path:
    """The link that is meant. Raises PromotionError where none is named."""
    from serving.promotion import PromotionError

    link = given or settings.artifact
    if link is None:
        raise PromotionError(
            "No link to the artifact in force is named. Expected --current, or FOREWARN_ARTIFACT "
            "as the server has it. Got neither. Name one, such as /srv/forewarn/artifacts/current."
        )
    return link.absolute()


def report(action: str, moved: "Moved", settings: "Settings", *, gated: bool) -> None:
    """Print what was done, and keep it in the audit trail if there is a database."""
    from serving.store.audit import Event
    from serving.store.database import default_file
    from serving.store.store import open_store

    print(f"in force: {moved.after} ({moved.folder})\nbefore:   {moved.before or 'nothing'}")
    if settings.database is None and not default_file().is_file():
        return
    store = open_store(settings.database)
    try:
        store.audit.record(
            Event(
                actor=actor(),
                action=f"artifact.{action}",
                subject_id=moved.after,
                old={"artifact": moved.before},
                new={"artifact": moved.after, "gate": gated},
            )
        )
    finally:
        store.close()
