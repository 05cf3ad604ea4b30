"""What comes out over HTTP, as OpenAPI describes it.

The answers have the names and the order of `classifier.Assessment` and `labels.Taxonomy`.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from classifier.assessment import ReasonCode, Verdict
from classifier.identification import CueKind, Risk
from labels.house_policy import ACTIONS
from serving.api.requests import DecisionVersions
from serving.store import decisions

Probability = Annotated[float, Field(ge=0, le=1)]


class Span(BaseModel):
    """Offsets in the unit that was asked for."""

    start: int = Field(ge=0, description="Where it begins.")
    end: int = Field(ge=0, description="Where it ends: the first unit after it.")


PassageField = Literal["title", "body", "headline", "push", "social"]


class Passage(BaseModel):
    """A part of the article, anchored where it was sent."""

    field: PassageField = Field(description="The field that holds the passage.")
    block: str | None = Field(description="Id of the block that holds it; null where none has one.")
    start: int = Field(ge=0, description="Where it begins in the title, body or block as sent.")
    end: int = Field(ge=0, description="Where it ends: the first unit after it.")
    visible: Span = Field(description="The same in the text that a reader sees of it.")
    quote: str = Field(description="The passage as a reader sees it.")
    before: str = Field(description="A few visible words before it.")
    after: str = Field(description="A few visible words after it.")


class Evidence(Passage):
    """A passage that carries a label."""

    score: Probability = Field(description="How much it carries; comparable within the label.")


class Cue(Passage):
    """A passage that may tell readers who a minor is."""

    kind: CueKind = Field(description="What it tells.")


class Identification(BaseModel):
    """How likely readers can tell who a minor is. It is never 'safe': the check sees little."""

    risk: Risk = Field(description="What the cues and the classifier amount to.")
    cues: list[Cue] = Field(description="Passages that tell something, in reading order.")
    reasons: list[str] = Field(description="Sentences for the editor.")


class Note(BaseModel):
    """A proposed note for readers."""

    text: str = Field(description="What readers would read; edit it as you like.")
    topics: list[str] = Field(description="Ids of the policy's topics that it names.")
    rules: list[str] = Field(description="Ids of the rules that fired, the gravest topic's first.")
    reason: str = Field(description="Why, for the editor.")
    passages: list[Passage] = Field(description="What made the rules fire.")


class Check(BaseModel):
    """Something to look at before publishing."""

    id: str = Field(description="The check's id in the policy.")
    text: str = Field(description="What to look at.")
    rules: list[str] = Field(description="Ids of the rules that fired.")
    reason: str = Field(description="Why, for the editor.")
    passages: list[Passage] = Field(description="What made the rules fire.")


class Action(BaseModel):
    """What the policy proposes to do with the article beside notes and checks."""

    id: Literal[ACTIONS] = Field(description="Which action.")  # type: ignore[valid-type]
    rules: list[str] = Field(description="Ids of the rules that fired.")
    reason: str = Field(description="Why, for the editor.")


class HelpLine(BaseModel):
    """Where readers find help."""

    country: str = Field(description="Country, ISO 3166, two letters.")
    name: str = Field(description="Who answers.")
    contact: str = Field(description="How they are reached.")
    topics: list[str] = Field(description="Ids of the topics that it is for.")
    mentions: list[str] = Field(description="Words of which one shows that an article gives it.")
    url: str | None = Field(description="Its page.")


class LabelAssessment(BaseModel):
    """How grave a label is in this article."""

    severity: int = Field(ge=0, le=3, description="0 to 3; see /v1/taxonomy for what they mean.")
    probabilities: tuple[Probability, Probability, Probability] = Field(
        description="Calibrated probabilities of a severity of at least 1, at least 2 and 3."
    )
    flagged: bool = Field(description="Whether the severity is 2 or more.")
    evidence: list[Evidence] = Field(
        description="Passages that carry it, most telling first; none at severity 0."
    )


class Presence(BaseModel):
    """Whether a sub-label or a detail is there."""

    probability: Probability = Field(description="Calibrated probability that it is there.")
    present: bool = Field(description="Whether the artifact's threshold is met.")


class TreatmentAssessment(BaseModel):
    """How the article treats its subject."""

    label: str = Field(description="The likeliest treatment.")
    probability: Probability = Field(description="Its probability.")


class Reason(BaseModel):
    """Why an article was not checked."""

    code: ReasonCode = Field(description="Stable, for programs.")
    message: str = Field(description="A sentence for the editor.")


class Versions(BaseModel):
    """What gave the answer."""

    artifact: str = Field(description="Name and digest of the artifact.")
    taxonomy: str = Field(description="Version of the taxonomy.")
    code: str = Field(description="Release of Forewarn.")
    policy: str = Field(description="Name, version and digest of the house policy.")


class ShortLabel(BaseModel):
    """How grave a label is in a short text."""

    severity: int = Field(ge=0, le=3, description="0 to 3.")
    probabilities: tuple[Probability, Probability, Probability] = Field(
        description="Calibrated probabilities of a severity of at least 1, at least 2 and 3."
    )
    flagged: bool = Field(description="Whether the severity is 2 or more.")


class ShortText(BaseModel):
    """What a text that stands alone involves by itself."""

    verdict: Verdict = Field(description="As for an article.")
    reason: Reason | None = Field(description="Why it was not checked; null where it was.")
    labels: dict[str, ShortLabel] = Field(description="Every label, by id.")


class SeverityChange(BaseModel):
    """A severity that is not what it was; null where the label was not there."""

    before: int | None = Field(description="In the last version.")
    after: int | None = Field(description="Now.")


class PassageChange(BaseModel):
    """Passages of a label that were not shown before, or are not any more."""

    added: list[str] = Field(description="Quotes that are new.")
    removed: list[str] = Field(description="Quotes that are gone.")


class NameChange(BaseModel):
    """Sub-labels and details that are new or gone."""

    added: list[str] = Field(description="Ids that are new.")
    removed: list[str] = Field(description="Ids that are gone.")


class Changes(BaseModel):
    """What is different from `previous_result`."""

    text: bool = Field(description="Whether the visible text is another.")
    versions: list[str] = Field(
        description="Which versions are others; a severity may then change without the text."
    )
    verdict: Verdict | None = Field(
        description="The verdict before, where it was another; else null."
    )
    severities: dict[str, SeverityChange] = Field(description="Labels whose severity is another.")
    present: NameChange = Field(description="Sub-labels and details.")
    passages: dict[str, PassageChange] = Field(description="Labels with other passages.")


class Subject(BaseModel):
    """An entry for `subjects` of a ninjs document, from IPTC's content warnings."""

    name: str = Field(description="The code's name in English.")
    uri: str = Field(description="The code in IPTC's content-warning NewsCodes.")
    relevance: int = Field(ge=0, le=100, description="From the severity: 1 is 33, 2 is 67, 3 100.")
    confidence: int = Field(
        ge=0, le=100, description="Calibrated probability of that severity, in percent."
    )


