"""`forewarn policy check FILE…`: whether a house policy can be used and does what it says."""

import argparse
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from classifier import Article, SensitivityClassifier
from classifier.artifact import released_artifact
from classifier.identification import identification_risk
from labels import LabelsError, Policy, read_policy
from labels.house_policy import SHORT_TEXTS, Example
from serving.conditions import Case, ShortText, grade
from serving.policy import Proposals, apply_policy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    purpose = "read policies and run their examples; the exit status is 1 if one fails"
    check = tasks.add_parser("check", help=purpose, description=purpose.capitalize() + ".")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="policy, in TOML")
    check.add_argument("--no-examples", action="store_true", help="only read; needs no artifact")
    check.add_argument("--show", action="store_true", help="also print what each example is given")
    check.add_argument("--locale", help="wording to show (BCP 47; default: the policy's own)")
    check.add_argument("--artifact", type=Path, help="artifact folder (default: the released one)")


def run(arguments: argparse.Namespace) -> int:
    """0 if all is well, 1 if an example failed, 2 if a policy cannot be used."""
    policies, status = [], 0
    for path in arguments.files:
        try:
            policies.append((path, read_policy(path)))
        except (LabelsError, OSError) as error:
            print(f"forewarn policy: {error}", file=sys.stderr)
            status = 2
    classifier = None
    if policies and not arguments.no_examples:
        classifier = SensitivityClassifier.load(arguments.artifact or released_artifact())
    for path, policy in policies:
        print(f"{path}: {policy.full_version}, {_counts(policy)}")
        if classifier and not _run_examples(policy, classifier, arguments):
            status = max(status, 1)
    return status


def _counts(policy: Policy) -> str:
    locales = ", ".join(policy.wording)
    return f"{len(policy.rules)} rules, {len(policy.examples)} examples, worded for {locales}"


def _run_examples(
    policy: Policy, classifier: SensitivityClassifier, arguments: argparse.Namespace
) -> bool:
    well = True
    for example in policy.examples:
        case = assess_example(example, classifier)
        proposals = apply_policy(policy, classifier.taxonomy, case, arguments.locale)
        wrong = list(differences(policy, example, case, proposals))
        well = well and not wrong
        print(f"  {'FAIL' if wrong else 'pass'}  {example.name}")
        for line in [*wrong, *(_shown(proposals) if arguments.show else ())]:
            print(f"        {line}")
    return well


def assess_example(example: Example, classifier: SensitivityClassifier) -> Case:
    """What the API would give to the policy for this article."""
    article = Article(example.body, example.title, section=example.section)
    texts = {name: getattr(example, name) for name in SHORT_TEXTS if getattr(example, name)}
    whole, *short = classifier.assess([article, *map(Article, texts.values())])
    return Case(
        article,
        whole,
        {
            name: ShortText(text, assessment)
            for (name, text), assessment in zip(texts.items(), short, strict=True)
        },
        identification_risk(article, whole),
        example.country,
    )


def differences(
    policy: Policy, example: Example, case: Case, proposals: Proposals
) -> Iterator[str]:
    """A sentence for each expectation that is not met."""
    expect, assessment = example.expect, case.assessment
    severities = grade(policy, assessment)
    for label, least in (expect.at_least or {}).items():
        if severities.get(label, -1) < least:
            yield _severity(label, f"at least {least}", case, severities)
    for label, most in (expect.at_most or {}).items():
        if severities.get(label, 4) > most:
            yield _severity(label, f"at most {most}", case, severities)
    present = {id_ for id_, found in assessment.sub_labels.items() if found.present}
    absent = [id_ for id_ in expect.sub_labels or () if id_ not in present]
    if absent:
        yield f"sub_labels: expected {_listed(absent)}; got {_listed(present)}"
    got = {
        "topics": [topic for note in proposals.notes for topic in note.topics],
        "checks": [check.id for check in proposals.checks],
        "actions": [action.id for action in proposals.actions],
    }
    for name, ids in got.items():
        wanted = getattr(expect, name)
        if wanted is not None and set(wanted) != set(ids):
            yield f"{name}: expected {_listed(wanted)}; got {_listed(ids)}"
    everything = {id_ for ids in got.values() for id_ in ids}
    if missing := set(expect.includes or ()) - everything:
        yield f"includes: expected {_listed(missing)} too; got {_listed(everything)}"
    if unwanted := everything.intersection(expect.excludes or ()):
        yield f"excludes: expected no {_listed(unwanted)}; got {_listed(everything)}"


def _severity(label: str, wanted: str, case: Case, severities: dict[str, int]) -> str:
    if label not in severities:
        return f"{label}: expected {wanted}; got no severity, as the text was not checked"
    found = case.assessment.labels[label].probabilities
    steps = ", ".join(f"{probability:.2f}" for probability in found)
    return f"{label}: expected {wanted}; got {severities[label]} (probabilities {steps})"


def _listed(ids: Collection[str]) -> str:
    return ", ".join(sorted(ids)) or "none"


def _shown(proposals: Proposals) -> Iterator[str]:
    """What the policy proposes, without any words of the article."""
    yield from (f"note: {note.text}" for note in proposals.notes)
    yield from (f"check {check.id}: {check.text} ({check.reason})" for check in proposals.checks)
    yield from (f"action {action.id}: {action.reason}" for action in proposals.actions)
    yield from (
        f"help line: {line.country} {line.name} {line.contact}" for line in proposals.help_lines
    )
