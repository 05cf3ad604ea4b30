"""Runs with invented results: what a screening leaves, without any classifier."""

import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labels import read_taxonomy
from serving.archive.output import Folder
from serving.archive.run import Entry, Plan, Totals
from serving.archive.shards import Place
from serving.archive.sources import Source
from serving.archive.table import ERRORS, result_schema

TAXONOMY = read_taxonomy()
LABELS = TAXONOMY.label_ids
SCHEMA = result_schema(LABELS)
VERSIONS = {
    "artifact": "forewarn-en-1+0194b8bd",
    "taxonomy": TAXONOMY.version,
    "policy": "default-1.0+5be0c2a1",
    "code": "0.1.0",
}
SECTIONS = (
    "Home news",
    "World",
    "Courts",
    "Politics",
    "Sport",
    "Business",
    "Arts",
    "Health",
    "Education",
    "Science",
    "Travel",
    "Obituaries",
    "Letters",
    "Weather",
    "Farming",
)
_GRAVE = {"Courts": 4.0, "World": 2.5, "Home news": 2.0, "Obituaries": 1.5, "Health": 1.2}
_NOTES = {
    "minors": ("child_harm", "This article is about harm to children."),
    "violence": ("violence", "This article describes violence."),
    "trauma": (
        "distress",
        "This article describes suffering that some readers may find upsetting.",
    ),
}
_CHECKS = (
    (
        "minor_identification",
        "Can readers tell who the minor is? Look at names, school and street.",
    ),
    ("method_detail", "Does the text say how it was done? Leave the method out."),
)


def write_run(
    url: Path | str,
    rows: Sequence[dict[str, Any]],
    *,
    errors: Sequence[dict[str, Any]] = (),
    shard: int = 500,
    versions: dict[str, str] = VERSIONS,
) -> Folder:
    """A finished run in a folder: its rows in shards, all errors with the first."""
    folder = Folder(str(url))
    plan = Plan(versions, {"duplicates": "near"}, [Source("a0.jsonl", 9, "jsonl")])
    folder.write("run.json", plan.to_json())
    totals = Totals()
    for number, at in enumerate(range(0, max(1, len(rows)), shard)):
        part = [row | {"run": plan.run} for row in rows[at : at + shard]]
        _write_part(folder, f"results/{number:06d}", pa.Table.from_pylist(part, SCHEMA))
        if errors and number == 0:
            found = pa.Table.from_pylist(list(errors), ERRORS)
            _write_part(folder, f"errors/{number:06d}", found)
        counts = Totals(items=len(part), rows=len(part))
        totals += counts
        last = at + shard >= len(rows)
        entry = Entry(number, counts, totals, {}, Place(1, 0) if last else Place(0, at + shard))
        folder.write(f"shards/{number:06d}.json", entry.to_json())
    return folder


def _write_part(folder: Folder, name: str, table: pa.Table) -> None:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    folder.write(f"{name}.parquet", buffer.getvalue())


def invented_rows(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows of a newspaper's archive: some grave, some not checked, some copies."""
    dice = random.Random(seed)
    return [_row(number, dice) for number in range(count)]


def row(number: int, severities: Sequence[int] = (0, 0, 0), **other: Any) -> dict[str, Any]:
    """An article that was checked, with these severities."""
    found: dict[str, Any] = {
        "id": f"article-{number}",
        "url": f"https://news.example/{number}",
        "source": "a0.jsonl",
        "position": f"line {number + 1}",
        "content_hash": f"{number:064x}",
        "verdict": "flagged" if max(severities) > 1 else "clear",
        "language": "en",
        "treatment": "report",
        "identification": "none_found",
        **{
            name: [] for name in ("sub_labels", "details", "passages", "notes", "checks", "actions")
        },
        **VERSIONS,
    }
    for label, severity in zip(LABELS, severities, strict=True):
        found[f"{label}_severity"] = severity
        found[f"{label}_flagged"] = severity > 1
        found[f"{label}_probabilities"] = [0.9 if severity > n else 0.02 for n in range(3)]
    return found | other


def not_checked(number: int, reason: str = "language", **other: Any) -> dict[str, Any]:
    """An article that was not checked."""
    kept = ("id", "url", "source", "position", "content_hash", *VERSIONS)
    blank = {name: value for name, value in row(number).items() if name in kept}
    return blank | {"verdict": "not_checked", "reason": reason, "language": None} | other


def _row(number: int, dice: random.Random) -> dict[str, Any]:
    year = min(2024, 1996 + int(dice.triangular(0, 29, 24)))
    section = dice.choices(SECTIONS, range(24, 9, -1))[0]
    about = {
        "date": None
        if dice.random() < 0.02
        else f"{year}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
        "section": None if dice.random() < 0.03 else section,
        "copy": dice.choices([None, "exact", "near"], [92, 5, 3])[0],
    }
    if dice.random() < 0.05:
        reason = dice.choices(["language", "empty", "unreadable", "too_long"], [8, 3, 1, 1])[0]
        return not_checked(number, reason, **about)
    weight = _GRAVE.get(section, 0.6) * (1 + (year - 1996) / 60)
    shares = (24, 1.5 * weight, 1.1 * weight, 0.35 * weight)
    severities = [dice.choices(range(4), shares)[0] for _ in LABELS]
    found = row(number, severities, **about)
    for label, severity in zip(LABELS, severities, strict=True):
        found[f"{label}_probabilities"] = _probabilities(severity, dice)
    return found | _proposals(severities, dice)


def _probabilities(severity: int, dice: random.Random) -> list[float]:
    steps = [
        dice.uniform(0.5, 1) if severity > n else dice.betavariate(0.5, 9) / 2 for n in range(3)
    ]
    return sorted((round(step, 4) for step in steps), reverse=True)


def _proposals(severities: Sequence[int], dice: random.Random) -> dict[str, Any]:
    grave = {
        label: severity for label, severity in zip(LABELS, severities, strict=True) if severity > 1
    }
    subs = [sub for sub in TAXONOMY.sub_labels if sub.parent in grave and dice.random() < 0.3]
    notes = [_NOTES[label] for label in reversed(grave)][:1]
    checks = [one for one in _CHECKS if grave and dice.random() < 0.2]
    likely = ("likely", "possible", "none_found")
    return {
        "sub_labels": [{"id": sub.id, "probability": dice.uniform(0.5, 1)} for sub in subs],
        "details": [{"id": "graphic_detail", "probability": 0.8}] if 3 in severities else [],
        "treatment": dice.choice(TAXONOMY.treatment_ids),
        "identification": dice.choices(likely, [5, 15, 80])[0]
        if "minors" in grave
        else "none_found",
        "notes": [{"id": id_, "text": text, "rules": ["a_rule"]} for id_, text in notes],
        "checks": [{"id": id_, "text": text, "rules": ["a_rule"]} for id_, text in checks],
        "actions": ["ads_off"] if 3 in severities else [],
    }
