"""What a house policy proposes for an article. Editors decide; nothing here acts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from labels import Policy, Taxonomy
from labels.house_policy import (
    ACTIONS,
    NOT_CHECKED,
    SHORT_TEXT_NOT_CHECKED,
    HelpLine,
    Rule,
    Wording,
)
from serving.conditions import Case, Passage, find


@dataclass(frozen=True, slots=True)
class Note:
    """What readers may be told before they read on: the gravest topics, in one sentence.

    `rules` are ids of the policy's rules that fired, those of the gravest topic first.
    """

    text: str
    topics: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """What an editor should look at before publishing."""

    id: str
    text: str
    rules: tuple[str, ...]
    reason: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """What the policy would have done with the article: one of `labels.house_policy.ACTIONS`."""

    id: str
    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """Everything that follows from a policy for one article; at most one note."""

    notes: tuple[Note, ...] = ()
    checks: tuple[Check, ...] = ()
    actions: tuple[Action, ...] = ()
    help_lines: tuple[HelpLine, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fired:
    rule: Rule
    passages: tuple[Passage, ...]


def apply_policy(
    policy: Policy, taxonomy: Taxonomy, case: Case, locale: str | None = None
) -> Proposals:
    """Propose what the rules that hold ask for, worded for `locale` (BCP 47).

    Where the article was not checked there is one check, which says so, and nothing else. A short
    text that was not checked gets a check where a rule would have looked at it.
    """
    wording = policy.wording_for(locale)
    if case.assessment.verdict == "not_checked":
        return Proposals(checks=(_built_in(NOT_CHECKED, wording),))
    fired = [
        _Fired(rule, passages)
        for rule in policy.rules
        if (passages := find(rule.when, case, policy, taxonomy)) is not None
    ]
    unread = [_built_in(SHORT_TEXT_NOT_CHECKED, wording)] if _has_unread(policy, case) else []
    return Proposals(
        notes=_notes(policy, fired, locale),
        checks=(*_checks(policy, fired, wording), *unread),
        actions=_actions(fired, wording),
        help_lines=_help_lines(policy, fired, case.country),
    )


def _built_in(id_: str, wording: Wording) -> Check:
    return Check(id_, wording.checks[id_], (id_,), wording.reasons[id_], ())


def _has_unread(policy: Policy, case: Case) -> bool:
    looked_at = {rule.when.short_text for rule in policy.rules}
    return any(
        name in looked_at and short.assessment.verdict == "not_checked"
        for name, short in case.short_texts.items()
    )


def _notes(policy: Policy, fired: Iterable[_Fired], locale: str | None) -> tuple[Note, ...]:
    found = [one for one in fired if one.rule.topic]
    topics = policy.named_topics({one.rule.topic for one in found if one.rule.topic})
    if not topics:
        return ()
    said = [one for topic in topics for one in found if one.rule.topic == topic]
    reason = _reason(said, policy.wording_for(locale))
    return (Note(policy.note(topics, locale), topics, _ids(said), reason, _passages(said)),)


def _checks(policy: Policy, fired: list[_Fired], wording: Wording) -> tuple[Check, ...]:
    asked = _grouped(fired, policy.checks, lambda rule: (rule.check,))
    return tuple(
        Check(id_, wording.checks[id_], _ids(asking), _reason(asking, wording), _passages(asking))
        for id_, asking in asked.items()
    )


def _actions(fired: list[_Fired], wording: Wording) -> tuple[Action, ...]:
    asked = _grouped(fired, ACTIONS, lambda rule: rule.actions)
    return tuple(
        Action(id_, _ids(asking), _reason(asking, wording)) for id_, asking in asked.items()
    )


def _help_lines(
    policy: Policy, fired: Iterable[_Fired], country: str | None
) -> tuple[HelpLine, ...]:
    """Those of the country; all of them where none is known."""
    topics = {one.rule.topic for one in fired}
    wanted = country.upper() if country else None
    lines = (line for topic in topics if topic for line in policy.help_lines_for(topic, wanted))
    return tuple(sorted(set(lines), key=policy.help_lines.index))


def _grouped(
    fired: Iterable[_Fired], ids: Iterable[str], given: Callable[[Rule], tuple[str | None, ...]]
) -> dict[str, list[_Fired]]:
    """What fired for each id that something fired for, in the order of `ids`."""
    grouped = {id_: [one for one in fired if id_ in given(one.rule)] for id_ in ids}
    return {id_: asking for id_, asking in grouped.items() if asking}


def _ids(fired: Iterable[_Fired]) -> tuple[str, ...]:
    return tuple(one.rule.id for one in fired)


def _reason(fired: Iterable[_Fired], wording: Wording) -> str:
    return " ".join(dict.fromkeys(wording.reasons[one.rule.id] for one in fired))


def _passages(fired: Iterable[_Fired]) -> tuple[Passage, ...]:
    return tuple(dict.fromkeys(passage for one in fired for passage in one.passages))
