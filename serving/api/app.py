"""The application: settings and a classifier in, something that answers HTTP out."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from classifier import SensitivityClassifier, __version__
from classifier.artifact import released_artifact
from labels import read_policy
from serving.api import auditing, deciding, shadowing
from serving.api.access import Access, allow, read_rate
from serving.api.examples import ARTICLE
from serving.api.following import Follower, load_aside
from serving.api.guards import BodyDeadline, ResponseHeaders
from serving.api.logs import log
from serving.api.metrics import Metrics
from serving.api.metrics import router as metrics_router
from serving.api.middleware import RequestLog, SizeLimit
from serving.api.openapi import Api
from serving.api.problems import handle_problems
from serving.api.routes import router
from serving.api.tracing import read_tracing
from serving.desk import articles, listing, overview, signing, trying
from serving.desk import deciding as desk_deciding
from serving.dispatcher import Dispatcher, Limits
from serving.settings import Settings
from serving.shadow import Shadow
from serving.store.store import Store, open_store

WARM_UP = 60.0  # seconds that the first article may take


def create_app(
    settings: Settings,
    classifier: SensitivityClassifier | None = None,
    store: Store | None = None,
) -> FastAPI:
    """An application that answers with `classifier`, or with the artifact that the settings name.

    It is ready when its lifespan has begun: the artifact is loaded and has assessed an article.
    """
    app = Api(
        title="Forewarn",
        version=__version__,
        summary="Says whether an article involves minors, violence or trauma, how gravely, and in "
        "which passages.",
        lifespan=lambda app: _lifespan(app, classifier),
        # Their pages would load scripts from somebody else's server.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Ours has no text in it; the framework's own would tell what did not validate.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.policy = read_policy(settings.policy)
    app.state.store = store
    app.state.rate = read_rate(settings.rate_limit)
    app.state.access = None
    app.state.dispatcher = None
    app.state.shadow = None
    app.state.draining = False
    app.state.metrics = Metrics()
    app.state.tracing = read_tracing()
    app.include_router(router)
    app.include_router(deciding.router)
    app.include_router(auditing.router)
    app.include_router(shadowing.router)
    for desk in (signing, trying, listing, articles, desk_deciding, overview):
        app.include_router(desk.router)
    app.include_router(metrics_router, dependencies=[Depends(allow("read"))])
    handle_problems(app)
    # What is added last is outermost.
    app.add_middleware(SizeLimit, limit=settings.max_body_bytes)
    app.add_middleware(BodyDeadline, seconds=settings.receive_ms / 1000)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins.split(),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match", "X-Deadline-Ms"],
            expose_headers=["ETag", "Retry-After", "X-Request-ID"],
        )
    app.add_middleware(ResponseHeaders, state=app.state)
    app.add_middleware(RequestLog, metrics=app.state.metrics)
    if app.state.tracing:
        app.state.tracing.surround(app)
    return app


def load_classifier(settings: Settings) -> SensitivityClassifier:
    """The classifier that the settings name, which has read an article. Raises ArtifactError."""
    # Resolved first: a link may be moved while the files are read.
    return load_aside((settings.artifact or released_artifact()).resolve())


def open_store_of(settings: Settings) -> Store:
    """The store that the settings name. Raises StoreError."""
    return open_store(settings.database, settings.retain_text)


@asynccontextmanager
async def _lifespan(app: FastAPI, classifier: SensitivityClassifier | None) -> AsyncIterator[None]:
    if classifier is None:
        classifier = await asyncio.to_thread(load_classifier, app.state.settings)
    app.state.store = app.state.store or await asyncio.to_thread(open_store_of, app.state.settings)
    app.state.access = Access(app.state.store, app.state.rate)
    if not app.state.settings.retain_text:
        await asyncio.to_thread(app.state.store.queue.forget_texts)
    limits = Limits(wait=app.state.settings.max_waiting_ms / 1000)
    tracing = app.state.tracing
    observers = [app.state.metrics, *([tracing] if tracing else [])]
    dispatcher = Dispatcher(classifier, limits, observers)
    app.state.metrics.watch(dispatcher)
    _tell_versions(app, dispatcher)
    beside: list[Follower | Shadow] = []
    try:
        await dispatcher.assess([ARTICLE], WARM_UP)
        beside += await _begin_beside(app, dispatcher)
        app.state.dispatcher = dispatcher
        log(logging.INFO, "ready", artifact=dispatcher.versions.artifact)
        yield
    finally:
        app.state.dispatcher = None
        for one in beside:
            await one.close()
        await dispatcher.close()
        await asyncio.to_thread(app.state.store.close)
        if tracing:
            await asyncio.to_thread(tracing.close)


async def _begin_beside(app: FastAPI, dispatcher: Dispatcher) -> list[Follower | Shadow]:
    """What works beside the answering: following the link in force, and a shadow."""
    settings: Settings = app.state.settings
    beside: list[Follower | Shadow] = []
    if settings.artifact and settings.artifact.is_symlink():
        beside.append(
            Follower(settings.artifact, dispatcher, lambda other: _tell_versions(app, other))
        )
    if settings.shadow:
        candidate = await asyncio.to_thread(shadowing.load_candidate, settings.shadow.resolve())
        app.state.shadow = Shadow(candidate, app.state.metrics, lambda: dispatcher.idle)
        dispatcher.tell_answers(app.state.shadow.offer)
        beside.append(app.state.shadow)
    return beside


def _tell_versions(app: FastAPI, dispatcher: Dispatcher) -> None:
    policy = app.state.policy.full_version
    app.state.metrics.tell_versions(**asdict(dispatcher.versions), policy=policy)
