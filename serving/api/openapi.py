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
    forbidden,
    idempotency_conflict,
    internal_error,
    invalid_request,
    malformed_json,
    not_ready,
    not_utf8,
    overloaded,
    request_too_large,
    too_often,
    too_slow,
    unauthorised,
    unsupported_media_type,
)
from serving.api.requests import BatchRequest, ClassifyRequest, DecisionRequest
from serving.api.schemas import Problem

_REF = "#/components/schemas/{model}"
_PROBLEM = Problem.__name__


class Api(FastAPI):
    """The application, with a whole OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """The document; FastAPI keeps it once it is made."""
        document = super().openapi()
        if ClassifyRequest.__name__ not in document["components"]["schemas"]:
            _complete(document)
        return document


def _complete(document: dict[str, Any]) -> None:
    _, extra = models_json_schema(
        [
            (ClassifyRequest, "validation"),
            (BatchRequest, "validation"),
            (DecisionRequest, "validation"),
            (Problem, "serialization"),
        ],
        ref_template=_REF,
    )
    document["components"]["schemas"] |= extra["$defs"]
    for theirs in ("HTTPValidationError", "ValidationError"):  # we answer with problems
        document["components"]["schemas"].pop(theirs, None)
    paths = document["paths"]
    _complete_classify(paths["/v1/classify"]["post"])
    _complete_batch(paths["/v1/classify/batch"]["post"])
    _add_example(paths["/v1/taxonomy"]["get"], asdict(read_taxonomy()))
    _add_example(paths["/v1/models"]["get"], examples.artifacts())
    _add_example(paths["/v1/policy"]["get"], examples.policy())
    _add_example(paths["/livez"]["get"], {"status": "alive"})
    _add_example(paths["/readyz"]["get"], {"status": "ready"})
    _complete_decisions(paths["/v1/decisions"])
    _complete_export(paths["/v1/audit"]["get"], examples.audit())
    _add_example(paths["/v1/shadow"]["get"], examples.shadow())
    for path in ("/v1/taxonomy", "/v1/models", "/v1/policy", "/v1/shadow"):
        _add_problems(paths[path]["get"], [*_caller_problems(), not_ready(), internal_error()])
    _add_problems(paths["/readyz"]["get"], [not_ready(), internal_error()])
    for path in paths:
        if path.startswith("/v1/"):
            for operation in paths[path].values():
                operation["security"] = [{"key": []}]
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}


def _complete_decisions(operations: dict[str, dict[str, Any]]) -> None:
    decide, export = operations["post"], operations["get"]
    _add_body(decide, "DecisionRequest", examples.decision())
    stored = examples.stored_decision()
    decide["responses"]["201"]["content"]["application/json"]["example"] = stored
    again = {"description": "Stored before", "content": decide["responses"]["201"]["content"]}
    decide["responses"]["200"] = again
    missing = [{"type": "missing", "loc": ("action",)}]
    wrong = invalid_request(field_errors(missing, DecisionRequest.model_fields))
    _add_problems(
        decide, [*_caller_problems(), *_reading_problems(), idempotency_conflict(), wrong]
    )
    page = {"decisions": [stored], "cursor": "ZGVjaXNpb25zOjE", "more": False}
    _complete_export(export, page)


def _complete_export(operation: dict[str, Any], page: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)
    _add_example(operation, page)
    wrong = invalid_request(field_errors([{"type": "missing", "loc": ("after",)}]))
    _add_problems(operation, [*_caller_problems(), wrong, not_ready(), internal_error()])


def _caller_problems() -> list[ProblemError]:
    """What may be wrong with whoever calls."""
    return [unauthorised(), forbidden("read"), too_often(12)]


def _complete_classify(operation: dict[str, Any]) -> None:
    _add_body(operation, "ClassifyRequest", examples.request())
    _add_example(operation, examples.answer())
    headers = {"ETag": {"description": "Stands for the answer.", "schema": {"type": "string"}}}
    operation["responses"]["200"]["headers"] = headers
    operation["responses"]["304"] = {
        "description": "The answer with that ETag still holds",
        "headers": headers,
    }
    misspelt = [
        {"type": "extra_forbidden", "loc": ("titel",)},
        {"type": "missing", "loc": ("body",)},
    ]
    problems = [
        article_too_long(300_000, 412_906),
        invalid_request(field_errors(misspelt, ClassifyRequest.model_fields)),
        overloaded(1.2),
        deadline_passed(2_500, 3.1),
    ]
    _add_problems(operation, [*_caller_problems(), *_reading_problems(), *problems])


def _complete_batch(operation: dict[str, Any]) -> None:
    _add_body(operation, "BatchRequest", {"articles": [examples.request()]})
    _add_example(operation, {"results": [{"status": 200, "assessment": examples.answer()}]})
    missing = [{"type": "missing", "loc": ("articles",)}]
    problem = invalid_request(field_errors(missing, BatchRequest.model_fields))
    _add_problems(operation, [*_caller_problems(), *_reading_problems(), problem])


def _add_body(operation: dict[str, Any], model: str, example: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)  # FastAPI's, which has another form
    content = {"schema": {"$ref": _REF.format(model=model)}, "example": example}
    operation["requestBody"] = {"required": True, "content": {"application/json": content}}


def _reading_problems() -> list[ProblemError]:
    """What may be wrong with any request that has a body."""
    return [
        malformed_json(": it fails at line 3, column 14"),
        not_utf8(),
        too_slow(10.0),
        request_too_large(2_000_000),
        unsupported_media_type(),
        internal_error(),
        not_ready(),
    ]


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
