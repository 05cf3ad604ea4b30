"""Ports that nobody has."""

import random
import socket
from contextlib import suppress

# Below those that Linux gives to connections: while a server that is to come back is away, a
# caller's own end must not get its port.
_RANGE = range(20_000, 32_768)
_CHANCE = random.SystemRandom()


def free_port() -> int:
    """A port on this machine that was free a moment ago, and that only servers ask for."""
    while True:
        port = _CHANCE.choice(_RANGE)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
