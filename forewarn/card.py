"""`forewarn card`: documents from the measured figures."""

import argparse
import json
from pathlib import Path

from classifier import SensitivityClassifier
from classifier.artifact import released_artifact
from forewarn.classify import read_submission

EXAMPLE = Path(__file__).resolve().parent.parent / "docs" / "example.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--artifact", type=Path, help="artifact folder (default: the released one)")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a document is out of date"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the model card and the tables of README.md."""
    stale = write(arguments.artifact or released_artifact(), arguments.check)
    for path in stale:
        print(f"{'out of date' if arguments.check else 'written'}: {path}")
    return int(bool(stale) and arguments.check)


def write(folder: Path, check: bool = False) -> list[Path]:
    """Bring the documents of an artifact up to date; tell which were not."""
    from training.card import write_documents

    return write_documents(folder, example_answer(SensitivityClassifier.load(folder)), check)


def example_answer(classifier: SensitivityClassifier) -> str:
    """What is answered to docs/example.json, as Markdown, without what was not found."""
    submission = read_submission(str(EXAMPLE))
    answer = submission.answer(classifier.assess([submission.article])[0], "codepoint")
    found = {name: value for name, value in answer["sub_labels"].items() if value["present"]}
    violence = answer["labels"]["violence"]
    shown = {
        "verdict": answer["verdict"],
        "reason": answer["reason"],
        "labels": {"violence": violence | {"evidence": violence["evidence"][:1]}},
        "sub_labels": found,
        "treatment": answer["treatment"],
        "language": answer["language"],
        "versions": answer["versions"],
    }
    return "```json\n" + json.dumps(shown, indent=2, ensure_ascii=False) + "\n```"
