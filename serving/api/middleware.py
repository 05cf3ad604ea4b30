"""What surrounds every request: its id, its line in the log, and the limit on its size."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api import logs
from serving.api.logs import log, place_of
from serving.api.metrics import Metrics
from serving.api.problems import internal_error, request_too_large

REQUEST_ID = "X-Request-ID"
_DRAIN = 16
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# What the log says of a request beside its route: id of the key, verdict, type of the problem.
TOLD = ("key", "verdict", "problem")
_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


class RequestLog:
    """Gives each request an id, a line in the log and a count, and keeps unforeseen exceptions in.

    The line names the route's template, not the path: a path may hold anything. Exceptions end here
    because a server further out would log them with their messages, which may quote article text.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics | None = None) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get(REQUEST_ID, ""))
        scope.setdefault("state", {})["request_id"] = request_id
        outside = logs.request_id.set(request_id)
        begun = time.perf_counter()
        status = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except ClientDisconnect:
            pass  # nobody is left to answer; the line shows no status
        except Exception as error:
            log(logging.ERROR, "unforeseen exception", **place_of(error))
            if status is None:
                problem = internal_error()
                scope["state"]["problem"] = problem.slug
                await problem.response(request_id)(scope, receive, send_with_id)
        finally:
            self._tell(scope, status, time.perf_counter() - begun)
            logs.request_id.reset(outside)

    def _tell(self, scope: Scope, status: int | None, seconds: float) -> None:
        """Log and count a request. What routes know of it lies in its state: see `TOLD`."""
        state = scope["state"]
        method, route = method_of(scope), route_of(scope)
        traced = {"trace_id": state["trace_id"]} if "trace_id" in state else {}
        log(
            logging.INFO,
            "request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            **{name: state.get(name) for name in TOLD},
            **traced,
        )
        if self.metrics:
            self.metrics.observe_request(method, route, status, seconds)
            if problem := state.get("problem"):
                self.metrics.observe_problem(problem)


class SizeLimit:
    """Refuses a body larger than `limit` bytes, before it is parsed.

    What is too large is read on and thrown away, up to `_DRAIN` times the limit: a client that is
    still sending when the connection closes sees a broken pipe, and never the answer.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        # Past nineteen digits the size is beyond any limit, and int() gets slow, then refuses.
        size = int(declared[:19]) if declared.isdecimal() else 0
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if max(size, received) > self.limit:
                while message.get("more_body") and received <= _DRAIN * self.limit:
                    message = await receive()
                    received += len(message.get("body", b""))
                raise request_too_large(self.limit)
            return message

        await self.app(scope, receive_within_limit, send)


def method_of(scope: Scope) -> str:
    """The method of a request; `other` for one that HTTP does not know: it may be any text."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def route_of(scope: Scope) -> str | None:
    """The template of the route that answered a request, which holds nothing of the path."""
    return getattr(scope.get("route"), "path", None)


def _request_id(given: str) -> str:
    return given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
