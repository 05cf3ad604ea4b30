"""Figures and what-if: counted by hand."""

from datetime import date

import pytest

from labels import read_policy, read_taxonomy
from serving.desk.figures import Share, agree, draw_alerts, drift, missed, total, wilson
from serving.desk.plain_policy import tell_rules
from serving.desk.what_if import moved, try_threshold
from serving.store.queue_figures import Count, Outcome
from serving.store.store import Store
from tests.serving.desk.conftest import Browser
from tests.serving.desk.test_queue import decisions, new_item, store  # noqa: F401

LABEL = "violence"


def outcome(severity: int, decided: int, articles: int, drawing: float | None = None) -> Outcome:
    return Outcome(LABEL, severity, decided, drawing, drawing is None, articles)


def test_an_interval_is_wilsons() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I.
    share = wilson(81, 263)
    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == Share(None, 0.0, 1.0, 0)


def test_agreement_is_counted() -> None:
    outcomes = [
        outcome(3, 3, 6),
        outcome(2, 3, 2),
        outcome(2, 0, 2),
        outcome(0, 0, 9, 0.1),
        outcome(0, 2, 1, 0.1),
    ]
    [found] = agree(outcomes, [LABEL, "minors"])
    assert found.same.value == pytest.approx(15 / 20)
    assert found.precision.value == pytest.approx(8 / 10)
    assert found.missed.value == pytest.approx(0.1)
    assert found.recall.value == pytest.approx(8 / (8 + 10))
    assert found.recall.low < 8 / 18 < found.recall.high


def test_each_clear_article_counts_for_those_that_it_stands_for() -> None:
    share = missed([outcome(0, 2, 1, 0.5), outcome(0, 0, 1, 0.01)])
    assert share.value == pytest.approx(2 / 102)
    assert share.of == 1  # one of the two says nearly everything


def test_drift_is_told_beside_the_test_set() -> None:
    counts = total([[Count(LABEL, 60, 6, 9.0)], [Count(LABEL, 40, 4, 1.0)]])
    [found] = drift(counts, {})
    assert (found.alerts, found.score, found.articles, found.test) == (0.1, 0.1, 100, None)


def test_a_week_of_few_articles_has_no_bar() -> None:
    weeks = {
        date(2026, 11, 16): [Count(LABEL, 19, 19, 1.0)],
        date(2026, 11, 23): [Count(LABEL, 100, 50, 1.0)],
    }
    [chart] = draw_alerts(weeks, {LABEL: "Violence"})
    assert [len(bar.segments) for bar in chart.bars] == [0, 1]
    assert chart.top == 50


def test_figures_are_shown(store: Store, local: Browser) -> None:  # noqa: F811
    assert "Nothing has been counted yet" in local.get("/desk/figures")
    week = date.today()
    store.queue.tally({(week, "sport", LABEL): (200, 20, 30.0)})
    [number] = store.queue.put([new_item("a", severity=3)])
    local.get(f"/desk/queue/{number}")
    local.post(f"/desk/queue/{number}/decide", version=local.version, how="accept")
    page = local.get("/desk/figures")
    assert ">sport<" in page
    assert '<rect class="s2"' in page
    assert "100\u00a0%" in page
    assert decisions(store)


def test_a_moved_threshold_changes_what_lies_between(
    store: Store,  # noqa: F811
    local: Browser,
) -> None:
    probabilities = {"low": 0.3, "middle": 0.6, "high": 0.9}
    numbers = store.queue.put(
        new_item(name, severity=2 if p > 0.5 else 1, probability=p)
        for name, p in probabilities.items()
    )
    for number in numbers:
        local.get(f"/desk/queue/{number}")
        local.post(f"/desk/queue/{number}/decide", version=local.version, how="accept")
    policy = read_policy()
    items, old = store.queue.latest(10), policy.thresholds[LABEL]
    stricter = try_threshold(items, LABEL, old, moved(policy, LABEL, 0.7))
    assert [one.item.name for one in stricter.fewer] == ["middle"]
    assert (stricter.more, stricter.before, stricter.after) == ([], 2, 1)
    keener = try_threshold(items, LABEL, old, moved(policy, LABEL, 0.2))
    assert [one.item.name for one in keener.more] == ["low"]
    page = local.get("/desk/policy?label=violence&least=0.7")
    assert "0 more, 1 fewer" in page
    assert ">middle</a>" in page


@pytest.mark.parametrize("query", ["?label=x&least=0.5", "?label=violence&least=2", "?least=nan"])
def test_what_makes_no_sense_is_not_tried(query: str, local: Browser) -> None:
    assert "articles decided last" not in local.get(f"/desk/policy{query}")


def test_every_rule_is_told_in_words() -> None:
    policy = read_policy()
    told = tell_rules(policy, read_taxonomy())
    assert [one.id for one in told] == [rule.id for rule in policy.rules]
    assert all(one.when for one in told)
    assert "Minors is 3 or more and it has Minor as victim" in {one.when for one in told}
