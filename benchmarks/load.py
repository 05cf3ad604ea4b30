"""How the server stands up to more articles than it can read: the real server, many callers.

`python -m benchmarks.load` starts `forewarn serve` on this machine with a database of its own,
finds its capacity, sends 50 %, 80 % and 300 % of that as it would come from newsrooms (at random
moments), ends it with SIGTERM under load, and kills it while decisions are stored. It writes
`benchmarks/results/load.json`. The callers run on the same cores, so a server alone does better.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.articles import invented_article
from benchmarks.machine import free_port, processor, wait_until_ready
from classifier.runtime import usable_cores

RESULTS = Path(__file__).with_name("results") / "load.json"
WORDS = (100, 250, 400, 600, 800, 1_200, 2_000)  # mean 764
DECISION = {
    "action": "accept",
    "subject": "note",
    "subject_id": "load",
    "article_id": "load",
    "content_hash": "0",
    "editor": "load",
    "versions": {"artifact": "load", "taxonomy": "1.0", "code": "load"},
}
NO_CONNECTION, BROKEN = -1, 0  # in place of a status
Answer = tuple[int, float]  # status; milliseconds


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="of 80 %% of capacity")
    parser.add_argument("--seconds", type=float, default=60.0, help="of everything else")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), 60 * arguments.minutes, arguments.seconds))
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


async def measure(folder: Path, steady: float, short: float) -> dict[str, Any]:
    """All of it, with one server after the other on one database."""
    articles()  # made before anything is timed
    server = Server(folder)
    async with server.client() as client:
        capacity = await saturate(client, short / 2)
        before = server.memory()
        quiet = await arrive(client, 0.5 * capacity, short)
        calm = await arrive(client, 0.8 * capacity, steady)
        crowded = await arrive(client, 3 * capacity, short)
        after = server.memory()
        stopped = await stop_under_load(server, client, 0.8 * capacity)
    return {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "mean_words": round(statistics.mean(WORDS)),
        "capacity_per_second": round(capacity, 1),
        "at_50_percent": {"seconds": short, **summary(quiet)},
        "at_80_percent": {"seconds": steady, **summary(calm)},
        "at_300_percent": {"seconds": short, **summary(crowded)},
        "memory_mb": {"before": before, "after": after},
        "sigterm": stopped,
        "kill": await kill_while_deciding(folder),
    }


class Server:
    """`forewarn serve` in a process of its own, ready."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        environment = os.environ | {"FOREWARN_DATABASE": f"sqlite:///{folder}/load.db"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "forewarn", "serve", "--port", str(self.port)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until_ready(self.port)

    def client(self) -> httpx2.AsyncClient:
        """Callers that never give up by themselves."""
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
        base = f"http://127.0.0.1:{self.port}"
        return httpx2.AsyncClient(base_url=base, timeout=60, limits=limits)

    def memory(self) -> int:
        """Megabytes that the process holds now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024)


@cache
def articles() -> list[str]:
    """What callers send, of all lengths."""
    return [invented_article(words, seed) for seed in range(30) for words in WORDS]


async def classify(client: httpx2.AsyncClient, number: int) -> Answer:
    """Send one article."""
    article = {"body": articles()[number % len(articles())], "id": str(number)}
    begun = time.perf_counter()
    try:
        status = (await client.post("/v1/classify", json=article)).status_code
    except httpx2.ConnectError:
        status = NO_CONNECTION
    except httpx2.TransportError:
        status = BROKEN
    return status, 1000 * (time.perf_counter() - begun)


async def saturate(client: httpx2.AsyncClient, seconds: float) -> float:
    """Articles a second while three callers each wait for an answer before they ask again."""
    end = time.perf_counter() + seconds

    async def caller(first: int) -> int:
        done = 0
        while time.perf_counter() < end:
            status, _ = await classify(client, first + 3 * done)
            done += status == 200
        return done

    await classify(client, 0)
    return sum(await asyncio.gather(*map(caller, range(3)))) / seconds


async def arrive(
    client: httpx2.AsyncClient,
    rate: float,
    seconds: float,
    ask: Callable[[httpx2.AsyncClient, int], Coroutine[Any, Any, Answer]] = classify,
) -> list[Answer]:
    """Send articles at random moments, `rate` a second, whatever becomes of those before."""
    dice, begun, moment = random.Random(1), time.perf_counter(), 0.0
    tasks: list[asyncio.Task[Answer]] = []
    while (moment := moment + dice.expovariate(rate)) < seconds:
        await asyncio.sleep(max(0.0, begun + moment - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(client, len(tasks))))
    return await asyncio.gather(*tasks)


async def stop_under_load(
    server: Server, client: httpx2.AsyncClient, rate: float
) -> dict[str, Any]:
    """What becomes of requests around a SIGTERM: answered, refused at the door, or broken."""
    load = asyncio.create_task(arrive(client, rate, 8.0, connect_and_classify))
    await asyncio.sleep(2.0)
    server.process.send_signal(signal.SIGTERM)
    answers = [status for status, _ in await load]
    server.process.wait()
    return {
        "answered": answers.count(200),
        "told_503_or_504": sum(status in (503, 504) for status in answers),
        "refused_connection": answers.count(NO_CONNECTION),
        "broken": answers.count(BROKEN),
    }


async def connect_and_classify(client: httpx2.AsyncClient, number: int) -> Answer:
    """Send one article on a connection of its own."""
    async with httpx2.AsyncClient(base_url=client.base_url, timeout=60) as own:
        return await classify(own, number)


async def kill_while_deciding(folder: Path) -> dict[str, int]:
    """Decisions that were acknowledged before a SIGKILL, and how many of them are there after."""
    server = Server(folder)
    acknowledged: list[str] = []
    async with server.client() as client:

        async def decide(first: int) -> None:
            for number in range(first, 100_000, 8):
                key = {"Idempotency-Key": str(number)}
                try:
                    answer = await client.post("/v1/decisions", json=DECISION, headers=key)
                except httpx2.TransportError:
                    return
                if answer.status_code == 201:
                    acknowledged.append(str(number))

        deciding = asyncio.gather(*map(decide, range(8)))
        await asyncio.sleep(5.0)
        server.process.kill()
        await deciding
        server.process.wait()
    again = Server(folder)
    stored: set[str] = set()
    async with again.client() as client:
        page: dict[str, Any] = {"cursor": None, "more": True}
        while page["more"]:
            query = {"limit": 1_000} | ({"after": page["cursor"]} if page["cursor"] else {})
            page = (await client.get("/v1/decisions", params=query)).json()
            stored |= {decision["idempotency_key"] for decision in page["decisions"]}
    again.process.terminate()
    again.process.wait()
    return {"acknowledged": len(acknowledged), "lost": len(set(acknowledged) - stored)}


def summary(answers: list[Answer]) -> dict[str, Any]:
    """How many answers of each status, and how long they took, in milliseconds."""
    statuses = sorted({status for status, _ in answers})
    return {
        "requests": len(answers),
        "by_status": {
            str(status): percentiles([ms for found, ms in answers if found == status])
            for status in statuses
        },
    }


def percentiles(times: list[float]) -> dict[str, float]:
    """Count, median, 95th and 99th percentile."""
    times = sorted(times)
    at = {name: times[min(len(times) - 1, int(share * len(times)))] for name, share in _SHARES}
    return {"count": len(times)} | {name: round(value, 1) for name, value in at.items()}


_SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))

if __name__ == "__main__":
    main()
