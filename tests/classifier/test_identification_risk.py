"""The check of identification beside the classifier's assessment."""

from dataclasses import replace

import pytest

from classifier import (
    Article,
    Assessment,
    LabelAssessment,
    Presence,
    SensitivityClassifier,
    Versions,
)
from classifier.identification import find_identification, identification_risk
from classifier.identification.risk import LABEL, SUB_LABEL
from labels import read_taxonomy

LIKELY = Article("Mara Quill, 9, was bullied.")
POSSIBLE = Article("The boy's mother, Dana Quill, wept.")
NOTHING = Article("It rained on the town.")


def assessment(severity: int, identifiable: bool) -> Assessment:
    label = LabelAssessment(severity, (0.5, 0.5, 0.5), severity >= 2, ())
    return Assessment(
        verdict="flagged" if severity >= 2 else "clear",
        reason=None,
        language="en",
        content_hash="",
        versions=Versions("artifact", "taxonomy", "code"),
        labels={LABEL: label},
        sub_labels={SUB_LABEL: Presence(0.5, identifiable)},
    )


@pytest.mark.parametrize(
    ("article", "severity", "identifiable", "risk"),
    [
        (LIKELY, 2, False, "likely"),
        (LIKELY, 3, False, "likely"),
        (LIKELY, 1, False, "none_found"),
        (LIKELY, 1, True, "likely"),
        (POSSIBLE, 2, False, "possible"),
        (POSSIBLE, 0, False, "none_found"),
        (POSSIBLE, 3, True, "likely"),
        (NOTHING, 3, False, "none_found"),
        (NOTHING, 3, True, "possible"),
    ],
)
def test_the_two_are_joined(article: Article, severity: int, identifiable: bool, risk: str) -> None:
    found = identification_risk(article, assessment(severity, identifiable))
    assert found.risk == risk
    assert found.reasons


def test_what_the_classifier_says_is_among_the_reasons() -> None:
    alone = find_identification(LIKELY)
    assert identification_risk(LIKELY, assessment(3, False)) == alone
    both = identification_risk(LIKELY, assessment(3, True))
    assert both.cues == alone.cues
    assert both.reasons[1:] == alone.reasons


@pytest.mark.parametrize("article", [LIKELY, POSSIBLE, NOTHING])
def test_cues_are_not_looked_for_without_a_minor_in_a_sensitive_matter(article: Article) -> None:
    found = identification_risk(article, assessment(0, False))
    assert (found.risk, found.cues) == ("none_found", ())
    assert "not looked for" in found.reasons[0]


@pytest.mark.parametrize("article", [LIKELY, POSSIBLE, NOTHING])
def test_what_was_not_assessed_rests_on_the_cues(article: Article) -> None:
    unread = replace(assessment(0, False), verdict="not_checked", labels={}, sub_labels={})
    alone, found = find_identification(article), identification_risk(article, unread)
    assert (found.risk, found.cues) == (alone.risk, alone.cues)
    assert found.reasons[:-1] == alone.reasons
    assert "did not assess" in found.reasons[-1]


def test_it_reads_what_a_classifier_answers(classifier: SensitivityClassifier) -> None:
    (answer,) = classifier.assess([LIKELY])
    assert answer.labels[LABEL].flagged
    assert identification_risk(LIKELY, answer).risk == "likely"


def test_label_and_sub_label_are_in_the_taxonomy() -> None:
    taxonomy = read_taxonomy()
    assert LABEL in taxonomy.label_ids
    assert SUB_LABEL in taxonomy.sub_label_ids
