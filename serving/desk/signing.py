"""Signing in and out, what a person chooses, and the files that pages load."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from serving.api.problems import not_ready
from serving.desk.pages import HERE, DeskRoute, go, keep_token, show
from serving.desk.people import (
    COOKIE,
    Acting,
    Person,
    acting,
    looking,
    matches,
    read_form,
    role_of,
)
from serving.desk.refusals import RefusalError
from serving.store.sessions import Choices, form_token, new_token

router = APIRouter(route_class=DeskRoute, include_in_schema=False)

FILES = {
    "desk.css": "text/css",
    "desk.js": "text/javascript",
    "desk.svg": "image/svg+xml",
    "htmx.min.js": "text/javascript",
}


@router.get("/desk")
async def desk(person: Annotated[Person, Depends(looking())]) -> Response:
    """The page to begin with."""
    return go("/desk/queue")


@router.get("/desk/files/{name}")
async def files(name: str) -> Response:
    """What pages load."""
    if name not in FILES:
        raise RefusalError(404, "There is no such file.")
    kept = {"Cache-Control": "max-age=600"}
    return FileResponse(HERE / "static" / name, headers=kept, media_type=FILES[name])


@router.get("/desk/sign-in")
async def sign_in_page(request: Request, to: str = "/desk") -> Response:
    """The form for a key."""
    token = request.cookies.get(COOKIE) or new_token()
    page = show(request, "sign_in", None, to=_here(to), token=form_token(token), wrong=False)
    keep_token(request, page, token)
    return page


@router.post("/desk/sign-in")
async def sign_in(request: Request) -> Response:
    """Open a session for whoever shows a key that opens the desk."""
    form = await read_form(request)
    sent = {name: str(form.get(name) or "") for name in ("token", "key", "to")}
    before = request.cookies.get(COOKIE, "")
    if not before or not matches(sent["token"], form_token(before)):
        raise RefusalError(403, "The form is too old. Open the page anew and sign in there.")
    store = request.app.state.store
    if store is None:
        raise not_ready()
    key = await asyncio.to_thread(store.keys.verify, sent["key"].strip())
    if key is None or role_of(key.scopes) is None:
        return show(
            request,
            "sign_in",
            None,
            403,
            to=_here(sent["to"]),
            token=form_token(before),
            wrong=True,
        )
    # A new token, so that nobody can know it who knew the one before.
    request.state.desk_token = await asyncio.to_thread(
        store.sessions.begin, "key", key.id, key.name
    )
    return go(_here(sent["to"]))


@router.post("/desk/sign-out")
async def sign_out(request: Request, act: Annotated[Acting, Depends(acting("reader"))]) -> Response:
    """End the session."""
    await asyncio.to_thread(request.app.state.store.sessions.end, act.person.token)
    response = go("/desk/sign-in")
    response.delete_cookie(COOKIE, path="/desk")
    return response


@router.post("/desk/choices")
async def choose(request: Request, act: Annotated[Acting, Depends(acting("reader"))]) -> Response:
    """Keep what a person chooses."""
    choices = Choices(act.text("unfolded") == "on", act.text("shortcuts") == "on")
    await asyncio.to_thread(request.app.state.store.sessions.choose, act.person.id, choices)
    return go(_here(act.text("to")))


def _here(path: str) -> str:
    """The path, if it leads to a page of the desk; elsewhere nobody is sent."""
    plain = path.isprintable() and "\\" not in path and len(path) <= 2_000
    inside = path == "/desk" or path.startswith(("/desk/", "/desk?"))
    return path if plain and inside else "/desk"
