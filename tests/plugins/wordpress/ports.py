"""Ports that nobody has."""

import socket


def free_port() -> int:
    """A port on this machine that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
