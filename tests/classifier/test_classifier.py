"""The one way to ask: what the answers promise, for lifelike and for hostile articles."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings

from classifier import Article, Assessment, SensitivityClassifier, __version__
from tests.classifier.conftest import MET, MISSED, Graded, Thresholds
from tests.classifier.texts import ARTICLES, FOREIGN, HOSTILE, articles
from tests.tiny import WORDS, tiny_encoder

MIXED = [
    *ARTICLES,
    *(Article(body, title="A\u00ad boy\x00 at \U0001f3eb school") for body in HOSTILE.values()),
    FOREIGN,
    Article(""),
    Article("The police came to the school. " * 60, title="A long day in the city"),
]
# So long that each needs a window to itself, with a title or without.
FULL = [f"The {' '.join(Random(seed).sample(WORDS, 26))}." for seed in range(8)]


def section_ids(article: Article) -> list[list[list[int]]]:
    """The ids of each window of each section."""
    sections = tiny_encoder().encode(article).sections
    return [[window.ids.tolist() for window in section] for section in sections]


@pytest.fixture(scope="module")
def one_by_one(classifier: SensitivityClassifier) -> list[Assessment]:
    return [assessment for article in MIXED for assessment in classifier.assess([article])]


def test_asked_together_is_as_asked_alone(
    classifier: SensitivityClassifier, one_by_one: list[Assessment]
) -> None:
    assert len({str(assessment.labels) for assessment in one_by_one}) > len(ARTICLES)
    assert classifier.assess(MIXED) == one_by_one
    assert classifier.assess(MIXED[::-1]) == one_by_one[::-1]


def test_asked_from_four_threads_is_as_asked_alone(
    classifier: SensitivityClassifier, one_by_one: list[Assessment]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(classifier.assess, [MIXED] * 4))
    assert answers == [one_by_one] * 4


def test_threads_within_do_not_change_an_answer(
    artifact: Path, classifier: SensitivityClassifier, one_by_one: list[Assessment]
) -> None:
    assert SensitivityClassifier.load(artifact, threads=3).assess(MIXED) == one_by_one


def test_no_articles_no_answers(classifier: SensitivityClassifier) -> None:
    assert classifier.assess([]) == []


@given(article=articles())
@settings(max_examples=60)
def test_whatever_comes_in_is_answered(classifier: SensitivityClassifier, article: Article) -> None:
    [assessment] = classifier.assess([article])
    assert (assessment.verdict == "not_checked") == (assessment.reason is not None)
    assert json.loads(json.dumps(assessment.as_dict()))["verdict"] == assessment.verdict


def test_every_label_of_the_taxonomy_is_answered_in_its_order(
    classifier: SensitivityClassifier,
) -> None:
    taxonomy = classifier.taxonomy
    for assessment in classifier.assess(ARTICLES):
        assert tuple(assessment.labels) == taxonomy.label_ids
        assert tuple(assessment.sub_labels) == taxonomy.sub_label_ids
        assert tuple(assessment.details) == taxonomy.detail_ids
        assert assessment.treatment is not None
        assert assessment.treatment.label in taxonomy.treatment_ids
        assert assessment.versions == classifier.versions
        assert assessment.versions.code == __version__


def test_probabilities_never_rise_and_presence_follows_its_threshold(
    classifier: SensitivityClassifier, one_by_one: list[Assessment]
) -> None:
    for assessment in one_by_one:
        for label in assessment.labels.values():
            one, two, three = label.probabilities
            assert 1 >= one >= two >= three >= 0
        for presence in (assessment.sub_labels | assessment.details).values():
            assert presence.present == (presence.probability >= 0.5)


@pytest.mark.parametrize(
    ("thresholds", "severity"),
    [
        ((MISSED, MISSED, MISSED), 0),
        ((MISSED, MET, MET), 0),
        ((MET, MISSED, MISSED), 1),
        ((MET, MISSED, MET), 1),
        ((MET, MET, MISSED), 2),
        ((MET, MET, MET), 3),
    ],
)
def test_a_severity_needs_its_threshold_and_all_below_and_decides_what_is_shown(
    graded: Graded, thresholds: Thresholds, severity: int
) -> None:
    flagged = severity >= 2
    shown = set()
    for assessment in graded(thresholds).assess(MIXED[: len(ARTICLES) + len(HOSTILE)]):
        assert assessment.verdict == ("flagged" if flagged else "clear")
        for label in assessment.labels.values():
            assert label.severity == severity
            assert label.flagged == flagged
            shown.add(len(label.evidence))
    assert max(shown) == (0, 2, 5, 5)[severity]
    assert (min(shown) > 0) == (severity > 0)


def test_one_flagged_label_flags_the_article(graded: Graded) -> None:
    """Thresholds that some labels meet and some miss."""
    answers = [a for x in (0.2, 0.4, 0.6) for a in graded((0.0, x, x)).assess(ARTICLES)]
    flags = [[label.flagged for label in answer.labels.values()] for answer in answers]
    assert [True, False] in [sorted(set(flag), reverse=True) for flag in flags]
    for answer, flag in zip(answers, flags, strict=True):
        assert answer.verdict == ("flagged" if any(flag) else "clear")


@pytest.mark.parametrize("title", ["", "A report on the city"])
def test_a_long_article_is_as_grave_as_its_gravest_section(
    classifier: SensitivityClassifier, title: str
) -> None:
    """Four sections, each of which is an article of the same windows when it stands alone."""
    texts = [FULL, FULL[:2], FULL[2:4], FULL[4:6], FULL[6:]]
    long, *short = [Article(" ".join(text), title=title) for text in texts]
    assert section_ids(long) == [ids for article in short for ids in section_ids(article)]

    whole, *parts = classifier.assess([long, *short])
    assert len({str(part.labels) for part in parts}) == 4
    for name, label in whole.labels.items():
        found = [part.labels[name] for part in parts]
        gravest = [max(p.probabilities[step] for p in found) for step in range(3)]
        assert label.probabilities[0] == gravest[0]
        # Severity 2 may have its highest score in one section and severity 1 in another.
        assert all(p >= g for p, g in zip(label.probabilities, gravest, strict=True))
        assert label.evidence[0].score == max(part.evidence[0].score for part in found)
    for kind in ("sub_labels", "details"):
        for name, presence in getattr(whole, kind).items():
            shares = [getattr(part, kind)[name].probability for part in parts]
            assert presence.probability == max(shares)


def test_the_last_sentence_of_a_very_long_article_is_read(
    classifier: SensitivityClassifier,
) -> None:
    lull = "The council had a report on the old garden of the city. " * 400
    [plain, ended] = classifier.assess([Article(lull), Article(f"{lull}{FULL[0]}")])
    assert plain.labels != ended.labels


def test_an_answer_is_plain_values_in_reading_order(one_by_one: list[Assessment]) -> None:
    keys = "id verdict reason labels sub_labels details treatment language content_hash versions"
    for assessment in one_by_one:
        answer = assessment.as_dict()
        assert list(answer) == keys.split()
        again = json.loads(json.dumps(answer))
        assert list(again["labels"]) == list(assessment.labels)
        for name, label in assessment.labels.items():
            assert again["labels"][name]["probabilities"] == list(label.probabilities)
            assert len(again["labels"][name]["evidence"]) == len(label.evidence)
