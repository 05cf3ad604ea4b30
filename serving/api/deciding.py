"""Decisions of editors, in and out."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from serving.api import schemas
from serving.api.access import allow
from serving.api.problems import idempotency_conflict, invalid_request, not_ready
from serving.api.reading import read_json, validate
from serving.api.requests import DecisionRequest
from serving.api.schemas import FieldError
from serving.store.decisions import Decision, NewDecision
from serving.store.errors import ConflictError, CursorError, DecisionRefusedError, StoreError
from serving.store.pages import MOST, Period

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


@router.get("/v1/decisions", response_model=schemas.Decisions)
async def decisions(
    request: Request,
    key_id: Annotated[str, Depends(allow("read"))],
    after: Annotated[str | None, Query(max_length=200, description="A cursor.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Decisions at most.")] = 100,
    since: Annotated[datetime | None, Query(description="Stored then or later.")] = None,
    until: Annotated[datetime | None, Query(description="Stored before that.")] = None,
) -> dict[str, Any]:
    """Export decisions. Go on with `cursor` as `after`: none is missed."""
    pages = request.app.state.store.decisions.page
    try:
        page = await asyncio.to_thread(pages, after, limit, Period(since, until))
    except CursorError as error:
        raise invalid_request([FieldError(pointer="after", detail=str(error))]) from None
    except StoreError:
        raise not_ready() from None
    return {"decisions": list(map(_told, page.items)), "cursor": page.cursor, "more": page.more}


def _told(decision: Decision) -> dict[str, Any]:
    values = asdict(decision)
    versions = {name: values.pop(f"{name}_version") for name in VERSIONS}
    return values | {"versions": versions}
