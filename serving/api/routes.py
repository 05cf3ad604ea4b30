"""What can be asked."""

import asyncio
import logging
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from classifier import Assessment
from serving.api import schemas
from serving.api.access import allow
from serving.api.answering import (
    Options,
    assess,
    entity_tag,
    judge,
    matches,
    tell,
    tell_policy,
)
from serving.api.logs import log, place_of
from serving.api.problems import ProblemError, internal_error, not_ready, overloaded
from serving.api.reading import read_article, read_json, validate
from serving.api.requests import BatchRequest, ClassifyRequest
from serving.desk.queueing import queue_judged
from serving.dispatcher import Dispatcher, OverloadedError
from serving.store.decisions import LOCAL
from serving.store.errors import StoreError

router = APIRouter()


async def ready_dispatcher(request: Request) -> Dispatcher:
    """The dispatcher, or a problem as long as it cannot answer."""
    dispatcher: Dispatcher | None = request.app.state.dispatcher
    if dispatcher is None:
        raise not_ready()
    return dispatcher


# Comes before the body among a route's parameters: none is read that nobody can assess.
Ready = Annotated[Dispatcher, Depends(ready_dispatcher)]
Sent = Annotated[Any, Depends(read_json)]


async def has_room(
    dispatcher: Ready,
    if_none_match: Annotated[str | None, Header(description="ETag of an answer you have.")] = None,
) -> str | None:
    """The tag that the caller has. Whoever has none is refused unread where too much waits."""
    if if_none_match is None:
        try:
            dispatcher.require_room()
        except OverloadedError as error:
            raise overloaded(error.retry_after) from None
    return if_none_match


Wanted = Annotated[Options, Depends()]
Deadline = Annotated[
    int | None,
    Header(alias="x-deadline-ms", ge=1, le=600_000, description="Milliseconds that you will wait."),
]


@router.post(
    "/v1/classify",
    response_model=schemas.Assessment,
    dependencies=[Depends(allow("classify"))],
)
async def classify(
    request: Request,
    response: Response,
    dispatcher: Ready,
    if_none_match: Annotated[str | None, Depends(has_room)],
    wanted: Wanted,
    sent: Sent,
    milliseconds: Deadline = None,
) -> Any:
    """Say what an article involves, how gravely, and in which passages.

    The article is neither stored nor logged. It is read to its end; one that is too long is
    refused, not cut. An answer comes in time or not at all.
    """
    settings = request.app.state.settings
    asked = read_article(sent, settings.max_article_characters)
    policy, wanted = request.app.state.policy, wanted.within(settings)
    tag = entity_tag(sent, wanted, dispatcher.versions, policy)
    if matches(tag, if_none_match):
        return Response(status_code=304, headers={"ETag": tag})
    found = await assess(asked, dispatcher, milliseconds or settings.deadline_ms)
    request.state.verdict = found[0].verdict
    request.app.state.metrics.observe_assessment(found[0])
    if found[0].verdict != "not_checked":
        # Of the artifact that answered: another one may have come into force meanwhile.
        response.headers["ETag"] = entity_tag(sent, wanted, found[0].versions, policy)
    return await _tell(request, dispatcher, asked, found, wanted)


@router.post(
    "/v1/classify/batch",
    response_model=schemas.Batch,
    response_model_exclude_unset=True,
    dependencies=[Depends(allow("classify"))],
)
async def classify_batch(
    request: Request,
    dispatcher: Ready,
    wanted: Wanted,
    sent: Sent,
    milliseconds: Deadline = None,
) -> dict[str, Any]:
    """Assess up to 64 articles; each gets an assessment or a problem of its own.

    Batches stand behind articles for which somebody waits, and have more time.
    """
    settings = request.app.state.settings
    wanted = wanted.within(settings)
    batch = validate(BatchRequest, sent)

    async def one(article: Any) -> dict[str, Any]:
        try:
            asked = read_article(article, settings.max_article_characters)
            limit = milliseconds or settings.batch_deadline_ms
            found = await assess(asked, dispatcher, limit, bulk=True)
            request.app.state.metrics.observe_assessment(found[0])
            said = await _tell(request, dispatcher, asked, found, wanted)
            return {"status": 200, "assessment": said}
        except ProblemError as error:
            problem = error
        except Exception as error:
            log(logging.ERROR, "unforeseen exception", **place_of(error))
            problem = internal_error()
        request.app.state.metrics.observe_problem(problem.slug)
        document = problem.document(request.state.request_id)
        return {"status": document.status, "problem": document.model_dump(exclude_none=True)}

    return {"results": await asyncio.gather(*map(one, batch.articles))}


@router.get("/v1/taxonomy", response_model=schemas.Taxonomy, dependencies=[Depends(allow())])
async def taxonomy(dispatcher: Ready) -> dict[str, Any]:
    """List everything that is looked for, with names, definitions and IPTC codes."""
    return asdict(dispatcher.taxonomy)


@router.get("/v1/policy", response_model=schemas.Policy, dependencies=[Depends(allow())])
async def policy(request: Request) -> dict[str, Any]:
    """Tell the house policy in force: thresholds, rules, wording, help lines."""
    return tell_policy(request.app.state.policy)


@router.get("/v1/models", response_model=schemas.Artifacts, dependencies=[Depends(allow())])
async def models(dispatcher: Ready) -> dict[str, Any]:
    """Say which artifact answers, and what it was made from."""
    manifest = dispatcher.manifest
    about = {key: getattr(manifest, key) for key in ("name", "version", "language", "taxonomy")}
    origin = {"date": manifest.origin.get("date"), "articles": manifest.origin.get("articles", {})}
    return {"artifacts": [about | origin | {"thresholds": dispatcher.thresholds}]}


@router.get("/livez", response_model=schemas.State)
async def livez() -> dict[str, str]:
    """Say whether the process answers at all."""
    return {"status": "alive"}


@router.get("/readyz", response_model=schemas.State)
async def readyz(request: Request, dispatcher: Ready) -> dict[str, str]:
    """Say whether artifact and database answer, and the server is not about to stop."""
    state = request.app.state
    if state.draining or not await asyncio.to_thread(state.store.ping):
        raise not_ready()
    return {"status": "ready"}


async def _tell(
    request: Request,
    dispatcher: Dispatcher,
    asked: ClassifyRequest,
    found: list[Assessment],
    wanted: Options,
) -> dict[str, Any]:
    """The answer to an article, which is queued for the desk where that is asked for."""
    state, taxonomy = request.app.state, dispatcher.taxonomy
    origin = getattr(request.state, "key", LOCAL)

    def tell_and_queue() -> dict[str, Any]:  # in a thread, as long articles take a while
        judged = judge(asked, found, taxonomy, state.policy, wanted)
        said = tell(judged, taxonomy, state.policy, wanted)
        if asked.queue:
            version, share = state.policy.full_version, state.settings.audit_share
            said["queued"] = queue_judged(state.store, judged, version, origin, share)
        return said

    try:
        return await asyncio.to_thread(tell_and_queue)
    except StoreError:
        raise not_ready() from None
