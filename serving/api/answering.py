"""From an article that was asked about to the answer, in time or not at all."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import Header, Query, Request

from classifier import Assessment
from labels import Taxonomy
from serving.api.problems import deadline_passed, overloaded
from serving.api.requests import ClassifyRequest
from serving.bodies.units import Unit
from serving.comparison import compare
from serving.dispatcher import DeadlineError, Dispatcher, OverloadedError
from serving.iptc import content_warnings

_UNCOMPARED = "previous_result"


@dataclass(frozen=True)
class Options:
    """How the answer is wanted."""

    offset_unit: Annotated[Unit, Query(description="What offsets in the answer count.")] = (
        "codepoint"
    )
    iptc: Annotated[
        bool, Query(description="Whether IPTC content warnings are added as `subjects`.")
    ] = False


def deadline(
    request: Request,
    x_deadline_ms: Annotated[
        int | None, Header(ge=1, le=600_000, description="Milliseconds that you will wait.")
    ] = None,
) -> int | None:
    """Milliseconds that the caller waits; None where it does not say."""
    return x_deadline_ms


async def assess(
    asked: ClassifyRequest, dispatcher: Dispatcher, milliseconds: int, *, bulk: bool = False
) -> list[Assessment]:
    """The assessments of the article and of its short texts, in order. Raises ProblemError."""
    articles = [asked.submission.article, *asked.short_texts.values()]
    try:
        return await dispatcher.assess(articles, milliseconds / 1000, bulk=bulk)
    except OverloadedError as error:
        raise overloaded(error.retry_after) from None
    except DeadlineError as error:
        raise deadline_passed(milliseconds, error.expected) from None


def answer(
    asked: ClassifyRequest, found: list[Assessment], taxonomy: Taxonomy, options: Options
) -> dict[str, Any]:
    """The answer to an article, from what `assess` found."""
    article, *short = found
    said = asked.submission.answer(article, options.offset_unit)
    texts = zip(asked.short_texts, short, strict=True)
    extras: dict[str, Any] = {
        "texts": {name: asdict(assessment) for name, assessment in texts},
        "changes": None,
        "subjects": None,
    }
    if asked.previous_result is not None:
        extras["changes"] = compare(asked.previous_result.model_dump(), said)
    if options.iptc:
        extras["subjects"] = content_warnings(article, taxonomy)
    return said | extras


def entity_tag(sent: Any, options: Options, dispatcher: Dispatcher) -> str:
    """Stands for the answer: the same while the request and all versions stay the same.

    Weak, as the last digit of a probability may depend on what is assessed at the same time.
    """
    kept = {key: value for key, value in sent.items() if key != _UNCOMPARED}
    key = [kept, asdict(options), asdict(dispatcher.versions)]
    return f'W/"{hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]}"'


def matches(tag: str, header: str | None) -> bool:
    """Whether an If-None-Match header names the tag; weak and strong are the same to it."""
    opaque = tag.removeprefix("W/")
    names = [name.strip().removeprefix("W/") for name in (header or "").split(",")]
    return opaque in names
