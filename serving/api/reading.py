"""From the bytes of a request to an article, or to a problem that says what to mend."""

import json
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import Headers

from classifier import Article
from classifier.text import normalise
from serving.api.problems import (
    article_too_long,
    field_errors,
    invalid_request,
    malformed_json,
    not_utf8,
    unsupported_media_type,
)
from serving.api.schemas import ClassifyRequest, FieldError

_SLICE = 1000  # characters


async def read_article(request: Request) -> Article:
    """The article in the body of a request. Raises ProblemError."""
    _require_json(request.headers)
    article = _validate(_parse(await request.body())).article()
    length = len(article.title) + len(article.body)
    limit = request.app.state.settings.max_article_characters
    if length > limit:
        raise article_too_long(limit, length)
    if not _has_visible(article.body):
        raise invalid_request(
            [FieldError(pointer="#/body", detail="The body is blank. Expected visible text.")]
        )
    return article


def _require_json(headers: Headers) -> None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if media_type != "application/json" or encoding != "identity":
        raise unsupported_media_type()


def _parse(body: bytes) -> Any:
    """JSON in UTF-8, whose lone surrogates pass: validation can say in which field they are."""
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


def _validate(sent: Any) -> ClassifyRequest:
    try:
        return ClassifyRequest.model_validate(sent)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise invalid_request(field_errors(found, ClassifyRequest.model_fields)) from None


def _has_visible(text: str) -> bool:
    """Whether a reader would see anything; ends at the first slice that shows it."""
    slices = (text[start : start + _SLICE] for start in range(0, len(text), _SLICE))
    return any(normalise(part).text for part in slices)
