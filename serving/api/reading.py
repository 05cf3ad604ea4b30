"""From the bytes of a request to articles, or to a problem that says what to mend."""

import json
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers

from classifier.text import normalise
from serving.api.problems import (
    article_too_long,
    field_errors,
    invalid_request,
    malformed_json,
    not_utf8,
    unsupported_media_type,
)
from serving.api.requests import ClassifyRequest
from serving.api.schemas import FieldError
from serving.bodies.ninjs import NinjsError, is_ninjs
from serving.submission import from_ninjs

_SLICE = 1000  # characters

Model = TypeVar("Model", bound=BaseModel)


async def read_json(request: Request) -> Any:
    """What the body of a request holds. Raises ProblemError where it is no JSON."""
    _require_json(request.headers)
    return parse_json(await request.body())


def read_article(sent: Any, limit: int) -> ClassifyRequest:
    """One article as it was sent: ours, or a ninjs document. Raises ProblemError.

    `limit` are the characters that all its texts may have together.
    """
    asked = _from_ninjs(sent) if isinstance(sent, dict) and is_ninjs(sent) else None
    asked = asked or validate(ClassifyRequest, sent)
    if asked.characters > limit:
        raise article_too_long(limit, asked.characters)
    if not _has_visible(asked.submission.article.body):
        raise invalid_request(
            [FieldError(pointer="#/body", detail="The body is blank. Expected visible text.")]
        )
    return asked


def validate(model: type[Model], sent: Any) -> Model:
    """What was sent, as a model. Raises ProblemError, without any of the values."""
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise invalid_request(field_errors(found, model.model_fields)) from None


def _from_ninjs(document: dict[str, Any]) -> ClassifyRequest:
    try:
        found = from_ninjs(document)
    except NinjsError as error:
        raise invalid_request([FieldError(pointer="#", detail=str(error))]) from None
    # Checked as a request of ours is: lone surrogates, length of the id, form of the language.
    blocks = [{"id": block.id, block.format: block.source} for block in found.body.blocks]
    given = {"title": found.title, "id": found.id, "language": found.language, "body": blocks}
    return validate(ClassifyRequest, given)


def _require_json(headers: Headers) -> None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if media_type != "application/json" or encoding != "identity":
        raise unsupported_media_type()


def parse_json(body: bytes) -> Any:
    """JSON in UTF-8, whose lone surrogates pass: validation can say in which field they are.

    Raises ProblemError.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise not_utf8() from None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f": it fails at line {error.lineno}, column {error.colno}"
        raise malformed_json(place) from None
    except (ValueError, RecursionError):  # numbers of thousands of digits, lists in lists in lists
        raise malformed_json(" that can be read") from None


def _has_visible(text: str) -> bool:
    """Whether a reader would see anything; ends at the first slice that shows it."""
    slices = (text[start : start + _SLICE] for start in range(0, len(text), _SLICE))
    return any(normalise(part).text for part in slices)
