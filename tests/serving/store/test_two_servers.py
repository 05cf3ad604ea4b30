"""Two servers on one PostgreSQL behave as one: what one stores or learns holds for the other."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any, NamedTuple

import httpx2
import psycopg
import pytest

from serving.api import examples
from serving.store.database import Database
from serving.store.migrate import upgrade
from serving.store.store import Store, open_store
from tests.serving.processes import server

ACTOR = "command:test"
CLOSED = 20.0  # seconds in which a revoked key must have become known; it takes about two


class Servers(NamedTuple):
    """Their store, as a command would open it, and a client of each."""

    store: Store
    clients: Sequence[httpx2.Client]


@pytest.fixture(scope="module")
def servers(postgresql: str, artifact: Path, repository: Path) -> Iterator[Servers]:
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE two_servers")
    url = f"{postgresql}/two_servers"
    database = Database(url)
    upgrade(database)
    database.close()
    with ExitStack() as stack:
        processes = [
            stack.enter_context(server(repository, artifact, FOREWARN_DATABASE=url))
            for _ in range(2)
        ]
        clients = []
        for process in processes:
            assert process.stdout
            port = json.loads(process.stdout.readline())["port"]
            client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
            clients.append(stack.enter_context(client))
        store = open_store(url)
        stack.callback(store.close)
        yield Servers(store, clients)


def make_key(servers: Servers, *scopes: str) -> tuple[str, dict[str, str]]:
    """Id and header of a key that both servers know: one that was made may be new to them."""
    key, secret = servers.store.keys.create("CMS", scopes, ACTOR)
    header = {"Authorization": f"Bearer {secret}"}
    wait_for(servers, header, 200)
    return key.id, header


def wait_for(servers: Servers, header: dict[str, str], status: int) -> None:
    """Ask both servers until both answer with this status."""
    deadline = time.monotonic() + CLOSED
    for client in servers.clients:
        while (found := client.get("/v1/policy", headers=header).status_code) != status:
            assert time.monotonic() < deadline, found
            time.sleep(0.2)


def decide(client: httpx2.Client, header: dict[str, str], key: str) -> httpx2.Response:
    headers = header | {"Idempotency-Key": key}
    return client.post("/v1/decisions", json=examples.decision(), headers=headers)


def export(client: httpx2.Client, header: dict[str, str], limit: int) -> list[dict[str, Any]]:
    """All decisions, page by page."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit}
    more = True
    while more:
        page = client.get("/v1/decisions", params=query, headers=header).json()
        found += page["decisions"]
        query["after"], more = page["cursor"], page["more"]
    return found


def test_what_both_store_at_once_either_exports_whole(servers: Servers) -> None:
    _, header = make_key(servers, "decide", "read")
    jobs = [(client, f"{n}-{m}") for m in range(12) for n, client in enumerate(servers.clients)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda job: decide(job[0], header, job[1]), jobs))
    assert [answer.status_code for answer in answers] == [201] * len(jobs)
    stored = sorted((answer.json() for answer in answers), key=lambda decision: decision["id"])
    assert {decision["idempotency_key"] for decision in stored} == {key for _, key in jobs}
    first, second = servers.clients
    whole = export(first, header, limit=5)
    assert whole == export(second, header, limit=7)
    ids = [decision["id"] for decision in whole]
    assert ids == sorted(set(ids))
    assert [decision for decision in whole if decision in stored] == stored


def test_sent_to_both_at_once_a_decision_is_stored_once(servers: Servers) -> None:
    key_id, header = make_key(servers, "decide", "read")
    both = Barrier(len(servers.clients))

    def send(client: httpx2.Client, key: str) -> httpx2.Response:
        both.wait(60)
        return decide(client, header, key)

    keys = [f"twice-{number}" for number in range(8)]
    with ThreadPoolExecutor(len(servers.clients)) as pool:
        for key in keys:
            first, second = pool.map(send, servers.clients, [key] * len(servers.clients))
            assert sorted((first.status_code, second.status_code)) == [200, 201]
            assert first.json() == second.json()
    for client in servers.clients:
        stored = [found for found in export(client, header, 100) if found["key_id"] == key_id]
        assert [found["idempotency_key"] for found in stored] == keys


def test_a_key_that_is_revoked_opens_neither(servers: Servers) -> None:
    key_id, header = make_key(servers, "decide")
    _, reader = make_key(servers, "read")
    servers.store.keys.revoke(key_id, ACTOR)
    wait_for(servers, header, 401)
    for client in servers.clients:
        assert decide(client, header, "late").status_code == 401
        assert all(found["key_id"] != key_id for found in export(client, reader, 100))
