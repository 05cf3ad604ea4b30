"""Articles in, rows out: the one function that every runner and every cluster calls."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from classifier import Article, Assessment, SensitivityClassifier
from classifier.artifact import released_artifact
from classifier.assessment import Versions
from classifier.identification import identification_risk
from labels import Policy, Taxonomy, read_policy
from serving.archive.table import KEPT, as_articles, result_schema
from serving.bodies.body import Block, Body
from serving.conditions import Case
from serving.policy import apply_policy
from serving.submission import Submission

CHUNK = 32  # articles that the classifier gets at once: enough that no core waits
MAX_CHARACTERS = 300_000  # of one article; the API's limit too
FAILED, TOO_LONG = "failed", "too_long"


class Assessor(Protocol):
    """What assesses: `SensitivityClassifier`, or a stand-in that takes no time."""

    taxonomy: Taxonomy
    versions: Versions

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """One assessment for each article, in order."""


@dataclass(frozen=True)
class Scoring:
    """How articles are scored. It can be sent to another process; `scorer` loads it there."""

    artifact: Path | None = None
    policy: Path | None = None
    locale: str | None = None
    country: str | None = None
    quotes: bool = False  # whether passages are kept with their words
    threads: int | None = None  # of the classifier; by default one a core
    device: str | None = None  # of torch, such as cuda; by default the cores of the machine
    max_characters: int = MAX_CHARACTERS

    @cached_property
    def house_policy(self) -> Policy:
        """The policy by which notes and checks are proposed."""
        return read_policy(self.policy)

    def scorer(self) -> "Scorer":
        """Load everything. Raises ArtifactError, PolicyError."""
        folder = self.artifact or released_artifact()
        return Scorer(self, SensitivityClassifier.load(folder, self.threads, self.device))


class Scorer:
    """Scores batches of articles; load one a process."""

    def __init__(self, scoring: Scoring, assessor: Assessor) -> None:
        self._scoring = scoring
        self._assessor = assessor
        self._policy = scoring.house_policy
        self.schema = result_schema(assessor.taxonomy.label_ids)
        self._ahead = ThreadPoolExecutor(2, "assessor")  # the second begins while the first ends

    @property
    def versions(self) -> dict[str, str]:
        """What gives the answers, by the names of their columns."""
        versions = self._assessor.versions
        return {
            "artifact": versions.artifact,
            "taxonomy": versions.taxonomy,
            "policy": self._policy.full_version,
            "code": versions.code,
        }

    def score_batch(self, articles: pa.RecordBatch) -> pa.RecordBatch:
        """One row for each article, in order; an article that fails is not checked, and says why.

        Of the columns in `table.ARTICLES` only `body` must be there. The answer's are `schema`;
        `run`, `copy` and `copy_of` are left empty. An answer depends on its article alone. Raises
        ServingError where `articles` is no such table.
        """
        sent = as_articles(articles).to_pylist()
        submissions = [_submission(article) for article in sent]
        # The longest first, so that none of them keeps one core busy at the end.
        order = sorted(range(len(sent)), key=lambda n: -submissions[n].characters)
        found: list[dict[str, Any]] = [{} for _ in sent]
        for numbers, assessments in self._assessments(submissions, order):
            for number, assessment in zip(numbers, assessments, strict=True):
                found[number] = self._row(sent[number], submissions[number], assessment)
        return pa.RecordBatch.from_pylist(found, self.schema)

    def _assessments(
        self, submissions: Sequence[Submission], order: Sequence[int]
    ) -> Iterator[tuple[Sequence[int], Sequence[Assessment | str]]]:
        """Chunks of numbers, and of what was found; the next is assessed while one is handled."""
        chunks = [order[begin : begin + CHUNK] for begin in range(0, len(order), CHUNK)]
        begun = [
            self._ahead.submit(self._assess, [submissions[number] for number in chunk])
            for chunk in chunks
        ]
        for chunk, future in zip(chunks, begun, strict=True):
            yield chunk, future.result()

    def _assess(self, submissions: Sequence[Submission]) -> list[Assessment | str]:
        """Assessments; where there is none, the reason why."""
        long = [one.characters > self._scoring.max_characters for one in submissions]
        short = [one for one, too_long in zip(submissions, long, strict=True) if not too_long]
        found: Sequence[Assessment | str]
        try:
            found = self._assessor.assess([one.article for one in short])
        except Exception:
            found = [self._assess_alone(one) for one in short]
        rest = iter(found)
        return [TOO_LONG if too_long else next(rest) for too_long in long]

    def _assess_alone(self, submission: Submission) -> Assessment | str:
        try:
            return self._assessor.assess([submission.article])[0]
        except Exception as error:  # its message may quote the article
            return f"{FAILED}: {type(error).__name__}"

    def _row(
        self, sent: dict[str, Any], submission: Submission, found: Assessment | str
    ) -> dict[str, Any]:
        row = {name: sent[name] for name in KEPT} | self.versions
        if isinstance(found, str):
            digest = submission.article.content_hash
            return row | {"content_hash": digest, "verdict": "not_checked", "reason": found}
        article, scoring = submission.article, self._scoring
        risk = identification_risk(article, found) if found.labels else None
        case = Case(article, found, identification=risk, country=scoring.country)
        proposals = apply_policy(self._policy, self._assessor.taxonomy, case, scoring.locale)
        row |= {
            "content_hash": found.content_hash,
            "verdict": found.verdict,
            "reason": found.reason.code if found.reason else None,
            "language": found.language,
            "checks": [_proposal(one.id, one.text, one.rules) for one in proposals.checks],
        }
        if not found.labels:
            return row
        for label, one in found.labels.items():
            row[f"{label}_severity"] = one.severity
            row[f"{label}_flagged"] = one.flagged
            row[f"{label}_probabilities"] = one.probabilities
        return row | {
            "sub_labels": _present(found.sub_labels),
            "details": _present(found.details),
            "treatment": found.treatment.label if found.treatment else None,
            "passages": list(_passages(submission, found, scoring.quotes)),
            "identification": risk.risk if risk else None,
            "notes": [_proposal("+".join(n.topics), n.text, n.rules) for n in proposals.notes],
            "actions": [action.id for action in proposals.actions],
        }


def score_with(scoring: Scoring) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """`score_batch` of a scorer that is loaded once in this process, however often it is asked."""
    if scoring not in _LOADED:
        _LOADED[scoring] = scoring.scorer()
    return _LOADED[scoring].score_batch


_LOADED: dict[Scoring, Scorer] = {}


def _submission(article: dict[str, Any]) -> Submission:
    return Submission(
        body=Body(
            [Block(article["body"] or "", "html" if article["format"] == "html" else "text")]
        ),
        title=article["title"] or "",
        id=article["id"],
        section=article["section"],
        language=article["language"],
    )


def _present(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"id": name, "probability": one.probability} for name, one in found.items() if one.present
    ]


def _proposal(id_: str, text: str, rules: Sequence[str]) -> dict[str, Any]:
    return {"id": id_, "text": text, "rules": list(rules)}


def _passages(
    submission: Submission, assessment: Assessment, quotes: bool
) -> Iterator[dict[str, Any]]:
    for label, found in assessment.labels.items():
        for one in found.evidence:
            anchor = submission.bodies[one.field].anchor(one.start, one.end, "codepoint")
            yield {
                "label": label,
                "field": one.field,
                "start": anchor.start,
                "end": anchor.end,
                "score": one.score,
                "quote": one.quote if quotes else None,
            }
