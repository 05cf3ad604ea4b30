"""An assessment as the desk keeps and shows it: offsets and figures, without a word of the text."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from serving.api.answering import Judged
from serving.conditions import Passage

UNSURE = (0.3, 0.7)  # probabilities of severity 2 or more that speak neither for nor against it
_SHOWN = ("title", "body")  # where passages are marked
Record = dict[str, Any]


def record_of(judged: Judged, policy_version: str) -> Record:
    """What is kept of an article: plain values, ready for JSON.

    `marks` are passages of title and body in reading order, in code points of what readers see of
    them: each with the scores of the labels that it carries, and the kinds of the cues in it.
    """
    found, proposals = judged.article, judged.proposals
    marks = _Marks()
    for label, one in found.labels.items():
        for passage in one.evidence:
            marks.at(passage)["labels"][label] = round(passage.score, 4)
    for cue in judged.identification.cues if judged.identification else ():
        marks.at(cue)["cues"].append(cue.kind)
    for check in proposals.checks:
        marks.add(check.passages)
    ordered = marks.in_order()
    return {
        "verdict": found.verdict,
        "reason": found.reason.message if found.reason else None,
        "labels": {
            id_: {"severity": one.severity, "probabilities": one.probabilities}
            for id_, one in found.labels.items()
        },
        "sub_labels": _present(found.sub_labels),
        "details": _present(found.details),
        "treatment": found.treatment.label if found.treatment else None,
        "language": found.language,
        "versions": asdict(found.versions) | {"policy": policy_version},
        "marks": ordered,
        "note": _note(judged),
        "checks": [
            {
                "id": one.id,
                "text": one.text,
                "reason": one.reason,
                "rule": one.rules[0],
                "marks": _numbers(ordered, one.passages),
                "elsewhere": _elsewhere(one.passages),
            }
            for one in proposals.checks
        ],
        "actions": [{"id": one.id, "reason": one.reason} for one in proposals.actions],
        "help_lines": [
            {"name": one.name, "contact": one.contact, "country": one.country}
            for one in proposals.help_lines
        ],
        "identification": judged.identification.risk if judged.identification else None,
        "texts": {
            name: {label: one.severity for label, one in text.labels.items()}
            for name, text in judged.texts.items()
        },
    }


def text_of(judged: Judged) -> dict[str, Any]:
    """The article as it was sent, for a newsroom that retains texts."""
    asked = judged.asked
    return {
        "title": asked.submission.title,
        "blocks": [
            {"id": block.id, block.format: block.source} for block in asked.submission.body.blocks
        ],
        "short": {name: text.body for name, text in asked.short_texts.items()},
        "language": asked.language,
    }


def is_unsure(record: Mapping[str, Any]) -> bool:
    """Whether a label's probability of severity 2 or more lies within UNSURE."""
    low, high = UNSURE
    return any(low <= label["probabilities"][1] <= high for label in record["labels"].values())


def mark_number(marks: Iterable[Mapping[str, Any]], field: str, start: int, end: int) -> int | None:
    """The place of a passage among the marks, from 1; None where it is not marked."""
    for number, mark in enumerate(marks, 1):
        if (mark["field"], mark["start"], mark["end"]) == (field, start, end):
            return number
    return None


class _Marks:
    """Passages of title and body, each once."""

    def __init__(self) -> None:
        self._marks: dict[tuple[str, int, int], dict[str, Any]] = {}

    def at(self, passage: Any) -> dict[str, Any]:
        place = (passage.field, passage.start, passage.end)
        new: dict[str, Any] = {"labels": {}, "cues": []}
        return self._marks.setdefault(place, new)

    def add(self, passages: Iterable[Passage]) -> None:
        for passage in passages:
            if passage.field in _SHOWN:
                self.at(passage)

    def in_order(self) -> list[dict[str, Any]]:
        places = sorted(self._marks, key=lambda place: (_SHOWN.index(place[0]), *place[1:]))
        names = ("field", "start", "end")
        return [dict(zip(names, place, strict=True)) | self._marks[place] for place in places]


def _present(found: Mapping[str, Any]) -> dict[str, float]:
    return {id_: round(one.probability, 4) for id_, one in found.items() if one.present}


def _note(judged: Judged) -> dict[str, str] | None:
    for note in judged.proposals.notes:
        return {"text": note.text, "reason": note.reason, "rule": note.rules[0]}
    return None


def _numbers(marks: list[dict[str, Any]], passages: Iterable[Passage]) -> list[int]:
    found = (mark_number(marks, one.field, one.start, one.end) for one in passages)
    return sorted({number for number in found if number})


def _elsewhere(passages: Iterable[Passage]) -> list[str]:
    return sorted({one.field for one in passages} - set(_SHOWN))
