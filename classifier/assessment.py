"""What the classifier answers for one article."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from classifier.article import Field

Verdict = Literal["flagged", "clear", "not_checked"]
ReasonCode = Literal["empty", "language", "unreadable"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an article was not checked: a stable code, and a sentence for the editor."""

    code: ReasonCode
    message: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that carries a label. Offsets are code points of the field as it was sent."""

    field: Field
    start: int
    end: int
    quote: str  # the field's text from start to end
    score: float  # 0 to 1, comparable within a label


@dataclass(frozen=True, slots=True)
class LabelAssessment:
    """An ordinal label of the article.

    `probabilities` are those of severity at least 1, 2 and 3, calibrated, never rising. `severity`
    is the highest whose threshold is met; `flagged` means 2 or more. Evidence is best first, and
    empty at severity 0.
    """

    severity: int
    probabilities: tuple[float, float, float]
    flagged: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Presence:
    """A sub-label or detail: its calibrated probability, and whether its threshold is met."""

    probability: float
    present: bool


@dataclass(frozen=True, slots=True)
class TreatmentAssessment:
    """How the article treats its subject: the likeliest treatment."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Versions:
    """What gave the answer."""

    artifact: str
    taxonomy: str
    code: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """All of it for one article.

    With the verdict `not_checked` there is a `reason`, and `labels`, `sub_labels` and `details` are
    empty: what was not looked at has no severity, not even 0.
    """

    verdict: Verdict
    reason: Reason | None
    language: str | None
    content_hash: str
    versions: Versions
    labels: dict[str, LabelAssessment] = field(default_factory=dict)
    sub_labels: dict[str, Presence] = field(default_factory=dict)
    details: dict[str, Presence] = field(default_factory=dict)
    treatment: TreatmentAssessment | None = None
    id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON, in the order in which a person would read them."""
        answer = asdict(self)
        first = ("id", "verdict", "reason", "labels", "sub_labels", "details", "treatment")
        return {key: answer.pop(key) for key in first} | answer
