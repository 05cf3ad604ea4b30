"""What can be asked."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request

from serving.api import schemas
from serving.api.problems import deadline_passed, not_ready, overloaded
from serving.api.reading import read_submission
from serving.bodies.units import Unit
from serving.dispatcher import DeadlineError, Dispatcher, OverloadedError
from serving.submission import Submission

router = APIRouter()


async def ready_dispatcher(request: Request) -> Dispatcher:
    """The dispatcher, or a problem as long as it cannot answer."""
    dispatcher: Dispatcher | None = request.app.state.dispatcher
    if dispatcher is None:
        raise not_ready()
    return dispatcher


# Comes before the article among a route's parameters: no body is read that nobody can assess.
Ready = Annotated[Dispatcher, Depends(ready_dispatcher)]


@router.post("/v1/classify", response_model=schemas.Assessment)
async def classify(
    request: Request,
    dispatcher: Ready,
    submission: Annotated[Submission, Depends(read_submission)],
    offset_unit: Annotated[Unit, Query(description="What offsets in the answer count.")] = (
        "codepoint"
    ),
    x_deadline_ms: Annotated[
        int | None, Header(ge=1, le=600_000, description="Milliseconds that you will wait.")
    ] = None,
) -> dict[str, Any]:
    """Say what an article involves, how gravely, and in which passages.

    The article is neither stored nor logged. It is read to its end; one that is too long is
    refused, not cut. An answer comes in time or not at all.
    """
    deadline = x_deadline_ms or request.app.state.settings.deadline_ms
    try:
        assessment = await dispatcher.assess(submission.article, deadline / 1000)
    except OverloadedError as error:
        raise overloaded(error.retry_after) from None
    except DeadlineError as error:
        raise deadline_passed(deadline, error.expected) from None
    request.state.verdict = assessment.verdict
    return submission.answer(assessment, offset_unit)


@router.get("/v1/taxonomy", response_model=schemas.Taxonomy)
async def taxonomy(dispatcher: Ready) -> dict[str, Any]:
    """List everything that is looked for, with names, definitions and IPTC codes."""
    return asdict(dispatcher.taxonomy)


@router.get("/livez", response_model=schemas.State)
async def livez() -> dict[str, str]:
    """Say whether the process answers at all."""
    return {"status": "alive"}


@router.get("/readyz", response_model=schemas.State)
async def readyz(dispatcher: Ready) -> dict[str, str]:
    """Say whether the artifact is loaded and warm."""
    return {"status": "ready"}
