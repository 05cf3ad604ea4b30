"""Decisions of editors, in and out."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from serving.api import schemas
from serving.api.access import allow
from serving.api.paging import AskedPart, read_page
from serving.api.problems import idempotency_conflict, invalid_request, not_ready
from serving.api.reading import read_json, validate
from serving.api.requests import DecisionRequest
from serving.api.schemas import FieldError
from serving.store.decisions import Decision, NewDecision
from serving.store.errors import ConflictError, DecisionRefusedError, StoreError

router = APIRouter()

VERSIONS = ("artifact", "taxonomy", "code", "policy")
_KEY = r"^[!-~]{1,200}$"


@router.post("/v1/decisions", response_model=schemas.Decision, status_code=201)
async def decide(
    request: Request,
    response: Response,
    key_id: Annotated[str, Depends(allow("decide"))],
    idempotency_key: Annotated[
        str, Header(pattern=_KEY, description="Names this decision; the same when sent again.")
    ],
    sent: Annotated[Any, Depends(read_json)],
) -> dict[str, Any]:
    """Store what an editor did. Sent again with the same Idempotency-Key it is stored once.

    Once this is answered, the decision is on disk.
    """
    asked = validate(DecisionRequest, sent)
    values = asked.model_dump(exclude={"versions"})
    versions = {f"{name}_version": getattr(asked.versions, name) for name in VERSIONS}
    decisions = request.app.state.store.decisions
    try:
        given = NewDecision(**values, **versions, idempotency_key=idempotency_key)
        stored, new = await asyncio.to_thread(decisions.record, given, key_id)
    except ConflictError:
        raise idempotency_conflict() from None
    except DecisionRefusedError as error:
        raise invalid_request([FieldError(pointer="#", detail=str(error))]) from None
    except StoreError:
        raise not_ready() from None
    if not new:
        response.status_code = 200
    return _told(stored)


@router.get(
    "/v1/decisions", response_model=schemas.Decisions, dependencies=[Depends(allow("read"))]
)
async def decisions(request: Request, part: AskedPart) -> dict[str, Any]:
    """Export decisions. Go on with `cursor` as `after`: none is missed."""
    page = await read_page(request.app.state.store.decisions.page, part)
    return {"decisions": list(map(_told, page.items)), "cursor": page.cursor, "more": page.more}


def _told(decision: Decision) -> dict[str, Any]:
    values = asdict(decision)
    versions = {name: values.pop(f"{name}_version") for name in VERSIONS}
    return values | {"versions": versions}
