"""Servers that plug-ins meet: ours, ours in trouble, and others that are no help."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.store.store import open_store
from tests.serving.processes import server


class House(NamedTuple):
    """A real server, with keys for a CMS, for deciding only, and for reading decisions."""

    url: str
    key: str
    deciding: str
    reading: str


@contextmanager
def house(repository: Path, artifact: Path, folder: Path) -> Iterator[House]:
    """A process with the throwaway artifact."""
    url = f"sqlite:///{folder}/forewarn.db"
    store = open_store(url)
    scopes = (("classify", "decide"), ("decide",), ("read",))
    keys = [store.keys.create("plug-in", scope, "command:test").secret for scope in scopes]
    store.close()
    with server(repository, artifact, FOREWARN_DATABASE=url) as process:
        assert process.stdout
        for line in process.stdout:
            told = json.loads(line)
            if told["event"] == "listening":
                port = told["port"]
            if told["event"] == "ready":
                break
        # Nobody reads on: a full pipe would stop the server.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield House(f"http://127.0.0.1:{port}", *keys)


@contextmanager
def in_thread(app: ASGIApp, lifespan: str = "off") -> Iterator[str]:
    """An application behind a socket; without its lifespan ours is never ready."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, lifespan=lifespan, log_config=None, http="h11", ws="none")  # type: ignore[arg-type]
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


class Hurry:
    """What a proxy may do: it gives an application a millisecond."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            MutableHeaders(scope=scope)["X-Deadline-Ms"] = "1"
        await self.app(scope, receive, send)


@contextmanager
def refused() -> Iterator[str]:
    """An address where nothing listens, and nobody else will."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def silent() -> Iterator[str]:
    """Somebody who accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def saying(*parts: bytes, pause: float = 0.0) -> Iterator[str]:
    """Somebody who answers every connection with these bytes, and hangs up."""
    stopped = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                for part in parts:
                    connection.sendall(part)
                    if stopped.wait(pause):
                        return
            except OSError:
                return

    def accept() -> None:
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopped.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def http(status: int, body: bytes, kind: str = "application/json") -> bytes:
    """A whole answer."""
    head = f"HTTP/1.1 {status} So\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def moved(url: str) -> bytes:
    """An answer that sends the caller, with key and article, to somebody else."""
    head = f"HTTP/1.1 307 So\r\nLocation: {url}/v1/classify\r\nContent-Length: 0\r\n\r\n"
    return head.encode()


def drops(document: Any) -> list[bytes]:
    """An answer that comes byte by byte."""
    return [bytes([byte]) for byte in http(200, json.dumps(document).encode())]
