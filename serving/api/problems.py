"""Errors as problem documents (RFC 9457). None of them holds anything that the caller sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from http import HTTPStatus
from math import ceil
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic.fields import FieldInfo
from starlette.exceptions import HTTPException

from serving.api.schemas import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20  # in one document; more help nobody
LONGEST_NAME = 40  # of a field, to look for a similar one

_MESSAGES = {
    "missing": "This field is required.",
    "model_type": "The request is no JSON object.",
    "string_type": "This field holds no string.",
    "string_unicode": (
        "The text holds half of a surrogate pair, an escape from \\ud800 to \\udfff without its "
        "other half. Expected whole characters. Shorten texts between characters, not between "
        "UTF-16 units."
    ),
}


@dataclass(eq=False)  # exceptions must be hashable
class ProblemError(Exception):
    """A request that is answered with a problem document.

    `slug` is the stable end of the document's `type`; `detail` says what happened, what was
    expected, what was got and what to do.
    """

    status: int
    slug: str
    title: str
    detail: str
    errors: list[FieldError] | None = None
    verdict: Literal["not_checked"] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self, request_id: str) -> Problem:
        """The document that the caller gets."""
        return Problem(
            type=f"/problems/{self.slug}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            request_id=request_id,
            errors=self.errors,
            verdict=self.verdict,
        )

    def response(self, request_id: str) -> Response:
        """The answer to the request of that id."""
        content = self.document(request_id).model_dump_json(exclude_none=True)
        return Response(content, self.status, self.headers, MEDIA_TYPE)


def handle_problems(app: FastAPI) -> None:
    """Let every error that a route or the router raises become a problem document."""
    app.add_exception_handler(ProblemError, _answer)
    app.add_exception_handler(RequestValidationError, _answer)
    app.add_exception_handler(HTTPException, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    problem = _problem(error)
    request.state.problem = problem.slug
    if problem.verdict is not None:
        request.state.verdict = problem.verdict
    return problem.response(request.state.request_id)


def _problem(error: Exception) -> ProblemError:
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, RequestValidationError):
        return invalid_request(field_errors(error.errors()))
    if isinstance(error, HTTPException):
        return refused(error.status_code, error.headers)
    return internal_error()


def refused(status: int, headers: Mapping[str, str] | None = None) -> ProblemError:
    """What the router refuses: an unknown route, a method that the route does not have."""
    title = HTTPStatus(status).phrase
    slug = title.lower().replace(" ", "-")
    detail = "Nothing answers this request. /openapi.json lists the routes and their methods."
    return ProblemError(status, slug, title, detail, headers=headers or {})


def invalid_request(errors: list[FieldError]) -> ProblemError:
    """The JSON is well formed but no article."""
    detail = "The request does not have the form of an article; `errors` says where. Correct it."
    return ProblemError(422, "invalid-request", "Invalid request", detail, errors)


def field_errors(
    errors: Iterable[Any], fields: Mapping[str, FieldInfo] | None = None
) -> list[FieldError]:
    """What pydantic found, without the values and without the names of unknown fields.

    `fields` are those of the model: what a misspelt name may have meant, what a field expects.
    """
    return [_field_error(error, fields or {}) for error in list(errors)[:MOST_ERRORS]]


def _field_error(error: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> FieldError:
    # Names in brackets are those of alternatives in our schema, not of fields.
    location = [str(part) for part in error["loc"] if not str(part).startswith("(")]
    if error["type"] == "extra_forbidden":
        message = _unknown_field(location.pop(), tuple(fields))
    else:
        message = _MESSAGES.get(error["type"]) or f"{error['msg']}."
        expected = fields.get("/".join(location))
        message += f" Expected: {expected.description}" if expected else ""
    return FieldError(pointer="/".join(["#", *location]), detail=message)


def _unknown_field(name: str, known: tuple[str, ...]) -> str:
    """A hint that leaves the unknown name out: a text in the wrong place may be the article's."""
    near = get_close_matches(name[:LONGEST_NAME].lower(), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected {', '.join(known) or 'no more'}."
    return f"There is a field that is not known: {hint}"


def malformed_json(place: str) -> ProblemError:
    """The body is no JSON; `place` says where, if that is known."""
    detail = f"The body is no JSON{place}. Expected one JSON object. Correct the request."
    return ProblemError(400, "malformed-json", "Malformed JSON", detail)


def not_utf8() -> ProblemError:
    """The body is in another encoding than JSON has."""
    detail = "The body is not UTF-8. Expected JSON in UTF-8, not compressed. Encode it so."
    return ProblemError(400, "not-utf-8", "Not UTF-8", detail)


def unsupported_media_type() -> ProblemError:
    """The body does not claim to be JSON."""
    detail = (
        "The body has another media type or encoding. Expected: Content-Type application/json, no "
        "Content-Encoding. Send the article as JSON with that header."
    )
    return ProblemError(415, "unsupported-media-type", "Unsupported media type", detail)


def request_too_large(limit: int) -> ProblemError:
    """The body has more bytes than the server reads."""
    detail = (
        f"The request is too large. Expected: at most {limit} bytes of body. Got: more. Send less, "
        "or raise FOREWARN_MAX_BODY_BYTES on the server."
    )
    return ProblemError(413, "request-too-large", "Request too large", detail)


def too_slow(seconds: float) -> ProblemError:
    """The body did not come in time."""
    detail = (
        f"The request came too slowly. Expected: all of it within {seconds:g} seconds. Nothing "
        "was assessed. Send it again."
    )
    headers = {"Connection": "close"}
    return ProblemError(408, "too-slow", "Request timeout", detail, headers=headers)


def article_too_long(limit: int, got: int) -> ProblemError:
    """The article has more characters than the server assesses; nothing was cut."""
    detail = (
        f"The article is too long. Expected: at most {limit} characters in title and body "
        f"together. Got: {got}. Nothing was assessed. Send it in parts, or raise "
        "FOREWARN_MAX_ARTICLE_CHARACTERS on the server."
    )
    return ProblemError(413, "article-too-long", "Article too long", detail)


def not_ready() -> ProblemError:
    """The classifier is not loaded, or not any more."""
    detail = "The server is starting or stopping. Nothing was assessed. Try again in a second."
    return ProblemError(503, "not-ready", "Not ready", detail, headers={"Retry-After": "1"})


def overloaded(seconds: float) -> ProblemError:
    """More articles wait than can be assessed soon."""
    detail = (
        "Too many articles are waiting. Nothing was assessed: the article is not checked. Try "
        "again after the seconds in Retry-After."
    )
    after = {"Retry-After": str(max(1, ceil(seconds)))}
    return ProblemError(
        503, "overloaded", "Overloaded", detail, verdict="not_checked", headers=after
    )


def deadline_passed(milliseconds: int, expected: float | None) -> ProblemError:
    """The answer was not there in time, or could not have been."""
    reason = "It did not come in time."
    if expected is not None:
        reason = f"It would have taken about {1000 * expected:.0f} ms."
    detail = (
        f"An answer was expected within {milliseconds} ms. {reason} Nothing was assessed: the "
        "article is not checked. Wait longer with X-Deadline-Ms, or try again."
    )
    return ProblemError(504, "deadline", "Deadline passed", detail, verdict="not_checked")


def unauthorised(
    reason: str = "There is no key, or one that is unknown, expired or revoked.",
) -> ProblemError:
    """The caller shows no key that holds."""
    detail = (
        f"{reason} Expected: the header Authorization: Bearer, and a key in use. Nothing was done. "
        "Make a key with `forewarn keys create`."
    )
    headers = {"WWW-Authenticate": "Bearer"}
    return ProblemError(401, "unauthorized", "Unauthorized", detail, headers=headers)


def forbidden(scope: str) -> ProblemError:
    """The caller's key is for other things."""
    detail = (
        f"The key is not for this. Expected: the scope {scope}. Nothing was done. Use another key, "
        "or make one with `forewarn keys create`."
    )
    return ProblemError(403, "forbidden", "Forbidden", detail)


def too_often(seconds: int) -> ProblemError:
    """The caller's key was used more often than the settings allow."""
    detail = (
        "The key is used too often. Nothing was assessed or stored. Try again after the seconds in "
        "Retry-After, or raise FOREWARN_RATE_LIMIT on the server."
    )
    headers = {"Retry-After": str(seconds)}
    return ProblemError(
        429, "too-often", "Too many requests", detail, verdict="not_checked", headers=headers
    )


def idempotency_conflict() -> ProblemError:
    """The idempotency key came with another decision before."""
    detail = (
        "This Idempotency-Key came with another decision before. Nothing was stored. Make a new "
        "one for each decision, and keep it for sending that decision again."
    )
    return ProblemError(409, "idempotency-conflict", "Conflict", detail)


def internal_error() -> ProblemError:
    """A fault of ours, of which the caller learns no more than the request id."""
    detail = "The server failed; nothing was assessed. Report the request id to whoever runs it."
    return ProblemError(500, "internal-error", "Internal error", detail)
