"""Invented articles in the format of the corpus, enough of them to train a toy on."""

import gzip
import json
from pathlib import Path
from typing import Any

from labels import text_hash

_GRAVE = "A boy of {n} was killed at the school in the city, police said."
_CALM = "The council said the garden in the city was old, and profit at the bank was up {n}."
_AFTER = [
    "His mother was at the hospital.",
    "The team had a match on the day after.",
    "It was late.",
]


def invented_row(number: int) -> dict[str, Any]:
    """Every other article is grave, and its first sentence says so."""
    grave = number % 2 == 0
    first = (_GRAVE if grave else _CALM).format(n=number)
    text = " ".join([first, *(_AFTER * (1 + number % 3))])
    spans = [{"field": "text", "start": 0, "end": len(first)}] if grave else []
    return {
        "id": f"invented-{number}",
        "source": "herald" if number % 3 else "gazette",
        "outlet": None,
        "url": None,
        "date": None,
        "section": None,
        "title": None if number % 5 == 0 else f"Report {number} from the city",
        "text": text,
        "cut": False,
        "stratum": "random" if number % 3 else "hard",
        "sha256": text_hash(text),
        "labels": dict.fromkeys(("minors", "violence", "trauma"), 3 if grave else 0),
        "sub_labels": ["minor_victim", "killing", "death_grief"] if grave else [],
        "details": [],
        "treatment": "report" if grave else "business",
        "evidence": dict.fromkeys(("minors", "violence", "trauma"), spans),
    }


def invented_corpus(folder: Path, sizes: tuple[int, int, int, int] = (24, 16, 16, 12)) -> Path:
    """A corpus folder with three splits and some articles without annotations."""
    folder.mkdir(parents=True, exist_ok=True)
    start = 0
    for split, size in zip(("train", "dev", "test", "unlabelled"), sizes, strict=True):
        rows = [invented_row(number) for number in range(start, start + size)]
        if split == "unlabelled":
            rows = [{key: row[key] for key in ("id", "title", "text")} for row in rows]
        with gzip.open(folder / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        start += size
    return folder
