"""The page of one queued article: what was found, what was done, and what can be done."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.desk.filtering import View
from serving.desk.pages import DeskRoute, Number, show, taxonomy
from serving.desk.people import Person, looking
from serving.desk.showing import Shown, show_record, texts_kept
from serving.store.queue_items import Happening, Item
from serving.store.store import Store

router = APIRouter(route_class=DeskRoute, include_in_schema=False)

REASONS = (
    "As proposed",
    "Not in the article",
    "Only in passing",
    "Graver than proposed",
    "Fiction, sport or idiom",
    "Wrong passage",
)
PAUSE = 5  # articles of severity 3 in a day, after which a pause is hinted at


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an article: its history, its neighbours, how much that is hard."""

    history: list[Happening]
    previous: int | None
    next: int | None
    hard: int

    @property
    def additions(self) -> list[Happening]:
        """Labels that editors have added."""
        return [one for one in self.history if one.action == "added"]

    @property
    def last_check(self) -> Happening | None:
        """The last time that it was checked again, if it was."""
        found = [one for one in self.history if one.action == "checked again"]
        return found[-1] if found else None


@router.get("/desk/queue/{number}")
async def article(
    request: Request,
    number: Number,
    person: Annotated[Person, Depends(looking())],
    done: str = "",
) -> Response:
    """One article."""
    view = View.of(request.query_params, taxonomy().label_ids)
    store: Store = request.app.state.store

    def read() -> tuple[Item, Shown, Around]:
        item = store.queue.get(number)
        shown = show_record(item.record, texts_kept(item.text))
        if shown.hard:
            store.sessions.note_hard(person.id, item.id)
        previous, following = store.queue.neighbours(item, view.filters(person.id))
        hard = store.sessions.hard_today(person.id)
        return item, shown, Around(store.queue.history(number), previous, following, hard)

    item, shown, around = await asyncio.to_thread(read)
    return show(
        request,
        "article",
        person,
        item=item,
        shown=shown,
        around=around,
        reasons=REASONS,
        pause=PAUSE,
        view=view,
        done=done,
    )
