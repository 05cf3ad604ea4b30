"""What a house policy must be beyond the types of its values. Errors name file and line."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import nlargest

from labels.house_policy import (
    ACTIONS,
    NOT_CHECKED,
    RISKS,
    SHORT_TEXT_NOT_CHECKED,
    SHORT_TEXTS,
    TOPICS,
    Example,
    Policy,
    Rule,
    When,
    Wording,
)
from labels.schema import describe
from labels.taxonomy import LEVELS, Taxonomy
from labels.toml_lines import LocatedReader

MOST_WORDS = 20  # of a note
BUILT_IN = (NOT_CHECKED, SHORT_TEXT_NOT_CHECKED)
_LOCALE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ID = re.compile("[a-z][a-z0-9_]{0,39}")


def validate(policy: Policy, taxonomy: Taxonomy, reader: LocatedReader) -> None:
    """Refuse, with a PolicyError, a policy that could not be applied as it was meant."""
    if policy.taxonomy != taxonomy.version:
        raise reader.at("taxonomy").refuse(
            "written for another taxonomy",
            taxonomy.version,
            describe(policy.taxonomy),
            "Go through the rules with the new labels in mind, then change the version.",
        )
    for name, entries in (("topics", policy.topics), ("rules", policy.rules)):
        _require_unique((entry.id for entry in entries), name, "id", reader)
    _require_unique((example.name for example in policy.examples), "examples", "name", reader)
    _validate_thresholds(policy, taxonomy, reader)
    for number, rule in enumerate(policy.rules):
        _validate_rule(rule, f"rules[{number}]", policy, taxonomy, reader)
    _validate_topics(policy, reader)
    reader.at("locale").require_known([policy.locale], policy.wording, "locale")
    for locale, wording in policy.wording.items():
        _validate_wording(wording, locale, policy, reader)
    for number, example in enumerate(policy.examples):
        _validate_example(example, f"examples[{number}].expect", policy, taxonomy, reader)


def _require_unique(ids: Iterable[str], path: str, key: str, reader: LocatedReader) -> None:
    seen: dict[str, int] = {}
    for number, id_ in enumerate(ids):
        here = reader.at(f"{path}[{number}].{key}")
        if key == "id" and not _ID.fullmatch(id_):
            wanted = "small letters, digits and _, 40 at most"
            raise here.refuse(f"{path}[{number}].id is no id", wanted, describe(id_))
        if id_ in seen:
            first = reader.lines.get(f"{path}[{seen[id_]}].{key}")
            raise here.refuse(
                f"{key} not unique in {path}", "another one", f"that of line {first}", "Rename it."
            )
        seen[id_] = number


def _require_within(
    value: float | None, least: float, most: float, path: str, reader: LocatedReader
) -> None:
    if value is not None and not least <= value <= most:
        wanted = f"{least} to {most}"
        raise reader.at(path).refuse(f"{path} out of range", wanted, describe(value))


def _validate_thresholds(policy: Policy, taxonomy: Taxonomy, reader: LocatedReader) -> None:
    _require_same_keys(policy.thresholds, taxonomy.label_ids, "thresholds", reader)
    for label, threshold in policy.thresholds.items():
        path = f"thresholds.{label}"
        _require_within(threshold.severity, 1, LEVELS[-1], f"{path}.severity", reader)
        for step in LEVELS[1:]:
            key = f"at_least_{step}"
            _require_within(getattr(threshold, key), 0.0, 1.0, f"{path}.{key}", reader)


def _validate_topics(policy: Policy, reader: LocatedReader) -> None:
    _require_within(policy.most_topics, 1, len(policy.topics), "most_topics", reader)
    ids = [topic.id for topic in policy.topics]
    for number, topic in enumerate(policy.topics):
        path = f"topics[{number}].covers"
        reader.at(path).require_known(topic.covers, ids, "topic")
    for number, line in enumerate(policy.help_lines):
        path = f"help_lines[{number}]"
        reader.at(f"{path}.topics").require_known(line.topics, ids, "topic")
        if not re.fullmatch("[A-Z]{2}", line.country):
            wanted = "two capital letters of ISO 3166, such as GB"
            here = reader.at(f"{path}.country")
            raise here.refuse(f"{path}.country is no country", wanted, describe(line.country))
        if not line.topics:
            raise reader.at(f"{path}.topics").refuse(f"{path}.topics is empty", "one", "none")
        # Shorter ones, such as a bare 988, stand in texts that give no help line.
        if min((sum(map(str.isalnum, word)) for word in line.mentions), default=0) < 5:
            wanted = "one at least, each of 5 letters and digits or more"
            here = reader.at(f"{path}.mentions")
            raise here.refuse(f"{path}.mentions are no sure signs", wanted, "fewer", "Mend them.")


def _validate_rule(
    rule: Rule, path: str, policy: Policy, taxonomy: Taxonomy, reader: LocatedReader
) -> None:
    _validate_when(rule.when, f"{path}.when", policy, taxonomy, reader)
    topics = [topic.id for topic in policy.topics]
    reader.at(f"{path}.topic").require_known(filter(None, [rule.topic]), topics, "topic")
    reader.at(f"{path}.actions").require_known(rule.actions, ACTIONS, "action")
    if not (rule.topic or rule.check or rule.actions):
        here, wanted = reader.at(path), "topic, check or actions"
        raise here.refuse(f"{path} gives nothing", wanted, "none of them", "Give one.")
    # Examples speak of topics, checks and actions in one breath.
    for key, taken in (("id", BUILT_IN), ("check", (*topics, *ACTIONS, *BUILT_IN))):
        if getattr(rule, key) in taken:
            here, got = reader.at(f"{path}.{key}"), describe(getattr(rule, key))
            raise here.refuse(f"{path}.{key} is taken", "a name of its own", got, "Rename it.")


def _validate_when(
    when: When, path: str, policy: Policy, taxonomy: Taxonomy, reader: LocatedReader
) -> None:
    known: dict[str, tuple[str, Collection[str]]] = {
        "label": ("label", taxonomy.label_ids),
        "short_text": ("short text", SHORT_TEXTS),
        "sub_labels": ("sub-label", taxonomy.sub_label_ids),
        "details": ("detail", taxonomy.detail_ids),
        "treatments": ("treatment", taxonomy.treatment_ids),
        "identification": ("risk", RISKS),
        "help_line_missing": ("topic", [topic.id for topic in policy.topics]),
    }
    for key, (what, words) in known.items():
        value = getattr(when, key)
        given = value if isinstance(value, tuple) else filter(None, [value])
        reader.at(f"{path}.{key}").require_known(given, words, what)
    _require_within(when.severity, 1, LEVELS[-1], f"{path}.severity", reader)
    if when.severity and not when.label:
        here = reader.at(f"{path}.severity")
        raise here.refuse(f"{path} has a severity and no label", "a label", "none", "Name one.")
    if when.help_line_missing and not policy.help_lines_for(when.help_line_missing):
        here, wanted = reader.at(f"{path}.help_line_missing"), "a help line for this topic"
        raise here.refuse(f"{path} would always hold", wanted, "none", "Give one, or take it out.")
    if not any(vars(when).values()):
        raise reader.at(path).refuse(f"{path} is empty", "a condition", "none", "Give one.")


def _validate_wording(wording: Wording, locale: str, policy: Policy, reader: LocatedReader) -> None:
    path = f"wording.{locale}"
    if not _LOCALE.fullmatch(locale):
        wanted = "language and maybe region, such as en or de-AT"
        raise reader.at(path).refuse(f"{path} is no locale", wanted, describe(locale), "Rename it.")
    rules = [rule.id for rule in policy.rules]
    topics = [topic.id for topic in policy.topics]
    _require_same_keys(wording.topics, topics, f"{path}.topics", reader)
    _require_same_keys(wording.checks, policy.checks, f"{path}.checks", reader)
    _require_same_keys(wording.reasons, (*rules, *BUILT_IN), f"{path}.reasons", reader)
    for where, text in _texts(wording, path):
        if text.count("{") or text.count("}"):
            wanted = f"none but one {TOPICS} in the note: text of an article has no way in"
            raise reader.at(where).refuse(f"{where} has a placeholder", wanted, "another")
    if wording.note.count(TOPICS) != 1:
        here = reader.at(f"{path}.note")
        raise here.refuse(f"{path}.note", f"{TOPICS} once", f"{wording.note.count(TOPICS)} times")
    _require_short_note(wording, locale, policy, reader)


def _require_short_note(
    wording: Wording, locale: str, policy: Policy, reader: LocatedReader
) -> None:
    """Refuse a note that is too long where the longest topics meet: then none is too long."""
    longest = nlargest(policy.most_topics, wording.topics, lambda id_: _words(wording.topics[id_]))
    words = _words(policy.note(longest, locale))
    if words > MOST_WORDS:
        raise reader.at(f"wording.{locale}.topics.{longest[0]}").refuse(
            f"a note with the topics {', '.join(longest)} is too long",
            f"at most {MOST_WORDS} words",
            f"{words}",
            "Shorten the topics or the note, or lower most_topics.",
        )


def _words(text: str) -> int:
    return len(text.split())


def _texts(wording: Wording, path: str) -> Iterator[tuple[str, str]]:
    yield f"{path}.note", wording.note.replace(TOPICS, "")
    yield f"{path}.between", wording.between
    yield f"{path}.last", wording.last
    for table in ("topics", "checks", "reasons"):
        for key, text in getattr(wording, table).items():
            yield f"{path}.{table}.{key}", text


def _require_same_keys(
    table: Mapping[str, object], wanted: Collection[str], path: str, reader: LocatedReader
) -> None:
    for key in table:
        reader.at(f"{path}.{key}").require_known([key], wanted, f"key of {path}")
    for key in wanted:
        if key not in table:
            raise reader.at(path).refuse(f"{path} lacks {key!r}", key, "nothing", "Add it.")


def _validate_example(
    example: Example, path: str, policy: Policy, taxonomy: Taxonomy, reader: LocatedReader
) -> None:
    expect = example.expect
    for key in ("at_least", "at_most"):
        for label, severity in (getattr(expect, key) or {}).items():
            reader.at(f"{path}.{key}").require_known([label], taxonomy.label_ids, "label")
            _require_within(severity, 0, LEVELS[-1], f"{path}.{key}.{label}", reader)
    topics = [topic.id for topic in policy.topics]
    known: dict[str, Collection[str]] = {
        "sub_labels": taxonomy.sub_label_ids,
        "topics": topics,
        "checks": policy.checks,
        "actions": ACTIONS,
        "includes": (*topics, *policy.checks, *ACTIONS),
        "excludes": (*topics, *policy.checks, *ACTIONS),
    }
    for key, words in known.items():
        given = getattr(expect, key) or ()
        reader.at(f"{path}.{key}").require_known(given, words, f"word in {path}.{key}")
    if all(value is None for value in vars(expect).values()):
        raise reader.at(path).refuse(f"{path} is empty", "what must come of it", "nothing")
