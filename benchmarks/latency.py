"""How long one article takes, and how much memory the server has: the real server, one caller.

`python -m benchmarks.latency` starts `forewarn serve` on a free port of this machine, sends
articles of several lengths one after the other, and writes `benchmarks/results/latency.json`.
"""

import json
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.articles import invented_article
from classifier.runtime import usable_cores

RESULTS = Path(__file__).with_name("results") / "latency.json"
WORDS = (100, 400, 800, 2000, 8000)
WARM_UP = 5
ROUNDS = 40
PATIENCE = 30.0  # seconds for the server to be ready


def main() -> None:
    """Measure, write, print."""
    port = free_port()
    command = [sys.executable, "-m", "forewarn", "serve", "--port", str(port)]
    began = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(port)
        ready = time.perf_counter() - began
        rows = [time_length(port, words) for words in WORDS]
        memory = peak_memory(server.pid)
    finally:
        server.terminate()
        server.wait()
    result = {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "ready_seconds": round(ready, 2),
        "peak_memory_mb": memory,
        "latency": rows,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def time_length(port: int, words: int) -> dict[str, float]:
    """Milliseconds of whole requests for articles of one length, each of them different."""
    articles = [invented_article(words, seed) for seed in range(WARM_UP + ROUNDS)]
    times = []
    for article in articles:
        start = time.perf_counter()
        post(port, article)
        times.append((time.perf_counter() - start) * 1000)
    kept = sorted(times[WARM_UP:])
    return {
        "words": words,
        "median_ms": round(statistics.median(kept), 1),
        "p95_ms": round(kept[int(0.95 * len(kept))], 1),
    }


def post(port: int, body: str) -> Any:
    """One request, one answer."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/classify",
        json.dumps({"title": "Storm leaves Marrow Point counting the cost", "body": body}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def wait_until_ready(port: int) -> None:
    """Until `/readyz` says so."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"The server was not ready within {PATIENCE} s. Try `forewarn serve`.")


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


if __name__ == "__main__":
    main()
