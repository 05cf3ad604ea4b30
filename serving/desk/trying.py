"""Try: an article is pasted or uploaded, read, shown, and forgotten."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from serving.api.answering import Judged, Options, assess, judge
from serving.api.problems import not_ready
from serving.api.reading import parse_json, read_article
from serving.api.requests import ClassifyRequest
from serving.desk.pages import DeskRoute, show
from serving.desk.people import Acting, Person, acting, looking
from serving.desk.record import record_of
from serving.desk.refusals import RefusalError
from serving.desk.showing import show_record, texts_asked
from serving.dispatcher import Dispatcher

router = APIRouter(route_class=DeskRoute, include_in_schema=False)

_FIELDS = ("title", "section", "body")
_FORMATS = ("auto", "text", "html")


@router.get("/desk/try")
async def try_page(request: Request, person: Annotated[Person, Depends(looking())]) -> Response:
    """The form, empty."""
    return show(request, "try", person, given={}, shown=None)


@router.post("/desk/try")
async def try_article(
    request: Request, act: Annotated[Acting, Depends(acting("reader"))]
) -> Response:
    """The form as it was sent, and what the article involves."""
    asked = await read_asked(request, act)
    judged = await judge_asked(request, asked)
    policy = request.app.state.policy
    shown = await asyncio.to_thread(
        lambda: show_record(record_of(judged, policy.full_version), texts_asked(asked))
    )
    request.state.verdict = judged.article.verdict
    given = {name: act.text(name) for name in (*_FIELDS, "format")}
    return show(request, "try", act.person, given=given, shown=shown)


async def read_asked(request: Request, act: Acting, section: str | None = None) -> ClassifyRequest:
    """The article of a form: its file, or else its fields. Raises RefusalError, ProblemError.

    `section` is the article's where the form does not say.
    """
    limit: int = request.app.state.settings.max_article_characters
    file = act.form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return read_article(_from_file(file.filename, await file.read(), act), limit)
    if not act.text("body").strip():
        raise RefusalError(
            422, "There is no article. Paste its text, or choose a file, then send it."
        )
    sent: dict[str, Any] = {"title": act.text("title"), "body": _lines(act.text("body"))}
    sent["body_format"] = act.text("format") if act.text("format") in _FORMATS else "auto"
    known = {"section": section} if section else {}
    return read_article(sent | known | _section(act), limit)


async def judge_asked(request: Request, asked: ClassifyRequest) -> Judged:
    """What an article involves, and what the policy makes of it. Raises ProblemError."""
    state = request.app.state
    dispatcher: Dispatcher | None = state.dispatcher
    if dispatcher is None:
        raise not_ready()
    found = await assess(asked, dispatcher, state.settings.batch_deadline_ms)
    state.metrics.observe_assessment(found[0])
    options = Options().within(state.settings)
    return await asyncio.to_thread(judge, asked, found, dispatcher.taxonomy, state.policy, options)


def _from_file(name: str, content: bytes, act: Acting) -> Any:
    """What a file holds, as the API would be sent it."""
    ending = name.lower().rpartition(".")[2]
    if ending == "json":
        return parse_json(content)
    if ending not in ("txt", "html", "htm"):
        raise RefusalError(
            415,
            "This kind of file is not read. Expected .txt, .html, .htm or .json (ninjs, or a "
            "request as the API takes it). Save the article as one of them, or paste its text.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusalError(
            422, "The file is not UTF-8. Save it as UTF-8, or paste its text."
        ) from None
    kind = "text" if ending == "txt" else "html"
    return {"title": act.text("title"), "body": text, "body_format": kind} | _section(act)


def _lines(text: str) -> str:
    """The text as it was pasted: forms send every line's end as two characters."""
    return text.replace("\r\n", "\n")


def _section(act: Acting) -> dict[str, str]:
    section = act.text("section").strip()
    return {"section": section} if section else {}
