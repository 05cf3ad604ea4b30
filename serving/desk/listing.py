"""The queue: what waits, what somebody has, what is decided."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.desk.filtering import AGES, View, read_place
from serving.desk.pages import DeskRoute, show, taxonomy
from serving.desk.people import Person, looking
from serving.store.queue_items import Item, QueuePage, turn_of
from serving.store.store import Store

router = APIRouter(route_class=DeskRoute, include_in_schema=False)


@router.get("/desk/queue")
async def queue(
    request: Request,
    person: Annotated[Person, Depends(looking())],
    after: str = "",
    before: str = "",
) -> Response:
    """A page of the queue."""
    view = View.of(request.query_params, taxonomy().label_ids)
    store: Store = request.app.state.store

    def read() -> tuple[QueuePage, int, int]:
        filters = view.filters(person.id)
        page = store.queue.page(filters, read_place(after), read_place(before))
        return page, store.queue.count(filters), store.sessions.hard_today(person.id)

    page, count, hard = await asyncio.to_thread(read)
    return show(
        request,
        "queue",
        person,
        view=view,
        page=page,
        count=count,
        hard=hard,
        ages=AGES,
        first=_place(page.items[0]) if page.items else "",
        last=_place(page.items[-1]) if page.items else "",
    )


def _place(item: Item) -> str:
    return f"{turn_of(item.record['verdict'], item.severities)}.{item.id}"
