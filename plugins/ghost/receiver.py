"""The HTTP side: says that a delivery has come as soon as it is on disk, and does no work.

Ghost waits two seconds, may not come again, and removes a webhook that answers 410. So the answer
waits for nothing but the disk, and is never 410.
"""

import socket
import sqlite3
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .checking import Checking, log
from .deliveries import UnreadableError, read_delivery
from .signature import is_signed
from .waiting import Waiting

LARGEST = 8_000_000  # bytes of a delivery: Ghost sends the text three times, as HTML and plain
LONGEST = 10.0  # seconds of a connection, however slowly its bytes come
MOST = 64  # connections at a time


class Receiver(ThreadingHTTPServer):
    """Listens on `address`; `secret` is that of the webhooks in Ghost."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], secret: str, waiting: Waiting, checking: Checking
    ) -> None:
        self.secret, self.waiting, self.checking = secret, waiting, checking
        self._room = threading.BoundedSemaphore(MOST)
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection in a thread of its own, once there is room."""
        self._room.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Handle it."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever hangs up is no news, and a traceback may hold what was sent."""


class Handler(BaseHTTPRequestHandler):
    """One connection with one request."""

    server: Receiver
    server_version, sys_version = "forewarn-ghost", ""

    def setup(self) -> None:
        """Give the connection its time."""
        super().setup()
        self._timer = threading.Timer(LONGEST, _shut, [self.connection])
        self._timer.daemon = True
        self._timer.start()

    def finish(self) -> None:
        """Take back the time."""
        self._timer.cancel()
        super().finish()

    def do_POST(self) -> None:
        """Receive a delivery."""
        status = self._receive()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Log nothing: a request line is whatever somebody sent."""

    def _receive(self) -> int:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return 411
        if len(length) > 12 or int(length) > LARGEST:
            return 413
        body = self.rfile.read(int(length))
        signature = self.headers.get("X-Ghost-Signature")
        if not is_signed(self.server.secret, signature, body, int(1000 * time.time())):
            log("not signed", bytes=len(body))
            return 401
        try:
            delivery = read_delivery(body)
        except UnreadableError:
            log("unreadable", bytes=len(body))
            return 400
        if delivery is None:
            return 204
        try:
            new = self.server.waiting.add(delivery, time.time())
        except sqlite3.Error as error:
            log("not kept", article=delivery.article, kind=type(error).__name__)
            return 503
        log("received" if new else "known", article=delivery.article)
        self.server.checking.wake()
        return 202


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