class Assessment(BaseModel):
    """What the article involves. What was `not_checked` is not clear: read it yourself."""

    id: str | None = Field(description="The id as sent.")
    verdict: Verdict = Field(
        description="flagged: a label has severity 2 or more. clear: none has. "
        "not_checked: nobody knows; the reason says why, and there are no labels."
    )
    reason: Reason | None = Field(description="Why it was not checked; null where it was.")
    labels: dict[str, LabelAssessment] = Field(description="Every label, by id.")
    sub_labels: dict[str, Presence] = Field(description="Every sub-label, by id.")
    details: dict[str, Presence] = Field(description="Every detail, by id.")
    treatment: TreatmentAssessment | None = Field(description="Null where it was not checked.")
    language: str | None = Field(description="Language of the article, where it is known.")
    content_hash: str = Field(
        description="SHA-256 of the visible text: stays when only white space changes."
    )
    versions: Versions = Field(description="Of artifact, taxonomy and code.")
    notes: list[Note] = Field(description="Proposed notes for readers: one, or none.")
    checks: list[Check] = Field(description="What the policy asks editors to look at.")
    actions: list[Action] = Field(description="What the policy proposes beside.")
    help_lines: list[HelpLine] = Field(description="Where readers find help with the topics.")
    identification: Identification | None = Field(
        description="Whether readers could tell who a minor is; null where it was not checked."
    )
    texts: dict[str, ShortText] = Field(
        description="Headline, push and social text, as far as given, each assessed on its own."
    )
    changes: Changes | None = Field(
        description="What is different from previous_result; null where none was sent."
    )
    subjects: list[Subject] | None = Field(
        description="IPTC content warnings for a ninjs document; null unless iptc=true."
    )
    queued: int | None = Field(
        description="Its number in the queue of the review desk; null where it does not wait there."
    )


