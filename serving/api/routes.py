"""What can be asked."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from serving.api import schemas
from serving.api.problems import not_ready
from serving.api.reading import read_submission
from serving.api.worker import Worker
from serving.bodies.units import Unit
from serving.submission import Submission

router = APIRouter()


async def ready_worker(request: Request) -> Worker:
    """The worker, or a problem as long as it cannot answer."""
    worker: Worker | None = request.app.state.worker
    if worker is None:
        raise not_ready()
    return worker


# Comes before the article among a route's parameters: no body is read that nobody can assess.
Ready = Annotated[Worker, Depends(ready_worker)]


@router.post("/v1/classify", response_model=schemas.Assessment)
async def classify(
    request: Request,
    worker: Ready,
    submission: Annotated[Submission, Depends(read_submission)],
    offset_unit: Annotated[Unit, Query(description="What offsets in the answer count.")] = (
        "codepoint"
    ),
) -> dict[str, Any]:
    """Say what an article involves, how gravely, and in which passages.

    The article is neither stored nor logged. It is read to its end; one that is too long is
    refused, not cut.
    """
    assessment = await worker.assess(submission.article)
    request.state.verdict = assessment.verdict
    return submission.answer(assessment, offset_unit)


@router.get("/v1/taxonomy", response_model=schemas.Taxonomy)
async def taxonomy(worker: Ready) -> dict[str, Any]:
    """List everything that is looked for, with names, definitions and IPTC codes."""
    return asdict(worker.taxonomy)


@router.get("/livez", response_model=schemas.State)
async def livez() -> dict[str, str]:
    """Say whether the process answers at all."""
    return {"status": "alive"}


@router.get("/readyz", response_model=schemas.State)
async def readyz(worker: Ready) -> dict[str, str]:
    """Say whether the artifact is loaded and warm."""
    return {"status": "ready"}
