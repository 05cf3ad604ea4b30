"""What can be asked."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from classifier import Article
from serving.api import schemas
from serving.api.problems import not_ready
from serving.api.reading import read_article
from serving.api.worker import Worker

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
    request: Request, worker: Ready, article: Annotated[Article, Depends(read_article)]
) -> dict[str, Any]:
    """Say what an article involves, how gravely, and in which passages.

    The article is neither stored nor logged. It is read to its end; one that is too long is
    refused, not cut.
    """
    assessment = await worker.assess(article)
    request.state.verdict = assessment.verdict
    return assessment.as_dict()


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
