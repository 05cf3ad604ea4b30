"""From decisions to what editors say of each article."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from classifier import Article
from labels import read_taxonomy
from serving.decided import decide_articles
from serving.store.decisions import Decision

TAXONOMY = read_taxonomy()
BEGIN = datetime(2026, 11, 26, tzinfo=UTC)
HASHES = ["a" * 64, "b" * 64]
_numbers = count(1)


def decision(**changes: Any) -> Decision:
    number = next(_numbers)
    values: dict[str, Any] = {
        "action": "edit",
        "subject": "label",
        "subject_id": "violence",
        "article_id": "story-1",
        "content_hash": HASHES[0],
        "editor": "u-1",
        "idempotency_key": str(number),
        "artifact_version": "a+1",
        "taxonomy_version": "1.0",
        "code_version": "0.1.0",
        "severity_before": 2,
        "severity_after": 1,
        "undoes": None,
    }
    return Decision(
        id=number, at=BEGIN + timedelta(seconds=number), key_id="local", **values | changes
    )


def severities(*decisions: Decision) -> list[dict[str, int]]:
    articles = decide_articles(decisions, TAXONOMY).articles
    return [{label: j.severity for label, j in one.labels.items()} for one in articles]


def test_what_was_undone_says_nothing() -> None:
    first, second = decision(severity_after=3), decision()
    back = decision(undoes=second.id)
    assert severities(first, second, back) == [{"violence": 3}]
    found = decide_articles([first, second, back], TAXONOMY)
    assert (found.read, found.undone) == (2, 1)


def test_a_judgement_has_the_probability_with_which_its_article_was_drawn() -> None:
    asked = [decision(), decision(content_hash=HASHES[1])]
    drawn, other = decide_articles(asked, TAXONOMY, drawings={HASHES[0]: 0.05}).articles
    assert drawn.labels["violence"].sampling_probability == 0.05
    assert other.labels["violence"].sampling_probability == 1.0


def test_what_each_action_says_of_a_label() -> None:
    assert severities(decision()) == [{"violence": 1}]
    assert severities(decision(action="accept", severity_after=None)) == [{"violence": 2}]
    assert severities(decision(action="reject", severity_after=None)) == [{"violence": 0}]
    assert severities(decision(action="add", severity_before=None)) == [{"violence": 1}]
    unclear = [
        decision(severity_after=None),
        decision(action="add", severity_before=None, severity_after=None),
        decision(subject_id="no-such-label"),
        decision(content_hash="not-one"),
    ]
    found = decide_articles(unclear, TAXONOMY)
    assert (found.articles, found.unclear) == ([], 4)


def test_the_last_decision_holds_and_editors_who_disagree_are_told() -> None:
    found = decide_articles(
        [
            decision(editor="u-1", severity_after=3),
            decision(editor="u-2", severity_after=1),
            decision(editor="u-1", severity_after=2),
            decision(subject_id="trauma", severity_after=1),
            decision(content_hash=HASHES[1], severity_after=0),
            decision(subject="note", subject_id="child-harmed", severity_before=None,
                     severity_after=None),
        ],
        TAXONOMY,
    )  # fmt: skip
    assert [one.content_hash for one in found.articles] == HASHES
    assert found.articles[0].labels["violence"].severity == 2
    assert found.articles[0].labels["trauma"].severity == 1
    [conflict] = found.conflicts
    assert (conflict.label, conflict.severities) == ("violence", (1, 2))
    assert (found.read, found.others) == (6, 1)


def test_an_editor_who_changes_their_mind_is_no_conflict() -> None:
    found = decide_articles([decision(severity_after=3), decision(severity_after=1)], TAXONOMY)
    assert found.conflicts == []


def test_deleted_articles_are_left_out() -> None:
    decisions = [decision(), decision(content_hash=HASHES[1])]
    found = decide_articles(decisions, TAXONOMY, deleted={HASHES[0]})
    assert [one.content_hash for one in found.articles] == [HASHES[1]]
    assert found.deleted == 1


def test_a_retained_text_is_the_article_only_if_its_hash_says_so() -> None:
    article = Article("He had struck a seller.", title="At the fair")
    whole, part = f"{article.title}\n{article.body}", "He had struck"
    for text, expected in ((whole, article.body), (part, None)):
        given = decision(content_hash=article.content_hash, text=text)
        [found] = decide_articles([given], TAXONOMY).articles
        assert found.text == expected


@given(
    st.lists(
        st.builds(
            decision,
            subject_id=st.sampled_from(["violence", "trauma"]),
            content_hash=st.sampled_from(HASHES),
            editor=st.sampled_from(["u-1", "u-2"]),
            severity_after=st.integers(0, 3),
        ),
        max_size=12,
    )
)
def test_the_last_one_always_wins(decisions: list[Decision]) -> None:
    expected = {
        (one.content_hash, one.subject_id): one.severity_after
        for one in sorted(decisions, key=lambda one: one.id)
    }
    found = decide_articles(sorted(decisions, key=lambda one: one.id), TAXONOMY)
    assert {
        (one.content_hash, label): judged.severity
        for one in found.articles
        for label, judged in one.labels.items()
    } == expected
