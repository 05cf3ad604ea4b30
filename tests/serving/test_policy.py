"""What a policy proposes: which rules fire, with which passages, reasons and words."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import Article, Assessment
from classifier.identification import Cue, Identification
from labels import Policy, parse_policy, read_policy, read_taxonomy
from serving.conditions import MOST_MATCHES, Case, Passage, ShortText, find, grade
from serving.policy import Action, Check, Note, Proposals, apply_policy
from tests.policies import SMALL, assessed, unchecked

TAXONOMY = read_taxonomy()
ARTICLE = Article("violence! A man was hurt.", "A fight", section="Local")
small = parse_policy(SMALL)
default = read_policy()


def propose(
    assessment: Assessment,
    article: Article = ARTICLE,
    policy: Policy = small,
    country: str | None = None,
    locale: str | None = None,
) -> Proposals:
    return apply_policy(policy, TAXONOMY, Case(article, assessment, country=country), locale)


def with_rule(when: str) -> Policy:
    """A policy whose one rule has this condition."""
    start, end = SMALL.index("[[rules]]"), SMALL.index("[[help_lines]]")
    rule = f'[[rules]]\nid = "hurt"\nwhen = {{ {when} }}\ncheck = "kin"\n\n'
    lines = (SMALL[:start] + rule + SMALL[end:]).splitlines(keepends=True)
    gone = ("killed = ", "suicide_told = ", "help = ")
    return parse_policy("".join(line for line in lines if not line.startswith(gone)))


def fires(when: str, case: Case) -> tuple[Passage, ...] | None:
    policy = with_rule(when)
    found = find(policy.rules[0].when, case, policy, TAXONOMY)
    checks = apply_policy(policy, TAXONOMY, case).checks
    assert [check.passages for check in checks if check.id == "kin"] == (
        [] if found is None else [found]
    )
    return found


def test_a_note_and_checks_carry_rules_reasons_and_passages() -> None:
    passage = Passage("body", 0, 9, "violence!")
    found = propose(assessed({"violence": 3}, ("killing",)))
    (note,) = found.notes
    assert note.text == "This describes a killing."
    assert note.topics == ("killing",)
    assert note.rules == ("killed",)
    assert note.reason == "Somebody was killed."
    assert note.passages == (passage,)
    (check,) = found.checks
    assert (check.id, check.text) == ("kin", "Do the next of kin know?")
    assert check.rules == ("killed", "hurt")
    assert check.reason == "Somebody was killed. Somebody was hurt."
    assert check.passages == (passage,)
    assert [action.id for action in found.actions] == ["ads_off", "no_push"]
    assert {action.rules for action in found.actions} == {("killed",)}
    assert {action.reason for action in found.actions} == {"Somebody was killed."}


def test_nothing_is_proposed_where_nothing_is_found() -> None:
    assert propose(assessed()) == Proposals()
    assert propose(assessed({"violence": 1})) == Proposals()


def test_an_article_that_was_not_checked_gets_one_check_that_says_so() -> None:
    """Not even rules that look at words alone fire: nothing else would be said of the rest."""
    policy = with_rule('words = ["hurt"]')
    found = propose(unchecked(), policy=policy)
    assert [check.id for check in found.checks] == ["not_checked"]
    (check,) = found.checks
    assert check.text == "Read it yourself."
    assert check.reason == "It could not be checked."
    assert check.passages == ()
    assert (found.notes, found.actions, found.help_lines) == ((), (), ())


def test_a_short_text_that_was_not_checked_is_told_where_a_rule_looks_at_it() -> None:
    texts = {"push": ShortText("Ein Text", unchecked())}
    case = Case(ARTICLE, assessed(), texts)
    looking = apply_policy(with_rule('short_text = "push"'), TAXONOMY, case)
    assert [check.id for check in looking.checks] == ["short_text_not_checked"]
    assert apply_policy(small, TAXONOMY, case) == Proposals()
    other = with_rule('short_text = "social"')
    assert apply_policy(other, TAXONOMY, case) == Proposals()


def test_a_label_counts_from_its_threshold_or_from_the_rules_severity() -> None:
    for severity in range(4):
        case = Case(ARTICLE, assessed({"violence": severity}))
        assert (fires('label = "violence"', case) is not None) == (severity >= 2)
        for least in (1, 2, 3):
            found = fires(f'label = "violence", severity = {least}', case)
            assert (found is not None) == (severity >= least)


def test_the_policys_probabilities_count_in_the_place_of_the_artifacts() -> None:
    keen = parse_policy(
        SMALL.replace(
            "[thresholds.violence]\nseverity = 2",
            "[thresholds.violence]\nseverity = 2\nat_least_2 = 0.3",
        )
    )
    assessment = assessed({"violence": 1}, probabilities={"violence": (0.9, 0.35, 0.1)})
    assert grade(small, assessment)["violence"] == 1
    assert grade(keen, assessment)["violence"] == 2
    assert propose(assessment).checks == ()
    assert propose(assessment, policy=keen).checks != ()


def test_sub_labels_and_details_must_all_be_there() -> None:
    both = 'sub_labels = ["killing", "death_grief"], details = ["graphic_detail"]'
    severities = {"violence": 2, "trauma": 2, "minors": 2}
    everything = ("killing", "death_grief", "graphic_detail")
    for missing in everything:
        present = tuple(id_ for id_ in everything if id_ != missing)
        assert fires(both, Case(ARTICLE, assessed(severities, present))) is None
    found = fires(both, Case(ARTICLE, assessed(severities, everything)))
    assert found is not None
    assert {passage.quote for passage in found} == {"violence!", "trauma!"}


def test_a_detail_alone_shows_the_passages_of_all_labels() -> None:
    case = Case(ARTICLE, assessed({"violence": 2, "trauma": 2}, ("graphic_detail",)))
    found = fires('details = ["graphic_detail"]', case)
    assert found is not None
    assert {passage.quote for passage in found} == {"violence!", "trauma!"}
    found = fires('label = "trauma", details = ["graphic_detail"]', case)
    assert found == (Passage("body", 0, 7, "trauma!"),)


def test_treatment_and_section_are_one_of_those_named() -> None:
    case = Case(ARTICLE, assessed(treatment="court"))
    assert fires('treatments = ["report", "court"]', case) == ()
    assert fires('treatments = ["report"]', case) is None
    assert fires('sections = ["Sport", "LOCAL"]', case) == ()
    assert fires('sections = ["Sport"]', case) is None
    assert fires('sections = ["Sport"]', Case(Article("Text."), assessed())) is None


@pytest.mark.parametrize(
    ("wanted", "risk", "expected"),
    [
        ("possible", "none_found", False),
        ("possible", "possible", True),
        ("possible", "likely", True),
        ("likely", "possible", False),
        ("likely", "likely", True),
    ],
)
def test_the_risk_of_identification_is_at_least_that(
    wanted: str, risk: str, expected: bool
) -> None:
    cue = Cue("age_near_name", "body", 0, 9, "violence!")
    identification = Identification(risk, (cue,), ("A cue.",))  # type: ignore[arg-type]
    found = fires(
        f'identification = "{wanted}"', Case(ARTICLE, assessed(), identification=identification)
    )
    assert found == ((Passage("body", 0, 9, "violence!"),) if expected else None)
    assert fires(f'identification = "{wanted}"', Case(ARTICLE, assessed())) is None


def test_a_short_text_is_judged_alone() -> None:
    texts = {"push": ShortText("violence! Now.", assessed({"violence": 2}))}
    case = Case(ARTICLE, assessed({"trauma": 3}), texts)
    assert fires('short_text = "push"', case) == (Passage("push", 0, 9, "violence!"),)
    assert fires('short_text = "push", label = "violence"', case) is not None
    assert fires('short_text = "push", label = "violence", severity = 3', case) is None
    assert fires('short_text = "push", label = "trauma"', case) is None
    assert fires('short_text = "headline"', case) is None
    assert fires('short_text = "push", sub_labels = ["killing"]', case) is None


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("He took his own life", ["took his own life"]),
        ("HE TOOK  HIS\u00a0OWN LIFE", ["TOOK  HIS\u00a0OWN LIFE"]),
        ("Suicide is no crime; suicide", ["Suicide", "suicide"]),
        ("It’s what she'd have wanted", []),
        ("A suicidefree town", []),
        ("Don’t say it", ["Don’t"]),
        ("", []),
    ],
)
def test_words_are_found_whole_in_any_case_with_their_places(title: str, found: list[str]) -> None:
    words = '["suicide", "took his own life", "don\'t"]'
    case = Case(Article("Nothing here.", title), assessed())
    got = fires(f"headline_words = {words}", case)
    assert [passage.quote for passage in got or ()] == found
    for passage in got or ():
        assert passage.field == "title"
        assert title[passage.start : passage.end] == passage.quote
    assert fires(f"words = {words}", case) == got


def test_headline_words_are_sought_in_title_and_headline_only() -> None:
    texts = {"headline": ShortText("Hanged", assessed()), "push": ShortText("Hanged", assessed())}
    found = fires('headline_words = ["hanged"]', Case(Article("Hanged.", ""), assessed(), texts))
    assert found == (Passage("headline", 0, 6, "Hanged"),)


def test_words_that_recur_are_shown_a_few_times_only() -> None:
    found = fires('words = ["and"]', Case(Article("and " * 100), assessed()))
    assert found is not None
    assert len(found) == MOST_MATCHES


@pytest.mark.parametrize(
    ("text", "country", "missing"),
    [
        ("No number.", "GB", True),
        ("Call 116 123.", "GB", False),
        ("Call 116123 or (116) 123.", "gb", False),
        ("See https://www.samaritans.org/help", "GB", False),
        ("The Samaritans did well.", "GB", True),
        ("Lot 9116 123 was sold, then 116 1234.", "GB", True),
        ("Call 116 123.", "DE", True),
        ("0800-1110 111", "DE", False),
        ("0800/111 0 111", "DE", False),
        ("Call 116 123.", None, False),
        ("0800/111 0 111", None, False),
        ("0800/111 0 111", "FR", False),
        ("No number.", None, True),
        ("No number.", "FR", True),
    ],
)
def test_a_help_line_is_missing_where_none_for_the_readers_is_mentioned(
    text: str, country: str | None, missing: bool
) -> None:
    assessment = assessed({"trauma": 2}, ("suicide_self_harm",))
    found = propose(assessment, Article(text), country=country)
    assert ("help" in [check.id for check in found.checks]) == missing


def test_help_lines_are_those_of_the_country_and_of_the_topics_found() -> None:
    assessment = assessed({"trauma": 2}, ("suicide_self_harm",))

    def names(country: str | None) -> list[str]:
        found = propose(assessment, Article("No number."), country=country)
        return [line.name for line in found.help_lines]

    assert names("GB") == ["Samaritans"]
    assert names("de") == ["TelefonSeelsorge"]
    assert names(None) == ["Samaritans", "TelefonSeelsorge"]
    assert names("FR") == []
    assert propose(assessed({"violence": 3}, ("killing",))).help_lines == ()


def test_the_default_policy_speaks_german_and_falls_back_to_english() -> None:
    assessment = assessed({"trauma": 3}, ("suicide_self_harm", "method_detail"))

    def said(locale: str | None) -> list[str]:
        found = propose(assessment, policy=default, locale=locale)
        proposals: list[Note | Check] = [*found.notes, *found.checks]
        return [text for made in proposals for text in (made.text, made.reason)]

    assert said("de-AT")[0] == "Dieser Artikel handelt von Suizid oder Selbstverletzung."
    assert said("fi") == said("en") == said(None)
    assert not set(said("de")) & set(said("en"))


severities = st.fixed_dictionaries({label: st.integers(0, 3) for label in TAXONOMY.label_ids})
presences = st.sets(st.sampled_from([*TAXONOMY.sub_label_ids, *TAXONOMY.detail_ids])).map(tuple)


@given(severities, presences, st.sampled_from(TAXONOMY.treatment_ids))
def test_whatever_is_assessed_every_proposal_can_be_explained(
    levels: dict[str, int], present: tuple[str, ...], treatment: str
) -> None:
    found = propose(assessed(levels, present, treatment), policy=default)
    rules = {rule.id for rule in default.rules}
    assert len(found.notes) <= 1
    everything: list[Note | Check | Action] = [*found.notes, *found.checks, *found.actions]
    for made in everything:
        assert made.rules
        assert rules.issuperset(made.rules)
        assert made.reason.endswith(".")
    for note in found.notes:
        assert len(note.text.split()) <= 20
        assert 1 <= len(note.topics) <= default.most_topics
    ids = list(ids_of(found))
    assert len(ids) == len(set(ids))


def ids_of(found: Proposals) -> Iterator[str]:
    yield from (check.id for check in found.checks)
    yield from (action.id for action in found.actions)
