"""What goes in and out over HTTP, as OpenAPI describes it.

The answers have the names and the order of `classifier.Assessment` and `labels.Taxonomy`.
"""

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from classifier.assessment import ReasonCode, Verdict
from serving.bodies.body import Block, Body, read_block
from serving.submission import Submission

Probability = Annotated[float, Field(ge=0, le=1)]


def _require_whole_characters(text: str) -> str:
    """Refuse lone surrogates, which JSON can spell: no answer could carry them as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        # From None: the original error holds the whole text.
        raise PydanticCustomError(
            "string_unicode", "The text holds half of a surrogate pair"
        ) from None
    return text


Text = Annotated[str, AfterValidator(_require_whole_characters)]


class BlockRequest(BaseModel):
    """A part of a body, with text or with HTML."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Text | None = Field(
        default=None, max_length=200, description="Your name for the block; anchors name it."
    )
    type: Text | None = Field(
        default=None, max_length=200, description="What the block is. It has no part in the answer."
    )
    text: Text | None = Field(default=None, description="The block's plain text.")
    html: Text | None = Field(default=None, description="The block's HTML, in the place of text.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.html is None):
            raise PydanticCustomError("one_of", "A block has either text or html")
        return self

    def block(self) -> Block:
        """The block as it is read."""
        if self.html is not None:
            return Block(self.html, "html", self.id)
        return Block(self.text or "", "text", self.id)


class ClassifyRequest(BaseModel):
    """An article to be assessed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Text | None = Field(default=None, description="Headline, as plain text.")
    body: Annotated[
        Annotated[Text, Tag("(text)")] | Annotated[list[BlockRequest], Tag("(blocks)")],
        Discriminator(lambda sent: "(blocks)" if isinstance(sent, list) else "(text)"),
    ] = Field(
        description="The article's text: a string of plain text or HTML (Gutenberg's too), or a "
        "list of blocks in reading order. It may not be blank."
    )
    body_format: Literal["auto", "text", "html"] = Field(
        default="auto",
        description="What a body that is a string holds; auto takes it for HTML where it has tags.",
    )
    id: Text | None = Field(
        default=None, max_length=200, description="Your name for the article; comes back as sent."
    )
    language: Text | None = Field(
        default=None,
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$",
        description="Language as a BCP 47 tag such as en or en-GB. The text's own language is "
        "detected all the same: a wrong tag must not make it clear.",
    )
    section: Text | None = Field(
        default=None, max_length=200, description="Desk or section. It has no part in the answer."
    )

    def submission(self) -> Submission:
        """The article as it was sent, ready to be read."""
        return Submission(
            Body(self._blocks()), self.title or "", self.id, self.section, self.language
        )

    def _blocks(self) -> list[Block]:
        if not isinstance(self.body, str):
            return [block.block() for block in self.body]
        return [read_block(self.body, self.body_format)]


class Span(BaseModel):
    """Offsets in the unit that was asked for."""

    start: int = Field(ge=0, description="Where it begins.")
    end: int = Field(ge=0, description="Where it ends: the first unit after it.")


class Evidence(BaseModel):
    """A passage that carries a label."""

    field: Literal["title", "body"] = Field(description="The field that holds the passage.")
    block: str | None = Field(description="Id of the block that holds it; null where none has one.")
    start: int = Field(ge=0, description="Where it begins in the title, body or block as sent.")
    end: int = Field(ge=0, description="Where it ends: the first unit after it.")
    visible: Span = Field(description="The same in the text that a reader sees of it.")
    quote: str = Field(description="The passage as a reader sees it.")
    before: str = Field(description="A few visible words before it.")
    after: str = Field(description="A few visible words after it.")
    score: Probability = Field(description="How much it carries; comparable within the label.")


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
