"""The OpenAPI document: what FastAPI derives from the routes, and what it cannot know.

That is the body of a request, which we read ourselves so that no error echoes it, the problems that
may come back, and examples.
"""

from collections.abc import Iterable
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from labels import read_taxonomy
from serving.api import examples
from serving.api.problems import (
    MEDIA_TYPE,
    ProblemError,
    article_too_long,
    deadline_passed,
    field_errors,
    internal_error,
    invalid_request,
    malformed_json,
    not_ready,
    not_utf8,
    overloaded,
    request_too_large,
    unsupported_media_type,
)
from serving.api.schemas import ClassifyRequest, Problem

_REF = "#/components/schemas/{model}"
_PROBLEM = Problem.__name__


class Api(FastAPI):
    """The application, with a whole OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """The document; FastAPI keeps it once it is made."""
        document = super().openapi()
        if _PROBLEM not in document["components"]["schemas"]:
            _complete(document)
        return document


def _complete(document: dict[str, Any]) -> None:
    _, extra = models_json_schema(
        [(ClassifyRequest, "validation"), (Problem, "serialization")], ref_template=_REF
    )
    document["components"]["schemas"] |= extra["$defs"]
    for theirs in ("HTTPValidationError", "ValidationError"):  # we answer with problems
        document["components"]["schemas"].pop(theirs, None)
    paths = document["paths"]
    _complete_classify(paths["/v1/classify"]["post"])
    _add_example(paths["/v1/taxonomy"]["get"], asdict(read_taxonomy()))
    _add_example(paths["/livez"]["get"], {"status": "alive"})
    _add_example(paths["/readyz"]["get"], {"status": "ready"})
    for path in ("/v1/taxonomy", "/readyz"):
        _add_problems(paths[path]["get"], [not_ready(), internal_error()])


def _complete_classify(operation: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)  # FastAPI's, which has another form
    schema = {"$ref": _REF.format(model="ClassifyRequest")}
    content = {"application/json": {"schema": schema, "example": examples.request()}}
    operation["requestBody"] = {"required": True, "content": content}
    _add_example(operation, examples.answer())
    misspelt = [
        {"type": "extra_forbidden", "loc": ("titel",)},
        {"type": "missing", "loc": ("body",)},
    ]
    problems = [
        malformed_json(": it fails at line 3, column 14"),
        not_utf8(),
        request_too_large(2_000_000),
        article_too_long(300_000, 412_906),
        unsupported_media_type(),
        invalid_request(field_errors(misspelt, ClassifyRequest.model_fields)),
        internal_error(),
        not_ready(),
        overloaded(1.2),
        deadline_passed(2_500, 3.1),
    ]
    _add_problems(operation, problems)


def _add_example(operation: dict[str, Any], example: dict[str, Any]) -> None:
    operation["responses"]["200"]["content"]["application/json"]["example"] = example


def _add_problems(operation: dict[str, Any], problems: Iterable[ProblemError]) -> None:
    for problem in problems:
        content = {"schema": {"$ref": _REF.format(model=_PROBLEM)}, "examples": {}}
        response = operation["responses"].setdefault(
            str(problem.status),
            {"description": HTTPStatus(problem.status).phrase, "content": {MEDIA_TYPE: content}},
        )
        document = problem.document(request_id="5f0e6b1c9d3a4e7f8a2b6c4d1e9f0a3b")
        example = {"value": document.model_dump(exclude_none=True)}
        response["content"][MEDIA_TYPE]["examples"][problem.slug] = example
