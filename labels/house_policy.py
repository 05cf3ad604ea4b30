"""A house policy: what a newsroom does about what an article involves. See docs/policy.md."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cached_property

ACTIONS = (
    "ads_off",
    "comments_premoderated",
    "no_push",
    "second_pair_of_eyes",
    "legal_referral",
)
SHORT_TEXTS = ("headline", "push", "social")
RISKS = ("possible", "likely")  # that a minor is identified, the milder first
# Checks that no rule gives: they come by themselves where an article, or a short text of it, could
# not be checked. Wordings have them like any other check.
NOT_CHECKED, SHORT_TEXT_NOT_CHECKED = "not_checked", "short_text_not_checked"
TOPICS = "{topics}"  # where a note names its topics; the only placeholder there is


@dataclass(frozen=True)
class Threshold:
    """From which severity a label is acted on.

    at_least_1, at_least_2, at_least_3: probabilities from which the label has at least that
    severity, in the place of the artifact's own thresholds.
    """

    severity: int
    at_least_1: float | None = None
    at_least_2: float | None = None
    at_least_3: float | None = None

    def grade(self, severity: int, probabilities: tuple[float, float, float]) -> int:
        """The severity under this policy, from the artifact's and the probabilities of 1, 2, 3.

        A probability that is met lifts the severity to its step, one that is not met keeps it
        below. Where they disagree, the one that is not met decides.
        """
        wanted = (self.at_least_1, self.at_least_2, self.at_least_3)
        judged = [
            (step, found >= least)
            for step, (found, least) in enumerate(zip(probabilities, wanted, strict=True), start=1)
            if least is not None
        ]
        highest = min([step - 1 for step, met in judged if not met], default=3)
        return min(max([severity, *(step for step, met in judged if met)]), highest)


@dataclass(frozen=True)
class Topic:
    """What a note can name. A topic that is there hides those it covers."""

    id: str
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class When:
    """The conditions of a rule; all that are given must hold.

    label, severity: the label has at least this severity; without one, that of its threshold.
    short_text: label and severity are those of this text alone; without a label, any label.
    sub_labels, details: all of them are present.
    treatments, sections: the article's is one of them.
    identification: the risk that a minor is identified is at least this.
    headline_words, words: one of them occurs in the headline, or anywhere in the article.
    help_line_missing: the article mentions none of the help lines for this topic.
    """

    label: str | None = None
    severity: int | None = None
    short_text: str | None = None
    sub_labels: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    identification: str | None = None
    headline_words: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    help_line_missing: str | None = None


@dataclass(frozen=True)
class Rule:
    """What follows where a condition holds: a topic for the note, a check, actions."""

    id: str
    when: When
    topic: str | None = None
    check: str | None = None
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class HelpLine:
    """Where readers of a country (ISO 3166, two letters) find help with some topics.

    `mentions` are words of which one shows that an article gives this line.
    """

    country: str
    name: str
    contact: str
    topics: tuple[str, ...]
    mentions: tuple[str, ...]
    url: str | None = None


@dataclass(frozen=True)
class Wording:
    """All that people read, in one locale; reasons are by rule."""

    note: str
    between: str
    last: str
    topics: dict[str, str]
    checks: dict[str, str]
    reasons: dict[str, str]


@dataclass(frozen=True)
class Expectation:
    """What must come of an example; what is left out is not looked at.

    at_least, at_most: severities of labels under the policy.
    sub_labels: these are present.
    topics, checks, actions: these and no others, in any order.
    includes, excludes: topics, checks and actions that are, or are not, among what is proposed.
    """

    at_least: dict[str, int] | None = None
    at_most: dict[str, int] | None = None
    sub_labels: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    checks: tuple[str, ...] | None = None
    actions: tuple[str, ...] | None = None
    includes: tuple[str, ...] | None = None
    excludes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Example:
    """An invented article, and what the policy must make of it."""

    name: str
    body: str
    expect: Expectation
    title: str = ""
    section: str | None = None
    headline: str | None = None
    push: str | None = None
    social: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Policy:
    """A house policy as its file spells it. Topics stand in order of gravity, gravest first."""

    name: str
    version: str
    taxonomy: str
    locale: str
    most_topics: int
    thresholds: dict[str, Threshold]
    topics: tuple[Topic, ...]
    rules: tuple[Rule, ...]
    wording: dict[str, Wording]
    help_lines: tuple[HelpLine, ...] = ()
    examples: tuple[Example, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Eight hex digits of SHA-256 that stand for all it says; comments and layout aside."""
        content = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:8]

    @property
    def full_version(self) -> str:
        """Name, version and digest, as answers give them."""
        return f"{self.name} {self.version}+{self.digest}"

    @property
    def checks(self) -> tuple[str, ...]:
        """The ids of all checks that an editor may see, in the order of the rules."""
        given = (rule.check for rule in self.rules if rule.check)
        return (*dict.fromkeys(given), NOT_CHECKED, SHORT_TEXT_NOT_CHECKED)

    def help_lines_for(self, topic: str, country: str | None = None) -> tuple[HelpLine, ...]:
        """The help lines for a topic; with a country, those of that country."""
        return tuple(
            line
            for line in self.help_lines
            if topic in line.topics and country in (None, line.country)
        )

    def wording_for(self, locale: str | None) -> Wording:
        """The wording of a BCP 47 locale: `de-AT`, else `de`, else that of the policy's locale."""
        known = {name.lower(): wording for name, wording in self.wording.items()}
        wanted = (locale or self.locale).replace("_", "-").lower()
        while wanted and wanted not in known:
            wanted = wanted.rpartition("-")[0]
        return known[wanted or self.locale.lower()]

    def named_topics(self, found: Collection[str]) -> tuple[str, ...]:
        """Those topics that a note names: gravest first, none that another covers, not too many."""
        covered = {id_ for topic in self.topics if topic.id in found for id_ in topic.covers}
        ids = (topic.id for topic in self.topics)
        return tuple(id_ for id_ in ids if id_ in found and id_ not in covered)[: self.most_topics]

    def note(self, named: Collection[str], locale: str | None) -> str:
        """The note that names these topics, in this order; there must be one at least."""
        wording = self.wording_for(locale)
        *first, last = [wording.topics[id_] for id_ in named]
        listed = wording.last.join([wording.between.join(first), last]) if first else last
        return wording.note.replace(TOPICS, listed)
