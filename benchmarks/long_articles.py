"""What is found of a short grave article behind a long harmless one, by the length of sections.

`python -m benchmarks.long_articles` makes long articles of those of the dev split: short ones of
severity 2 and up behind harmless ones, harmless ones alone, and such as only mention what the
labels mean and are not flagged by themselves. It writes `benchmarks/results/long_articles.json`:
how many of each are flagged where long articles are read in sections of so many windows.
"""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from classifier import Article, SensitivityClassifier
from classifier.artifact import FILES, read_manifest, released_artifact, write_manifest
from forewarn.options import add_corpus
from training.corpus import Example, read_split

RESULTS = Path(__file__).with_name("results") / "long_articles.json"
LENGTHS = (8, 6, 5, 4, 3, 2)  # windows of a section, at the most
SHORT = 350  # words of what is grave, at the most
BEFORE = 2_200  # words in front of it, at least
ALONE = 2_500  # words of a long article that should not be flagged, at least
GRAVE, UNFLAGGED = 25, 60  # articles: of each label at the most, of each kind


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_corpus(parser)
    result = measure(read_split(parser.parse_args().corpus, "dev"))
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def measure(examples: Sequence[Example]) -> dict[str, Any]:
    """All lengths on the same long articles."""
    released = SensitivityClassifier.load(released_artifact())
    labels = released.taxonomy.label_ids
    alone = released.assess([example.article for example in examples])
    unflagged = [
        example for example, said in zip(examples, alone, strict=True) if said.verdict == "clear"
    ]
    harmless = [one for one in unflagged if max(one.labels[label] for label in labels) == 0]
    mentions = [one for one in unflagged if max(one.labels[label] for label in labels) <= 1]
    dice = random.Random(1)
    grave = {
        label: [
            _joined([*_drawn(harmless, BEFORE, dice), one])
            for one in examples
            if one.labels[label] >= 2 and _words(one) < SHORT
        ][:GRAVE]
        for label in labels
    }
    others = {
        name: [_joined(_drawn(pool, ALONE, dice)) for _ in range(UNFLAGGED)]
        for name, pool in {"harmless": harmless, "mentions": mentions}.items()
    }
    return {
        "artifact": released.versions.artifact,
        "articles": {label: len(long) for label, long in grave.items()}
        | {name: len(long) for name, long in others.items()},
        "windows_of_a_section": {length: _flagged(length, grave, others) for length in LENGTHS},
    }


def _flagged(
    length: int, grave: dict[str, list[Article]], others: dict[str, list[Article]]
) -> dict[str, Any]:
    """How many are flagged: of the grave ones for their label, of the others for each label."""
    with TemporaryDirectory() as folder:
        classifier = SensitivityClassifier.load(_with_sections(length, Path(folder)))

    def count(articles: Sequence[Article], labels: Sequence[str]) -> dict[str, int]:
        found = classifier.assess(articles)
        return {label: sum(said.labels[label].flagged for said in found) for label in labels}

    return {"grave": {label: count(long, [label])[label] for label, long in grave.items()}} | {
        name: count(long, list(grave)) for name, long in others.items()
    }


def _with_sections(length: int, folder: Path) -> Path:
    """The released artifact, whose long articles are read in sections of `length` windows."""
    released = released_artifact()
    for name in FILES:
        (folder / name).symlink_to(released / name)
    windowing = replace(read_manifest(released).windowing, long_section_windows=length)
    write_manifest(folder, "sections", windowing, {})
    return folder


def _drawn(pool: Sequence[Example], words: int, dice: random.Random) -> list[Example]:
    found: list[Example] = []
    while sum(map(_words, found)) < words:
        found.append(dice.choice(pool))
    return found


def _joined(examples: Sequence[Example]) -> Article:
    return Article("\n\n".join(example.article.body for example in examples))


def _words(example: Example) -> int:
    return len(example.article.body.split())


if __name__ == "__main__":
    main()
