"""What the benchmarks ask of the machine and of servers on it."""

import socket
import time
import urllib.request
from pathlib import Path

PATIENCE = 60.0  # seconds for a server to be ready


def wait_until_ready(port: int, path: str = "/readyz") -> None:
    """Until that path answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}"):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"Nothing answered {path} within {PATIENCE} s. Start the server by hand.")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def peak_memory(process: int) -> int | None:
    """Largest resident size in MB (10^6 bytes) so far; None where /proc has no such thing."""
    return _read_field(Path(f"/proc/{process}/status"), "VmHWM")


def processor() -> str:
    """What the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return "unknown"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "unknown")


def _read_field(path: Path, name: str) -> int | None:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError:
        return None
    values = (line.split()[1] for line in lines if line.startswith(name + ":"))
    return next((round(int(value) * 1024 / 1e6) for value in values), None)
