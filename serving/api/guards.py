"""What guards every request: time for its body, and headers that keep answers to themselves."""

import asyncio

from starlette.datastructures import MutableHeaders, State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.problems import too_slow

# https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class BodyDeadline:
    """Answers 408 where the body of a request has not come within so many seconds."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        end = asyncio.get_running_loop().time() + self.seconds
        whole = False

        async def receive_in_time() -> Message:
            nonlocal whole
            if whole:  # what comes now is the client's going away, whenever that is
                return await receive()
            try:
                async with asyncio.timeout_at(end):
                    message = await receive()
            except TimeoutError:
                raise too_slow(self.seconds) from None
            whole = not message.get("more_body", False)
            return message

        await self.app(scope, receive_in_time, send)


class ResponseHeaders:
    """Adds `HEADERS`; and while the server drains, says that the connection will close."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app = app
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self.state.draining:
                    headers["Connection"] = "close"
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
