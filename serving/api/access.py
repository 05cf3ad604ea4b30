"""Who may call: API keys, what they are for, and how often they may be used."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from math import ceil
from urllib.parse import unquote

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from serving.api.problems import forbidden, not_ready, too_often, unauthorised
from serving.errors import ServingError
from serving.store.decisions import LOCAL
from serving.store.errors import StoreError
from serving.store.keys import Key
from serving.store.secret import PREFIX, Scope
from serving.store.store import Store

_LOOK = 2.0  # seconds after which a server without keys looks whether there are any now
_SCHEME = "Bearer "


def read_rate(text: str) -> RateLimitItem:
    """A rate such as `600/minute`. Raises ServingError."""
    try:
        return parse(text)
    except ValueError:
        raise ServingError(
            "FOREWARN_RATE_LIMIT is no rate. Expected a number, a slash and a time, such as "
            "600/minute or 20/second. Got something else. Correct the setting."
        ) from None


class Access:
    """Lets callers in. Rates are counted in this process, for each key.

    As long as no key was ever made, whoever reaches the port may do anything: the server then
    listens on a loopback address only. The first key closes it, for good.
    """

    def __init__(self, store: Store, rate: RateLimitItem) -> None:
        self._store = store
        self._rate = rate
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._closed = False
        self._look_at = 0.0

    async def admit(self, request: Request, scope: Scope | None) -> str:
        """The id of the caller's key, which has the scope, or `local`. Raises ProblemError."""
        if PREFIX in unquote(request.url.query):
            raise unauthorised("The key came in the address, where others may log it. Replace it.")
        try:
            key = await self._key(request)
        except StoreError:
            raise not_ready() from None
        if key is None:
            return LOCAL
        request.state.key = key.id
        if not self._limiter.hit(self._rate, key.id):
            reset = self._limiter.get_window_stats(self._rate, key.id).reset_time
            raise too_often(max(1, ceil(reset - time.time())))
        if scope is not None and not key.may(scope):
            raise forbidden(scope)
        return key.id

    async def _key(self, request: Request) -> Key | None:
        """The caller's key; None where there are none. Raises ProblemError, StoreError."""
        header = request.headers.get("authorization")
        if header is None and not await self.needs_keys():
            return None
        presented = (header or "").removeprefix(_SCHEME)
        key = await asyncio.to_thread(self._store.keys.verify, presented)
        if key is None:
            raise unauthorised()
        return key

    async def needs_keys(self) -> bool:
        """Whether there was ever a key. Raises StoreError."""
        if not self._closed and time.monotonic() >= self._look_at:
            self._closed = bool(await asyncio.to_thread(self._store.keys.all))
            self._look_at = time.monotonic() + _LOOK
        return self._closed


def allow(scope: Scope | None = None) -> Callable[[Request], Awaitable[str]]:
    """A route's dependency: the caller's key must have the scope; without one any key will do."""

    async def admitted(request: Request) -> str:
        access: Access | None = request.app.state.access
        if access is None:
            raise not_ready()
        return await access.admit(request, scope)

    return admitted
