"""Whether the conditions of a policy's rule hold for an article, and which passages say so."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from classifier import Article, Assessment
from classifier.identification import Identification
from labels import Policy, Taxonomy
from labels.house_policy import RISKS, When

MOST_MATCHES = 5  # passages shown for words of a policy; more say nothing new


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of the title, the body or a short text, in code points of that text as it was sent."""

    field: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class ShortText:
    """A headline, push or social text, assessed as an article of its own."""

    text: str
    assessment: Assessment


@dataclass(frozen=True)
class Case:
    """All that a policy may look at. `short_texts` are by name: headline, push, social."""

    article: Article
    assessment: Assessment
    short_texts: Mapping[str, ShortText] = field(default_factory=dict)
    identification: Identification | None = None
    country: str | None = None


def grade(policy: Policy, assessment: Assessment) -> dict[str, int]:
    """The severity of every label under the policy's thresholds."""
    return {
        label: policy.thresholds[label].grade(found.severity, found.probabilities)
        for label, found in assessment.labels.items()
    }


Found = tuple[Passage, ...] | None  # None: the condition does not hold


def find(when: When, case: Case, policy: Policy, taxonomy: Taxonomy) -> Found:
    """The passages that make all conditions hold, maybe none; None where one does not."""
    passages: list[Passage] = []
    for found in _conditions(when, case, policy, taxonomy):
        if found is None:
            return None
        passages += found
    return tuple(dict.fromkeys(passages))


def _conditions(when: When, case: Case, policy: Policy, taxonomy: Taxonomy) -> Iterator[Found]:
    """One after the other, the cheap ones first: text is searched only where it matters."""
    treatment = case.assessment.treatment
    yield _held(not when.treatments or (treatment and treatment.label in when.treatments))
    yield _held(not when.sections or _in_sections(case.article.section, when.sections))
    yield _severity(when, case, policy)
    yield _sub_labels(when, case.assessment, taxonomy)
    yield _details(when, case.assessment)
    yield _identification(when, case.identification)
    yield _words(when.headline_words, _headlines(case))
    yield _words(when.words, [("title", case.article.title), ("body", case.article.body)])
    yield _held(not when.help_line_missing or _is_missing(when.help_line_missing, case, policy))


def _held(condition: object) -> Found:
    return () if condition else None


def _in_sections(section: str | None, sections: Iterable[str]) -> bool:
    return (section or "").casefold() in (known.casefold() for known in sections)


def _severity(when: When, case: Case, policy: Policy) -> Found:
    if not (when.label or when.short_text):
        return ()
    assessment: Assessment | None = case.assessment
    if when.short_text:
        short = case.short_texts.get(when.short_text)
        assessment = short.assessment if short else None
    if assessment is None:
        return None
    reached = {
        label
        for label, severity in grade(policy, assessment).items()
        if when.label in (None, label)
        and severity >= (when.severity or policy.thresholds[label].severity)
    }
    return _evidence(assessment, reached, when.short_text) if reached else None


def _sub_labels(when: When, assessment: Assessment, taxonomy: Taxonomy) -> Found:
    if not all(assessment.sub_labels[id_].present for id_ in when.sub_labels):
        return None
    parents = {entry.parent for entry in taxonomy.sub_labels if entry.id in when.sub_labels}
    return _evidence(assessment, parents)


def _details(when: When, assessment: Assessment) -> Found:
    """Details have no evidence of their own: without a label or sub-label, that of all labels."""
    if not all(assessment.details[id_].present for id_ in when.details):
        return None
    alone = when.details and not (when.label or when.sub_labels)
    return _evidence(assessment, assessment.labels if alone else ())


def _evidence(
    assessment: Assessment, labels: Iterable[str], field: str | None = None
) -> tuple[Passage, ...]:
    found = [one for label in labels for one in assessment.labels[label].evidence]
    best_first = sorted(found, key=lambda one: -one.score)
    return tuple(Passage(field or one.field, one.start, one.end, one.quote) for one in best_first)


def _identification(when: When, identification: Identification | None) -> Found:
    if not when.identification:
        return ()
    risk = identification.risk if identification else None
    if identification is None or risk not in RISKS[RISKS.index(when.identification) :]:
        return None
    return tuple(Passage(cue.field, cue.start, cue.end, cue.quote) for cue in identification.cues)


def _headlines(case: Case) -> list[tuple[str, str]]:
    short = case.short_texts.get("headline")
    return [("title", case.article.title), *([("headline", short.text)] if short else [])]


def _words(words: tuple[str, ...], texts: Iterable[tuple[str, str]]) -> Found:
    if not words:
        return ()
    found = [
        Passage(field, match.start(), match.end(), match[0])
        for field, text in texts
        for match in _words_pattern(words).finditer(text)
    ]
    return tuple(found[:MOST_MATCHES]) or None


def _is_missing(topic: str, case: Case, policy: Policy) -> bool:
    """Where the policy has no line for the country, or no country is known, any line counts."""
    country = case.country.upper() if case.country else None
    lines = policy.help_lines_for(topic, country) or policy.help_lines_for(topic)
    text = f"{case.article.title}\n{case.article.body}"
    return not any(_mention_pattern(word).search(text) for line in lines for word in line.mentions)


@cache
def _words_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words in any case, white space and kind of apostrophe."""
    spaced = (r"\s+".join(map(re.escape, word.split())) for word in words)
    either = "|".join(word.replace("’", "'").replace("'", "['’]") for word in spaced)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


@cache
def _mention_pattern(mention: str) -> re.Pattern[str]:
    """Letters and digits in order, whatever stands between them: 0800-111 0 111, 08001110111."""
    characters = r"[\W_]*".join(character for character in mention if character.isalnum())
    return re.compile(rf"(?<![^\W_]){characters}(?![^\W_])", re.IGNORECASE)
