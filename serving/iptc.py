"""IPTC content warnings, as the `subjects` of a ninjs document name them."""

from typing import Any

from classifier import Assessment
from labels import Taxonomy

# https://cv.iptc.org/newscodes/contentwarning/
SCHEME = "http://cv.iptc.org/newscodes/contentwarning/"


def content_warnings(assessment: Assessment, taxonomy: Taxonomy) -> list[dict[str, Any]]:
    """Subjects for each code that the article's labels and present sub-labels have.

    Only labels of severity 1 and up give codes, and sub-labels only below them. Relevance is the
    label's severity in thirds of 100, confidence the calibrated probability of that severity; a
    sub-label's own code has its own probability. Of several the most relevant stands.
    """
    found: dict[str, tuple[int, int]] = {}
    for label in taxonomy.labels:
        said = assessment.labels.get(label.id)
        if said is None or said.severity == 0:
            continue
        relevance = round(100 * said.severity / 3)
        given = [(label.iptc, said.probabilities[said.severity - 1])]
        for sub_label in taxonomy.sub_labels:
            presence = assessment.sub_labels[sub_label.id]
            if sub_label.parent == label.id and presence.present:
                given.append((sub_label.iptc, presence.probability))
        for code, probability in given:
            if code is not None:
                subject = (relevance, round(100 * probability))
                found[code] = max(subject, found.get(code, subject))
    return [_subject(code, *found[code]) for code in sorted(found, key=lambda c: (-found[c][0], c))]


def _subject(code: str, relevance: int, confidence: int) -> dict[str, Any]:
    name = code.removeprefix("cwarn:")
    return {
        "name": name.capitalize(),
        "uri": SCHEME + name,
        "relevance": relevance,
        "confidence": confidence,
    }
