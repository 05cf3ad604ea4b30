"""What is different between an assessment and that of the article's last version."""

from collections.abc import Iterable, Mapping
from typing import Any


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The changes from one answer to the next, both as plain values.

    Of `before` only what is compared must be there. Passages are the same where their quotes are:
    offsets move with every word that is typed before them.
    """
    names = list(dict.fromkeys([*before["labels"], *after["labels"]]))
    severities = {name: (_severity(before, name), _severity(after, name)) for name in names}
    passages = {name: _difference(_quotes(before, name), _quotes(after, name)) for name in names}
    versions = before["versions"]
    return {
        "text": before["content_hash"] != after["content_hash"],
        "versions": [
            name for name, now in after["versions"].items() if versions.get(name, now) != now
        ],
        "verdict": before["verdict"] if before["verdict"] != after["verdict"] else None,
        "severities": {
            name: {"before": old, "after": new}
            for name, (old, new) in severities.items()
            if old != new
        },
        "present": _difference(_present(before), _present(after)),
        "passages": {name: found for name, found in passages.items() if any(found.values())},
    }


def _severity(answer: Mapping[str, Any], label: str) -> int | None:
    found = answer["labels"].get(label)
    return found["severity"] if found else None


def _quotes(answer: Mapping[str, Any], label: str) -> list[str]:
    found = answer["labels"].get(label)
    return [passage["quote"] for passage in found["evidence"]] if found else []


def _present(answer: Mapping[str, Any]) -> list[str]:
    both = {**answer["sub_labels"], **answer["details"]}
    return [name for name, found in both.items() if found["present"]]


def _difference(before: Iterable[str], after: Iterable[str]) -> dict[str, list[str]]:
    old, new = list(before), list(after)
    return {
        "added": [one for one in new if one not in old],
        "removed": [one for one in old if one not in new],
    }
