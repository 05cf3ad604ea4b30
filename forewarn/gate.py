"""`forewarn gate`: whether a candidate artifact may take the place of the one in force."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.artifact import GATE, released_artifact
from forewarn.options import add_corpus, add_decisions

if TYPE_CHECKING:
    from training.gate import Gate
    from training.newsroom import NewsroomArticle


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("candidate", type=Path, help="folder of the artifact that may follow")
    parser.add_argument(
        "--against", type=Path, metavar="ARTIFACT", help="the one in force (default: the released)"
    )
    add_corpus(parser)
    add_decisions(parser)
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help=f"the report (default: CANDIDATE/{GATE})"
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare, write the report, print the verdict; 1 where something got worse."""
    from training.gate import compare_artifacts
    from training.newsroom import read_newsroom

    articles: list[NewsroomArticle] = []
    if arguments.decisions:
        articles, told = read_newsroom(arguments.decisions, arguments.texts)
        print(told)
    against = arguments.against or released_artifact()
    gate = compare_artifacts(arguments.candidate, against, arguments.corpus, articles)
    report = arguments.to or arguments.candidate / GATE
    report.write_text(json.dumps(gate.as_dict(), indent=1) + "\n", "utf-8")
    print(_table(gate))
    print(f"{'passed' if gate.passed else 'refused'}: {gate.candidate} against {gate.against}")
    print(f"Report: {report}")
    return int(not gate.passed)


def _table(gate: "Gate") -> str:
    """What was compared on whole sets, and every regression."""
    from training.card import markdown_table
    from training.gate import ALL

    rows = [["On", "Section", "Label", "Figure", "Articles", "Before", "After", "Difference", ""]]
    for one in gate.comparisons:
        if one.section == ALL or one.regression:
            numbers = [
                f"{one.before:.3f}",
                f"{one.after:.3f}",
                f"{one.low:+.3f} to {one.high:+.3f}",
            ]
            verdict = "worse" if one.regression else "ok"
            about = [one.on, one.section, one.label, one.figure, str(one.articles)]
            rows.append([*about, *numbers, verdict])
    return markdown_table(rows)
