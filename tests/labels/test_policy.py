"""The policies as shipped, and what a policy says: notes, locales, thresholds, digest."""

import re
from dataclasses import fields
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels import PolicyError, parse_policy, read_policy
from labels.house_policy import (
    ACTIONS,
    Example,
    Expectation,
    HelpLine,
    Policy,
    Rule,
    Threshold,
    Topic,
    When,
    Wording,
)
from labels.policy_reading import DEFAULT, SHIPPED
from labels.policy_validation import MOST_WORDS
from tests.policies import SMALL

FILES = sorted(SHIPPED.glob("*.toml"))
small = parse_policy(SMALL)


def subsets(policy: Policy) -> list[tuple[str, ...]]:
    """Every combination of topics that could meet in an article."""
    ids = [topic.id for topic in policy.topics]
    return [found for size in range(1, len(ids) + 1) for found in combinations(ids, size)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_note_of_a_shipped_policy_is_short_and_in_one_sentence(path: Path) -> None:
    policy = read_policy(path)
    for found, locale in product(subsets(policy), policy.wording):
        named = policy.named_topics(found)
        note = policy.note(named, locale)
        assert 1 <= len(named) <= policy.most_topics
        assert len(note.split()) <= MOST_WORDS
        assert re.fullmatch(r"[A-ZÄÖÜ][^.{}]+\.", note)


def test_the_shipped_policies() -> None:
    assert [path.stem for path in FILES] == ["broadcaster", "default", "sports-desk"]
    default = read_policy()
    assert default == read_policy(DEFAULT)
    assert set(default.wording) == {"en", "de"}
    assert {action for rule in default.rules for action in rule.actions} == set(ACTIONS)
    digests = {read_policy(path).digest for path in FILES}
    assert len(digests) == len(FILES)


def test_notes_do_not_speak_of_people_or_methods() -> None:
    """Who was hurt, by whom and how is for the article to tell."""
    forbidden = re.compile(
        r"\b(mother|father|son|daughter|wife|husband|partner|brother|sister|hang\w*|overdose|knife"
        r"|gun|shot|Mutter|Vater|Sohn|Tochter|Frau|Mann|Partner|Messer|Waffe)\b",
        re.IGNORECASE,
    )
    texts = [
        text
        for path in FILES
        for wording in read_policy(path).wording.values()
        for text in (wording.note, *wording.topics.values())
    ]
    assert [text for text in texts if forbidden.search(text)] == []


def test_a_note_names_the_gravest_topics_and_none_that_another_covers() -> None:
    assert small.named_topics({"suicide", "violence", "killing"}) == ("killing", "suicide")
    assert small.named_topics({"violence", "suicide"}) == ("violence", "suicide")
    assert small.named_topics(()) == ()
    assert small.note(("violence", "suicide"), None) == "This describes violence and suicide."
    assert small.note(("violence",), "en") == "This describes violence."
    three = parse_policy(SMALL.replace("most_topics = 2", "most_topics = 3"))
    note = three.note(("killing", "violence", "suicide"), None)
    assert note == "This describes a killing, violence and suicide."


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        (None, "en"),
        ("en", "en"),
        ("en-GB", "en"),
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de_AT", "de"),
        ("de-Latn-CH-1996", "de"),
        ("fi", "en"),
        ("", "en"),
        ("-", "en"),
    ],
)
def test_a_locale_falls_back_to_its_language_then_to_the_policys(
    locale: str | None, language: str
) -> None:
    policy = read_policy()
    assert policy.wording_for(locale) is policy.wording[language]


def test_a_region_of_its_own_comes_before_its_language() -> None:
    german = SMALL[SMALL.index("[wording.en]") : SMALL.index("[[examples]]")]
    policy = parse_policy(SMALL + german.replace("wording.en", "wording.en-GB"))
    assert policy.wording_for("en_gb") is policy.wording["en-GB"]
    assert policy.wording_for("en-US") is policy.wording["en"]


