"""What a candidate artifact that reads along would have said otherwise."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request

from classifier import SensitivityClassifier
from serving.api import schemas
from serving.api.access import allow
from serving.shadow import Shadow, lowest_priority

router = APIRouter()
NOBODY: dict[str, Any] = {
    "candidate": None,
    "articles": {"same": 0, "different": 0, "dropped": 0, "failed": 0},
    "verdicts": {},
    "severities": {},
    "differences": [],
}


@router.get("/v1/shadow", response_model=schemas.Shadow, dependencies=[Depends(allow("read"))])
async def shadow(request: Request) -> dict[str, Any]:
    """Tell how a candidate artifact differs on live articles, since the server began.

    Nothing of an article is in it but its content hash.
    """
    found: Shadow | None = request.app.state.shadow
    return found.report() if found else NOBODY


def load_candidate(folder: Path) -> SensitivityClassifier:
    """A candidate whose threads have the lowest priority. Raises ArtifactError."""
    with ThreadPoolExecutor(1, initializer=lowest_priority) as loading:
        return loading.submit(SensitivityClassifier.load, folder, 1).result()
