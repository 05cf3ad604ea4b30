"""What surrounds every request: its id, its line in the log, and the limit on its size."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.logs import log, place_of
from serving.api.problems import internal_error, request_too_large

REQUEST_ID = "X-Request-ID"
_DRAIN = 16
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


class RequestLog:
    """Gives each request an id and a line in the log, and keeps unforeseen exceptions in.

    The line names the route's template, not the path: a path may hold anything. Exceptions end here
    because a server further out would log them with their messages, which may quote article text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get(REQUEST_ID, ""))
        scope.setdefault("state", {})["request_id"] = request_id
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
            log(logging.ERROR, "unforeseen exception", request_id=request_id, **place_of(error))
            if status is None:
                await internal_error().response(request_id)(scope, receive, send_with_id)
        finally:
            _log_request(scope, status, time.perf_counter() - begun)


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


def _request_id(given: str) -> str:
    return given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex


def _log_request(scope: Scope, status: int | None, seconds: float) -> None:
    log(
        logging.INFO,
        "request",
        request_id=scope["state"]["request_id"],
        method=scope["method"] if scope["method"] in _METHODS else "other",
        route=getattr(scope.get("route"), "path", None),
        status=status,
        ms=round(seconds * 1000, 1),
        verdict=scope["state"].get("verdict"),
    )
