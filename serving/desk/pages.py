"""Pages: templates, what may load on them, and what they say when something is wrong."""

import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path as PathParameter
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from labels import Taxonomy, read_taxonomy
from serving.api.problems import ProblemError
from serving.desk.people import COOKIE, Person, is_loopback
from serving.desk.refusals import RefusalError, SignInError
from serving.desk.words import Words
from serving.store.errors import DecisionRefusedError, QueueError, StoreError
from serving.store.sessions import LASTS

HERE = Path(__file__).parent
# Nothing inline, nothing from elsewhere: text that slipped through as markup could do nothing.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


Number = Annotated[int, PathParameter(ge=1, lt=1 << 63)]  # of an article of the queue
_ARTICLE = re.compile(r"(/desk/queue/\d+)/")
_REFUSALS = (RefusalError, ProblemError, StoreError, HTTPException, RequestValidationError)


class DeskRoute(APIRoute):
    """A route that answers people: whatever goes wrong is a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors turned into pages and new sessions into cookies."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except SignInError:
                return _to_sign_in(request)
            except _REFUSALS as error:
                response = _refused(request, error)
            finally:
                await request.close()  # what was uploaded
            if token := getattr(request.state, "desk_token", None):
                keep_token(request, response, token)
            return response

        return answer


def show(
    request: Request, name: str, person: Person | None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page from a template."""
    page = environment().get_template(f"{name}.html")
    about = {"person": person, "path": request.url.path, "retains": retains(request)}
    content = page.render(**(about | values))
    return HTMLResponse(content, status, {"Content-Security-Policy": POLICY})


def say(request: Request, status: int, message: str) -> HTMLResponse:
    """A page that says what is wrong, with a way back to the article that it is about."""
    person = getattr(request.state, "desk_person", None)
    article = _ARTICLE.match(request.url.path)
    return show(
        request,
        "problem",
        person,
        status,
        title=HTTPStatus(status).phrase,
        message=message,
        back=article[1] if article else "/desk",
    )


def go(path: str) -> RedirectResponse:
    """What answers a form that has done its work: the page to look at, asked for anew."""
    return RedirectResponse(path, 303)


def keep_token(request: Request, response: Response, token: str) -> None:
    """Give the browser the token of its session; beyond this machine over TLS only."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTS.total_seconds()),
        path="/desk",
        secure=not is_loopback(request),
        httponly=True,
        samesite="lax",  # a link in the CMS leads to an article; its forms lead nowhere
    )


def retains(request: Request) -> bool:
    """Whether texts are kept."""
    return bool(request.app.state.settings.retain_text)


@cache
def environment() -> Environment:
    """All templates. Every value is escaped, and no template may say otherwise."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = Words(taxonomy())
    made.filters |= {
        "name": words.name,
        "step": words.step,
        "moment": _moment,
        "percent": _percent,
    }
    made.globals |= {"taxonomy": taxonomy(), "now": lambda: datetime.now(UTC)}
    return made


@cache
def taxonomy() -> Taxonomy:
    """What is looked for, for its names."""
    return read_taxonomy()


def _refused(request: Request, error: Exception) -> Response:
    """What is wrong, in a sentence; none of it says anything of an article."""
    if isinstance(error, RefusalError):
        return say(request, error.status, str(error))
    if isinstance(error, ProblemError):
        request.state.problem = error.slug
        return say(request, error.status, error.detail)
    if isinstance(error, QueueError):
        return say(request, 409, str(error))
    if isinstance(error, DecisionRefusedError):
        return say(request, 422, str(error))
    if isinstance(error, RequestValidationError):
        return say(request, 404, "There is no such page. Go back to the desk.")
    if isinstance(error, HTTPException):
        return say(request, error.status_code, "The form cannot be read. Send it again.")
    return say(request, 503, "The database does not answer. Try again in a moment.")


def _to_sign_in(request: Request) -> Response:
    place = request.url.path if request.method == "GET" else "/desk"
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    response = go(f"/desk/sign-in?to={quote(place + query, safe='')}")
    if "hx-request" in request.headers:  # a part of a page cannot show it
        response.headers["HX-Redirect"] = response.headers["location"]
        response.status_code = 200
    return response


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def _percent(share: float | None) -> str:
    if share is None:
        return "–"
    if 0.995 <= share < 1:
        return "over\u00a099\u00a0%"  # no line ends within it
    return f"{100 * share:.1f}\u00a0%" if share < 0.1 else f"{100 * share:.0f}\u00a0%"
