"""What comes in over HTTP, as OpenAPI describes it."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

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

from classifier import Article
from classifier.assessment import Verdict
from classifier.text import normalise
from labels.house_policy import SHORT_TEXTS
from serving.bodies.body import Block, Body, read_block
from serving.store.decisions import Action, Subject
from serving.submission import Submission

MOST_ARTICLES = 64  # in a batch
LANGUAGE_TAG = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$"  # BCP 47, or nearly


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


def _require_visible(text: str) -> str:
    if not normalise(text).text:
        raise PydanticCustomError("blank", "The text is blank. Expected visible text, or no field")
    return text


ShortText = Annotated[
    Annotated[Text, Field(max_length=2_000), AfterValidator(_require_visible)] | None, Field()
]


class _Strict(BaseModel):
    """What is not known, or of another type, is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class BlockRequest(_Strict):
    """A part of a body, with text or with HTML."""

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


class _Previous(BaseModel):
    """A part of an earlier answer; what is not compared is not read."""

    model_config = ConfigDict(extra="ignore", strict=True)


class PreviousEvidence(_Previous):
    """A passage of the last version."""

    quote: Text = Field(description="The passage as a reader saw it.")


class PreviousLabel(_Previous):
    """A label of the last version."""

    severity: int = Field(ge=0, le=3, description="0 to 3.")
    evidence: list[PreviousEvidence] = Field(
        default_factory=list, max_length=100, description="Its passages."
    )


class PreviousPresence(_Previous):
    """A sub-label or detail of the last version."""

    present: bool = Field(description="Whether it was there.")


class PreviousResult(_Previous):
    """The answer for the article's last version."""

    verdict: Verdict = Field(description="Its verdict.")
    content_hash: str = Field(max_length=200, description="Its content hash.")
    versions: dict[str, str] = Field(
        default_factory=dict, max_length=20, description="What gave it."
    )
    labels: dict[str, PreviousLabel] = Field(
        default_factory=dict, max_length=100, description="Its labels."
    )
    sub_labels: dict[str, PreviousPresence] = Field(
        default_factory=dict, max_length=100, description="Its sub-labels."
    )
    details: dict[str, PreviousPresence] = Field(
        default_factory=dict, max_length=100, description="Its details."
    )


class ClassifyRequest(_Strict):
    """An article to be assessed."""

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
        pattern=LANGUAGE_TAG,
        description="Language as a BCP 47 tag such as en or en-GB. The text's own language is "
        "detected all the same: a wrong tag must not make it clear.",
    )
    section: Text | None = Field(
        default=None, max_length=200, description="Desk or section; the policy may look at it."
    )
    headline: ShortText = Field(
        default=None, description="Headline as readers meet it elsewhere; assessed on its own."
    )
    push: ShortText = Field(
        default=None, description="Text of a push notification; assessed on its own."
    )
    social: ShortText = Field(
        default=None, description="Text for social media; assessed on its own."
    )
    queue: bool = Field(
        default=False,
        description="Whether the assessment is put into the queue of the review desk: where it is "
        "flagged or not checked, and a sample of the clear ones. Ask once an article, when it is "
        "handed in, and not with every save.",
    )
    previous_result: PreviousResult | None = Field(
        default=None,
        description="What you got for the article's last version; `changes` in the answer says "
        "what is different. Only what is compared is read.",
    )

    @cached_property
    def submission(self) -> Submission:
        """The article as it was sent, ready to be read."""
        return Submission(
            Body(self._blocks()), self.title or "", self.id, self.section, self.language
        )

    @cached_property
    def short_texts(self) -> dict[str, Article]:
        """The texts that stand alone, each as an article of its own."""
        given = {name: getattr(self, name) for name in SHORT_TEXTS}
        return {
            name: Article(text, language=self.language)
            for name, text in given.items()
            if text is not None
        }

    @property
    def characters(self) -> int:
        """Code points that were sent, markup included."""
        texts = self.short_texts.values()
        return self.submission.characters + sum(len(text.body) for text in texts)

    def _blocks(self) -> list[Block]:
        if not isinstance(self.body, str):
            return [block.block() for block in self.body]
        return [read_block(self.body, self.body_format)]


Name = Annotated[Text, Field(min_length=1, max_length=200)]


class DecisionVersions(_Strict):
    """The versions of the answer that the editor had before them."""

    artifact: Name = Field(description="As in the answer.")
    taxonomy: Name = Field(description="As in the answer.")
    code: Name = Field(description="As in the answer.")
    policy: Name | None = Field(default=None, description="As in the answer.")


class DecisionRequest(_Strict):
    """What an editor did with a note, a check or a label."""

    action: Action = Field(description="What was done.")
    subject: Subject = Field(description="What it was done with.")
    subject_id: Name = Field(description="Id of the rule behind a note or check, or of the label.")
    article_id: Name = Field(description="Your id of the article.")
    content_hash: Name = Field(description="As in the answer.")
    editor: Name = Field(description="An id of the editor that only you can read.")
    versions: DecisionVersions = Field(description="As in the answer.")
    severity_before: int | None = Field(
        default=None, ge=0, le=3, description="For a label: the severity as answered."
    )
    severity_after: int | None = Field(
        default=None, ge=0, le=3, description="For a label: the severity as decided."
    )
    reason: Annotated[Text, Field(max_length=1_000)] | None = Field(
        default=None, description="Why, in the editor's words or from a list of yours."
    )
    text: Annotated[Text, Field(max_length=20_000)] | None = Field(
        default=None, description="The wording or passage; stored only while retention is on."
    )


class BatchRequest(_Strict):
    """Several articles. Each is read on its own, so that a bad one does not spoil the rest."""

    articles: list[Any] = Field(
        min_length=1,
        max_length=MOST_ARTICLES,
        description=f"1 to {MOST_ARTICLES} articles, each as for /v1/classify.",
    )