class Threshold(BaseModel):
    """From which severity a label is acted on."""

    severity: int = Field(ge=1, le=3, description="The severity.")
    at_least_1: float | None = Field(description="Probability in the place of the artifact's.")
    at_least_2: float | None = Field(description="Probability in the place of the artifact's.")
    at_least_3: float | None = Field(description="Probability in the place of the artifact's.")


class Topic(BaseModel):
    """What a note can name."""

    id: str = Field(description="Its id.")
    covers: list[str] = Field(description="Topics that need not be named beside it.")


class Rule(BaseModel):
    """What follows where a condition holds."""

    id: str = Field(description="As in notes, checks and actions.")
    when: dict[str, Any] = Field(description="Conditions; all that are given must hold.")
    topic: str | None = Field(description="Topic for the note.")
    check: str | None = Field(description="Check for editors.")
    actions: list[str] = Field(description="Actions.")


class Wording(BaseModel):
    """All that people read, in one locale."""

    note: str = Field(description="The note, with a place for its topics.")
    between: str = Field(description="What stands between two topics.")
    last: str = Field(description="What stands before the last topic.")
    topics: dict[str, str] = Field(description="By topic.")
    checks: dict[str, str] = Field(description="By check.")
    reasons: dict[str, str] = Field(description="By rule.")


class Policy(BaseModel):
    """The house policy in force."""

    name: str = Field(description="Its name.")
    version: str = Field(description="Its version.")
    digest: str = Field(description="Stands for all that it says.")
    taxonomy: str = Field(description="The taxonomy that it is written for.")
    locale: str = Field(description="The locale that it falls back to.")
    most_topics: int = Field(description="Topics that a note names at most.")
    thresholds: dict[str, Threshold] = Field(description="By label.")
    topics: list[Topic] = Field(description="Gravest first.")
    rules: list[Rule] = Field(description="In the order of the file.")
    wording: dict[str, Wording] = Field(description="By locale.")
    help_lines: list[HelpLine] = Field(description="All of them.")


class Decision(BaseModel):
    """A decision as it is stored."""

    id: int = Field(description="Its number; they rise.")
    at: datetime = Field(description="When it was stored.")
    key_id: str = Field(description="Id of the API key that reported it, or local.")
    idempotency_key: str = Field(description="As sent.")
    action: decisions.Action = Field(description="What was done.")
    subject: decisions.Subject = Field(description="What it was done with.")
    subject_id: str = Field(description="Id of the rule behind a note or check, or of the label.")
    article_id: str = Field(description="As sent.")
    content_hash: str = Field(description="As sent.")
    editor: str = Field(description="As sent.")
    versions: DecisionVersions = Field(description="As sent.")
    severity_before: int | None = Field(description="As sent.")
    severity_after: int | None = Field(description="As sent.")
    reason: str | None = Field(description="As sent.")
    text: str | None = Field(description="As sent, if it came while retention was on.")
    undoes: int | None = Field(
        description="Number of a decision that this one takes back: what it says holds no more."
    )


class Decisions(BaseModel):
    """Decisions in the order in which they were stored."""

    decisions: list[Decision] = Field(description="Oldest first.")
    cursor: str | None = Field(description="For `after`: leads to what comes later.")
    more: bool = Field(description="Whether there are later ones already.")


class AuditEntry(BaseModel):
    """Something that was done."""

    id: int = Field(description="Its number; they rise.")
    at: datetime = Field(description="When it was done.")
    actor: str = Field(description="Id of the API key, local, or command: and the user's name.")
    action: str = Field(description="What was done, such as key.revoke or decision.record.")
    subject_id: str = Field(description="Id of the key or the decision that it was done to.")
    result: str = Field(description="What came of it, such as done.")
    versions: dict[str, str | None] | None = Field(
        description="For a decision: those of the answer that it is about."
    )
    old: dict[str, Any] | None = Field(description="What was before; null where nothing was.")
    new: dict[str, Any] | None = Field(description="What is since.")


class Audit(BaseModel):
    """The audit trail in the order in which it was written."""

    entries: list[AuditEntry] = Field(description="Oldest first.")
    cursor: str | None = Field(description="For `after`: leads to what comes later.")
    more: bool = Field(description="Whether there are later ones already.")


class ShadowArticles(BaseModel):
    """How many articles came to which end."""

    same: int = Field(description="Same verdict and severities.")
    different: int = Field(description="Another verdict, or another severity of a label.")
    dropped: int = Field(description="Not read along: too many came, or the article is too long.")
    failed: int = Field(description="The candidate could not read it.")


