"""Pages of what only grows, read on from a cursor."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Query

from serving.api.problems import invalid_request, not_ready
from serving.api.schemas import FieldError
from serving.store.errors import CursorError, StoreError
from serving.store.pages import MOST, Page, Period

Item = TypeVar("Item")


@dataclass(frozen=True)
class Part:
    """Which part of it is asked for."""

    after: Annotated[str | None, Query(max_length=200, description="A cursor.")] = None
    limit: Annotated[int, Query(ge=1, le=MOST, description="At most so many.")] = 100
    since: Annotated[datetime | None, Query(description="Stored then or later.")] = None
    until: Annotated[datetime | None, Query(description="Stored before that.")] = None


AskedPart = Annotated[Part, Depends()]


async def read_page(
    pages: Callable[[str | None, int, Period], Page[Item]], part: Part
) -> Page[Item]:
    """The page of a store that was asked for. Raises ProblemError."""
    period = Period(part.since, part.until)
    try:
        return await asyncio.to_thread(pages, part.after, part.limit, period)
    except CursorError as error:
        raise invalid_request([FieldError(pointer="after", detail=str(error))]) from None
    except StoreError:
        raise not_ready() from None
