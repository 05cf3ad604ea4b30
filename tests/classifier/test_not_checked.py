"""An article that cannot be read is `not_checked` with a reason, and never `clear`."""

from dataclasses import replace

import pytest

from classifier import Article, SensitivityClassifier
from tests.classifier.texts import ARTICLES, FOREIGN


@pytest.mark.parametrize(
    ("article", "code"),
    [
        (Article(""), "empty"),
        (Article(" \r\n\t", title="\u00ad\x00\ufeff"), "empty"),
        (FOREIGN, "language"),
        (replace(ARTICLES[0], language="fi"), "language"),
        (replace(ARTICLES[0], language="zh-Hant-TW"), "language"),
        (Article("14:30 5-2 \u2014 \u2026 !!"), "unreadable"),
        (Article("\U0001f692 \U0001f525 \U0001f468"), "unreadable"),
        (Article("x" * 50_000), "unreadable"),
        (Article("\ud800 \udc00"), "unreadable"),
    ],
)
def test_what_cannot_be_checked_says_why_and_nothing_else(
    classifier: SensitivityClassifier, article: Article, code: str
) -> None:
    [assessment] = classifier.assess([article])
    assert assessment.verdict == "not_checked"
    assert assessment.reason is not None
    assert assessment.reason.code == code
    assert assessment.reason.message.endswith(".")
    assert [assessment.labels, assessment.sub_labels, assessment.details] == [{}, {}, {}]
    assert assessment.treatment is None
    assert (assessment.id, assessment.content_hash) == (article.id, article.content_hash)


def test_the_language_is_the_one_given_or_found(classifier: SensitivityClassifier) -> None:
    given_finnish = replace(ARTICLES[0], language="fi")
    british = replace(ARTICLES[0], language="en-GB")
    assessments = classifier.assess([FOREIGN, given_finnish, british, ARTICLES[0], Article("")])
    assert [found.language for found in assessments] == ["fi", "fi", "en", "en", None]
    assert assessments[2] == assessments[3]


def test_a_strange_language_tag_is_not_repeated_in_the_reason(
    classifier: SensitivityClassifier,
) -> None:
    [assessment] = classifier.assess([replace(ARTICLES[0], language="The girl of nine was found")])
    assert assessment.reason is not None
    assert "girl" not in assessment.reason.message
