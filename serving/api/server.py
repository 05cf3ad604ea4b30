"""uvicorn, with the patience of this API: slow senders are hung up on, no request is lost."""

import asyncio
import logging
import os
import signal
import socket
import time
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from serving.api.logs import log, log_loop_exception

LAST_MOMENT = 0.25  # seconds for a connection that was just accepted to send its request


class Server(uvicorn.Server):
    """Serves one application; tells it, systemd and the log when it begins and is to stop.

    SIGTERM: for `drain` seconds requests are still taken while `/readyz` says 503, then no more
    connections are accepted, and what has come is answered. SIGINT skips the first.
    """

    def __init__(
        self, app: FastAPI, config: uvicorn.Config, *, receive: float, drain: float
    ) -> None:
        super().__init__(config)
        self._app = app
        self._heads = SlowHeads(receive)
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Load, warm up, accept connections."""
        asyncio.get_running_loop().set_exception_handler(log_loop_exception)
        await super().startup(sockets)
        tell_systemd("READY=1")

    async def on_tick(self, counter: int) -> bool:
        """Look ten times a second for connections that wait for nothing."""
        self._heads.hang_up(self.server_state.connections)
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note the signal."""
        if sig == signal.SIGINT:
            self._drain = 0.0  # somebody sits at the keyboard
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take requests until proxies know, accept no more, answer what has come, then stop."""
        tell_systemd("STOPPING=1")
        self._app.state.draining = True
        log(logging.INFO, "draining", connections=len(self.server_state.connections))
        end = time.monotonic() + self._drain
        while time.monotonic() < end and self._drain:
            await self.on_tick(1)
            await asyncio.sleep(0.05)
        for server in self.servers:
            server.close()
        await asyncio.sleep(LAST_MOMENT)
        await super().shutdown(sockets)
        log(logging.INFO, "stopped")


class SlowHeads:
    """Hangs up on connections whose request's head has not come within so many seconds.

    uvicorn limits the time between two requests, but neither before the first nor within a head.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[Any, tuple[object, float]] = {}  # connection: its last request, when seen

    def hang_up(self, connections: set[Any]) -> None:
        """Close what is overdue."""
        now = time.monotonic()
        before, self._since = self._since, {}
        for connection in filter(_waits_for_head, connections):
            answered, since = before.get(connection, (None, now))
            if answered is not connection.cycle:
                since = now
            self._since[connection] = (connection.cycle, since)
            if now - since > self._seconds:
                connection.transport.close()


def tell_systemd(state: str) -> None:
    """Send a state to the service manager, if one waits for it: see sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        channel.send(state.encode())


def _waits_for_head(connection: Any) -> bool:
    """Whether nothing is being answered, and uvicorn's own timer does not run either."""
    busy = connection.cycle is not None and not connection.cycle.response_complete
    return not busy and connection.timeout_keep_alive_task is None