@pytest.mark.parametrize(
    ("threshold", "severity", "probabilities", "expected"),
    [
        (Threshold(2), 1, (0.9, 0.4, 0.1), 1),
        (Threshold(2, at_least_2=0.3), 1, (0.9, 0.4, 0.1), 2),
        (Threshold(2, at_least_2=0.3), 0, (0.5, 0.4, 0.1), 2),
        (Threshold(2, at_least_2=0.3), 3, (0.9, 0.8, 0.7), 3),
        (Threshold(2, at_least_2=0.9), 3, (0.9, 0.8, 0.7), 1),
        (Threshold(2, at_least_1=0.95), 2, (0.9, 0.8, 0.1), 0),
        (Threshold(2, at_least_2=0.9, at_least_3=0.6), 3, (0.9, 0.8, 0.7), 1),
        (Threshold(2, at_least_3=0.6), 2, (0.9, 0.8, 0.6), 3),
    ],
)
def test_a_probability_lifts_to_its_step_or_keeps_below(
    threshold: Threshold,
    severity: int,
    probabilities: tuple[float, float, float],
    expected: int,
) -> None:
    assert threshold.grade(severity, probabilities) == expected


def test_the_digest_stands_for_what_is_said_and_not_for_its_layout() -> None:
    assert re.fullmatch("[0-9a-f]{8}", small.digest)
    spaced = "# A comment.\n\n" + SMALL.replace("severity = 2\n", "severity   =  2 # so\n")
    assert parse_policy(spaced).digest == small.digest
    changes = [
        ("severity = 2", "severity = 1"),
        ('"3"', '"4"'),
        ("Somebody was killed", "Someone died"),
        ("next summer", "in spring"),
        ('"killing"\ncovers = ["violence"]', '"killing"'),
    ]
    others = {parse_policy(SMALL.replace(old, new, 1)).digest for old, new in changes}
    assert len(others | {small.digest}) == len(changes) + 1


words = st.integers(1, 9).map(lambda count: " ".join(["word"] * count))


@given(
    topics=st.tuples(words, words, words),
    note=st.integers(0, 9),
    most=st.integers(1, 3),
    last=st.sampled_from([" and ", " as well as ", "/", " , "]),
)
def test_a_policy_is_refused_where_topics_can_meet_in_a_long_note_and_only_there(
    topics: tuple[str, str, str], note: int, most: int, last: str
) -> None:
    text = SMALL.replace("most_topics = 2", f"most_topics = {most}").replace('" and "', f'"{last}"')
    text = text.replace("This describes {topics}.", "word " * note + "{topics}.")
    text = text.replace('\ncovers = ["violence"]', "")
    head, table, tail = text.partition("[wording.en.topics]")
    for old, new in zip(('"a killing"', '"violence"', '"suicide"'), topics, strict=True):
        tail = tail.replace(f"= {old}", f'= "{new}"', 1)
    met = [found for size in range(1, most + 1) for found in combinations(topics, size)]
    lists = [
        last.join([", ".join(found[:-1]), found[-1]]) if found[1:] else found[0] for found in met
    ]
    longest = max(len(f"{'word ' * note}{listed}.".split()) for listed in lists)
    accepted = True
    try:
        parse_policy(head + table + tail)
    except PolicyError:
        accepted = False
    assert accepted == (longest <= MOST_WORDS)


def test_the_page_on_policies_names_every_key_and_action(repository: Path) -> None:
    page = (repository / "docs" / "policy.md").read_text(encoding="utf-8")
    tables = (Policy, Threshold, Topic, When, Rule, HelpLine, Wording, Example, Expectation)
    keys = {field.name for table in tables for field in fields(table)}
    assert {key for key in (*keys, *ACTIONS) if f"`{key}`" not in page} == set()


def test_what_the_page_quotes_stands_in_the_default_policy(repository: Path) -> None:
    page = (repository / "docs" / "policy.md").read_text(encoding="utf-8")
    default = DEFAULT.read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 3
    assert [block for block in blocks if block not in default] == []
