"""The server process: from a free port to the last answer after SIGTERM."""

import ipaddress
import logging
import socket
import sys
from contextlib import suppress

import uvicorn

from serving.api.app import create_app, load_classifier, open_store_of
from serving.api.logs import log, write_logs
from serving.api.server import Server
from serving.errors import ServingError
from serving.settings import Settings
from serving.store.store import Store

SWITCH = 0.0005  # seconds
GRACE = 30  # seconds that requests may still take once no more connections are accepted
KEEP_ALIVE = 75  # seconds; longer than nginx's, so that it hangs up and not we under a request


def serve(settings: Settings) -> None:
    """Answer until the process is told to stop (SIGINT or SIGTERM); logs go to standard output.

    Raises ServingError for a host or port that cannot be used, ArtifactError for the artifact.
    """
    store = open_store_of(settings)
    _require_keys(settings.host, store)
    with _listen(settings.host, settings.port) as listener:
        app = create_app(settings, load_classifier(settings), store)
        write_logs()
        # So that the event loop need not wait 5 ms whenever the classifier has the interpreter.
        sys.setswitchinterval(SWITCH)
        log(logging.INFO, "listening", host=settings.host, port=listener.getsockname()[1])
        config = uvicorn.Config(
            app,
            lifespan="on",
            http="h11",  # the one that is tested, whatever else is installed
            ws="none",
            log_config=None,  # its loggers pass everything on to ours
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the desk asks who is really at the other end
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
        receive, drain = settings.receive_ms / 1000, settings.drain_ms / 1000
        with suppress(KeyboardInterrupt):
            Server(app, config, receive=receive, drain=drain).run(sockets=[listener])


def _require_keys(host: str, store: Store) -> None:
    """Refuse to be reached from elsewhere by callers who need no key."""
    with suppress(ValueError):
        if host == "localhost" or ipaddress.ip_address(host).is_loopback:
            return
    if not store.keys.usable():
        raise ServingError(
            f"Forewarn does not listen on {host!r}: there are no keys, so whoever reaches the port "
            "could use it. Expected a key in use, or a loopback address such as 127.0.0.1. Make a "
            "key with `forewarn keys create`, then start again."
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise ServingError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. Expected a free port that "
            "this user may open. Stop the program that has it, or choose another with --port or "
            "FOREWARN_PORT."
        ) from None
    # Connections inherit it. asyncio would set it only on sockets that were made for TCP by name;
    # without it, an answer of two writes waits 40 ms for the caller's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
