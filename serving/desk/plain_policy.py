"""The rules of a house policy in plain words."""

from dataclasses import dataclass

from labels import Policy, Taxonomy
from labels.house_policy import Rule, When
from serving.desk.words import Words


@dataclass(frozen=True, slots=True)
class PlainRule:
    """A rule: when it holds, and what follows."""

    id: str
    when: str
    topic: str | None
    check: str | None
    actions: tuple[str, ...]


def tell_rules(policy: Policy, taxonomy: Taxonomy) -> list[PlainRule]:
    """All rules, in the order of the file."""
    words = Words(taxonomy)
    return [
        PlainRule(rule.id, _when(rule, policy, words), rule.topic, rule.check, rule.actions)
        for rule in policy.rules
    ]


def _when(rule: Rule, policy: Policy, words: Words) -> str:
    """Such as 'Violence is 2 or more, and the article has Killing'."""
    said = " and ".join(filter(None, _parts(rule.when, policy, words)))
    return said[:1].upper() + said[1:]


def _parts(when: When, policy: Policy, words: Words) -> list[str]:
    def listed(ids: tuple[str, ...], between: str = " and ") -> str:
        return between.join(words.name(id_) for id_ in ids)

    where = f" in the {when.short_text} text" if when.short_text else ""
    return [
        _severity(when, policy, words) + where if when.label or when.short_text else "",
        f"it has {listed(when.sub_labels)}" if when.sub_labels else "",
        f"it has {listed(when.details)}" if when.details else "",
        f"its treatment is {listed(when.treatments, ' or ')}" if when.treatments else "",
        f"its section is {' or '.join(when.sections)}" if when.sections else "",
        (
            f"that a minor can be identified is {when.identification} at least"
            if when.identification
            else ""
        ),
        f"the headline says {' or '.join(when.headline_words)}" if when.headline_words else "",
        f"the text says {' or '.join(when.words)}" if when.words else "",
        (
            f"no help line for {when.help_line_missing} is mentioned"
            if when.help_line_missing
            else ""
        ),
    ]


def _severity(when: When, policy: Policy, words: Words) -> str:
    if when.label is None:
        return f"any label is {when.severity} or more" if when.severity else "any label is found"
    severity = when.severity or policy.thresholds[when.label].severity
    return f"{words.name(when.label)} is {severity} or more"
