"""`forewarn calibrate`: an artifact's probabilities, fitted to a newsroom's own decisions."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.artifact import released_artifact
from forewarn.options import add_decisions

if TYPE_CHECKING:
    from training.newsroom_artifact import NewsroomCalibration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_decisions(parser, required=True)
    parser.add_argument("--artifact", type=Path, help="artifact folder (default: the released one)")
    parser.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help="folder for the new artifact"
    )


def run(arguments: argparse.Namespace) -> int:
    """Fit, write the new artifact, and show the figures before and after."""
    from training.newsroom import read_newsroom
    from training.newsroom_artifact import make_newsroom_artifact

    artifact = arguments.artifact or released_artifact()
    articles, told = read_newsroom(arguments.decisions, arguments.texts)
    print(told)
    found = make_newsroom_artifact(artifact, articles, arguments.to)
    _show(found)
    print(f"Artifact: {arguments.to}\nCompare it with the one in force: forewarn gate")
    return 0


def _show(found: "NewsroomCalibration") -> None:
    from training.card import markdown_table
    from training.reliability import reliability_rows

    rows = [["Label", "Judged", "Log loss", "ECE", "F1", ""]]
    for label, result in found.labels.items():
        cells = ["–"] * 3
        if result.before and result.after:
            names = ("log_loss", "ece", "f1")
            pairs = [(getattr(result.before, n), getattr(result.after, n)) for n in names]
            cells = [f"{old:.3f} → {new:.3f}" for old, new in pairs]
        kept = f"keeps its calibration: {result.kept}" if result.kept else "fitted"
        rows.append([label, str(len(result.judged.severities)), *cells, kept])
    print(f"Severity 2 and up, each article by a fit without its story:\n{markdown_table(rows)}")
    for label, curves in found.curves().items():
        print(f"\n{label}\n{markdown_table(reliability_rows(*curves))}")
