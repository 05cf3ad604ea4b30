"""`forewarn card`: documents from the measured figures."""

import argparse
import json
from pathlib import Path

from classifier import SensitivityClassifier
from classifier.artifact import released_artifact
from labels import read_policy

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
    """What the API answers to docs/example.json, as Markdown, without what was not found."""
    from serving.api.answering import Options, answer
    from serving.api.requests import ClassifyRequest

    asked = ClassifyRequest.model_validate_json(EXAMPLE.read_text("utf-8"))
    found = classifier.assess([asked.submission.article])
    whole = answer(asked, found, classifier.taxonomy, read_policy(), Options())
    violence = whole["labels"]["violence"]
    sub_labels = {name: value for name, value in whole["sub_labels"].items() if value["present"]}
    notes = [{key: note[key] for key in ("text", "rules", "reason")} for note in whole["notes"]]
    shown = {
        "verdict": whole["verdict"],
        "reason": whole["reason"],
        "labels": {"violence": violence | {"evidence": violence["evidence"][:1]}},
        "sub_labels": sub_labels,
        "treatment": whole["treatment"],
        "notes": notes,
        "language": whole["language"],
        "versions": whole["versions"],
    }
    return "```json\n" + json.dumps(shown, indent=2, ensure_ascii=False) + "\n```"
