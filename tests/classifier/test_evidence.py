"""Evidence: the right passages, best first, where they stand in what was sent."""

from random import Random

import pytest
import torch
from hypothesis import given, settings

from classifier import Article, Assessment, Evidence, SensitivityClassifier
from classifier.batch import locate_passages, pad_windows
from tests.classifier.conftest import MET, MISSED, Graded
from tests.classifier.texts import ARTICLES, HOSTILE, articles, is_visible
from tests.tiny import TINY_WINDOWING, WORDS, tiny_encoder, tiny_network

MILD, GRAVE = (MET, MISSED, MISSED), (MET, MET, MET)
# How far eight bits may move a score of this network, untrained as it is, on a processor without
# VNNI, where sums of two large products are cut off; with VNNI it is a tenth of that.
INT8 = 0.05


def everything_found(assessment: Assessment) -> list[Evidence]:
    return [found for label in assessment.labels.values() for found in label.evidence]


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("title", ["", "\ufeffA boy\u00ad\x00 \ud800 at \U0001f3eb\r\n school "])
def test_evidence_points_at_its_quote_in_what_was_sent(
    classifier: SensitivityClassifier, title: str, body: str
) -> None:
    article = Article(body, title=title)
    [assessment] = classifier.assess([article])
    found = everything_found(assessment)
    assert {evidence.field for evidence in found} >= {"body"}
    for evidence in found:
        source = article.title if evidence.field == "title" else article.body
        assert evidence.quote == source[evidence.start : evidence.end]
        assert is_visible(evidence.quote[0])
        assert is_visible(evidence.quote[-1])


@given(article=articles())
@settings(max_examples=60)
def test_it_does_so_for_whatever_comes_in(
    classifier: SensitivityClassifier, article: Article
) -> None:
    [assessment] = classifier.assess([article])
    for evidence in everything_found(assessment):
        source = article.title if evidence.field == "title" else article.body
        assert evidence.quote == source[evidence.start : evidence.end]


def network_scores(article: Article) -> dict[tuple[int, str, int], float]:
    """Score of each label and passage (field, start), in float32, from the exported network."""
    encoder, network = tiny_encoder(), tiny_network()
    encoded = encoder.encode(article)
    scores: dict[tuple[int, str, int], float] = {}
    for section in encoded.sections:
        ids, slots = pad_windows(section, encoder.pad_id, len(section), TINY_WINDOWING.tokens)
        located = locate_passages([section], TINY_WINDOWING.slots)
        with torch.inference_mode():
            logits = network(*map(torch.from_numpy, (ids, slots, located.places))).passages[0]
        for number, row in zip(located.passages[0], logits.sigmoid().tolist(), strict=True):
            passage = encoded.passages[number]
            start, _ = encoded.rendering.source_span(passage)
            for label, score in enumerate(row):
                key = (label, passage.field, start)
                scores[key] = max(score, scores.get(key, 0.0))
    return scores


@pytest.mark.parametrize("article", ARTICLES, ids=["moor", "station", "bank"])
def test_the_passages_shown_are_those_that_the_network_scored_best(
    classifier: SensitivityClassifier, article: Article
) -> None:
    scores = network_scores(article)
    [assessment] = classifier.assess([article])
    for label, found in enumerate(assessment.labels.values()):
        for evidence in found.evidence:
            expected = scores[label, evidence.field, evidence.start]
            assert evidence.score == pytest.approx(expected, abs=INT8)
        best = max(score for key, score in scores.items() if key[0] == label)
        assert found.evidence[0].score == pytest.approx(best, abs=INT8)


def test_evidence_comes_best_first_and_none_far_behind(classifier: SensitivityClassifier) -> None:
    dice = Random(6)
    short = [" ".join(f"{' '.join(dice.sample(WORDS, n))}." for n in (1, 3, 5)) for _ in range(60)]
    assessments = classifier.assess([Article(body.title()) for body in short])
    found = [label.evidence for answer in assessments for label in answer.labels.values()]
    for evidence in found:
        scores = [passage.score for passage in evidence]
        assert scores == sorted(scores, reverse=True)
        assert scores[-1] >= scores[0] / 2 - 1e-4
        assert 0 < scores[0] <= 1
        assert len({(passage.field, passage.start) for passage in evidence}) == len(evidence)
    assert {len(evidence) for evidence in found} >= {2, 3}


def test_the_evidence_of_a_milder_severity_is_the_best_of_the_evidence(graded: Graded) -> None:
    mild, grave = (graded(thresholds).assess(ARTICLES) for thresholds in (MILD, GRAVE))
    for less, more in zip(mild, grave, strict=True):
        for label, found in less.labels.items():
            assert found.evidence == more.labels[label].evidence[:2]
