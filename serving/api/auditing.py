"""The audit trail, for whoever answers for the server."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, Request

from serving.api import schemas
from serving.api.access import allow
from serving.api.paging import AskedPart, read_page

router = APIRouter()


@router.get("/v1/audit", response_model=schemas.Audit, dependencies=[Depends(allow("admin"))])
async def audit(request: Request, part: AskedPart) -> dict[str, Any]:
    """Tell who did what, and when. Go on with `cursor` as `after`: nothing is missed.

    Nothing of an article and no secret is in it.
    """
    page = await read_page(request.app.state.store.audit.page, part)
    return {"entries": list(map(asdict, page.items)), "cursor": page.cursor, "more": page.more}