class VerdictChange(BaseModel):
    """Two verdicts on one article."""

    before: Verdict = Field(description="Of the artifact in force.")
    after: Verdict = Field(description="Of the candidate.")


class ShadowDifference(BaseModel):
    """An article on which the candidate differs."""

    content_hash: str = Field(description="As in its answer.")
    against: str = Field(description="Version of the artifact that answered.")
    verdict: VerdictChange = Field(description="Both verdicts.")
    severities: dict[str, SeverityChange] = Field(description="Labels whose severity differs.")


class Shadow(BaseModel):
    """What a candidate artifact would have said otherwise. Null and nothing where none reads."""

    candidate: str | None = Field(description="Version of the candidate.")
    articles: ShadowArticles = Field(description="Articles by what came of them.")
    verdicts: dict[str, int] = Field(description="Articles by change, such as flagged to clear.")
    severities: dict[str, int] = Field(description="Articles by change, such as violence 2 to 1.")
    differences: list[ShadowDifference] = Field(description="The newest differences, oldest first.")


class BatchResult(BaseModel):
    """What became of one article of a batch: an assessment, or a problem."""

    status: int = Field(description="The HTTP status that it would have had alone.")
    assessment: Assessment | None = Field(default=None, description="With status 200.")
    problem: "Problem | None" = Field(default=None, description="With any other status.")


class Batch(BaseModel):
    """One result for each article, in the order in which they were sent."""

    results: list[BatchResult] = Field(description="As many as articles.")


class Artifact(BaseModel):
    """An artifact that answers here."""

    name: str = Field(description="Its name.")
    version: str = Field(description="Name and digest, as in `versions` of answers.")
    language: str = Field(description="The language that it reads.")
    taxonomy: str = Field(description="The taxonomy that it was trained for.")
    date: str | None = Field(description="The day on which it was made.")
    articles: dict[str, int] = Field(description="How many articles it was made from, by use.")
    thresholds: dict[str, float] = Field(
        description="Probability from which each output counts; `minors>=2` is the severity."
    )


class Artifacts(BaseModel):
    """All artifacts that answer here: one."""

    artifacts: list[Artifact] = Field(description="The one that answers.")


class Severity(BaseModel):
    """A step of a label."""

    level: int = Field(ge=0, le=3, description="0 to 3.")
    name: str = Field(description="Short name.")
    meaning: str = Field(description="When it holds.")


class _Entry(BaseModel):
    id: str = Field(description="As in assessments.")
    name: str = Field(description="For people.")
    definition: str = Field(description="When it holds, in a sentence.")


class Label(_Entry):
    """An ordinal label."""

    iptc: str | None = Field(description="IPTC content-warning code; null where IPTC has none.")
    severities: list[Severity] = Field(description="Level 0 first.")


class SubLabel(_Entry):
    """A kind of a label."""

    parent: str = Field(description="Id of the label that it belongs to.")
    iptc: str | None = Field(description="IPTC content-warning code; null where IPTC has none.")


class Detail(_Entry):
    """A way of telling that editors want to know of."""


class Treatment(_Entry):
    """A kind of article; each article has exactly one."""


class Taxonomy(BaseModel):
    """Everything that is looked for."""

    version: str = Field(description="As in assessments.")
    labels: list[Label] = Field(description="Ordinal labels, severity 0 to 3.")
    sub_labels: list[SubLabel] = Field(description="Kinds of the labels, present or not.")
    details: list[Detail] = Field(description="Ways of telling, present or not.")
    treatments: list[Treatment] = Field(description="Kinds of article.")


class State(BaseModel):
    """How the server is."""

    status: Literal["alive", "ready"] = Field(description="alive or ready.")


class FieldError(BaseModel):
    """What is wrong in one place of a request."""

    pointer: str = Field(description="JSON pointer to the field, such as #/body.")
    detail: str = Field(description="What is wrong and what was expected. Never the value sent.")


class Problem(BaseModel):
    """A problem document (RFC 9457). It never holds anything of the article."""

    type: str = Field(description="Stable name of the kind of problem, for programs.")
    title: str = Field(description="What kind of problem it is.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened, what was expected, and what to do.")
    request_id: str = Field(description="As in the header X-Request-ID and in the server's log.")
    verdict: Literal["not_checked"] | None = Field(
        default=None, description="Only where an article could not be checked for lack of time."
    )
    errors: list[FieldError] | None = Field(
        default=None, description="Where the request is wrong; only with invalid-request."
    )
