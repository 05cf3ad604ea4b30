"""Logs: lines of JSON, each with its request, none with anything of an article."""

import asyncio
import json
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from serving.api.logs import log, log_loop_exception
from tests.serving.processes import server
from tests.serving.test_problems import BODY, CANARY

STRAY = f"""
import gc, logging, threading, warnings
from serving.api.logs import log, write_logs

class Broken:
    def __del__(self):
        raise ValueError("{CANARY}")

def fail():
    raise ValueError("{CANARY}")

write_logs()
log(logging.INFO, "begun")
warnings.warn("{CANARY}", UserWarning)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
Broken()
gc.collect()
fail()
"""


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_within_a_request_has_its_id(app: FastAPI, logs: StringIO) -> None:
    @app.get("/talk")
    async def talk() -> None:
        logging.getLogger("somebody.else").warning("hello")
        log(logging.INFO, "ours", cue=3)

    with TestClient(app) as client:
        ids = [client.get("/talk").headers["X-Request-ID"] for _ in range(2)]
    lines = [line for line in lines_of(logs.getvalue()) if line["event"] in ("hello", "ours")]
    assert [line["request_id"] for line in lines] == [ids[0], ids[0], ids[1], ids[1]]
    assert lines[1]["cue"] == 3
    log(logging.INFO, "outside")
    assert "request_id" not in lines_of(logs.getvalue())[-1]


def test_the_line_of_a_request_says_what_came_of_it(client: TestClient, logs: StringIO) -> None:
    client.post("/v1/classify", json={"body": BODY})
    client.post("/v1/classify", json={"body": ""})
    good, bad = [line for line in lines_of(logs.getvalue()) if line["event"] == "request"]
    assert list(good) == [
        *("time", "level", "logger", "event", "request_id", "method", "route", "status", "ms"),
        *("key", "verdict", "problem"),
    ]
    assert (good["verdict"], good["problem"], good["key"]) == ("flagged", None, None)
    assert (bad["verdict"], bad["problem"], bad["status"]) == (None, "invalid-request", 422)


def test_the_id_of_the_key_is_told(app: FastAPI, logs: StringIO) -> None:
    @app.middleware("http")
    async def know(request: Any, answer: Callable[[Any], Awaitable[Any]]) -> Any:
        request.state.key = "k7"
        return await answer(request)

    with TestClient(app) as client:
        client.get("/livez")
    assert lines_of(logs.getvalue())[-1]["key"] == "k7"


@pytest.mark.parametrize(
    ("logger", "event"),
    [
        ("somebody.else", "got %s"),
        ("uvicorn.access", "got %s"),
        ("uvicorn.error", f"got {CANARY}"),
        ("forewarn", f"got {CANARY}"),
        ("forewarner", "got %s"),
    ],
)
def test_of_others_only_the_template_is_told(logger: str, event: str, logs: StringIO) -> None:
    """uvicorn.error and we log nothing but our own state; here they are made to."""
    logging.getLogger(logger).warning("got %s", CANARY)
    assert lines_of(logs.getvalue())[0]["event"] == event


def test_a_message_that_is_no_text_is_withheld(logs: StringIO) -> None:
    logging.getLogger("somebody.else").error(ValueError(CANARY))
    assert CANARY not in logs.getvalue()
    assert "withheld" in lines_of(logs.getvalue())[0]["event"]


def test_a_field_that_json_does_not_know_is_told_by_its_type(logs: StringIO) -> None:
    log(logging.INFO, "odd", field=ValueError(CANARY))
    assert lines_of(logs.getvalue())[0]["field"] == "ValueError"


def fail_in_a_task(loop: asyncio.AbstractEventLoop) -> None:
    async def fail(text: str) -> None:
        raise ValueError(text)

    loop.run_until_complete(asyncio.wait([loop.create_task(fail(CANARY))]))


def fail_in_a_callback(loop: asyncio.AbstractEventLoop) -> None:
    def fail(text: str) -> None:
        raise ValueError(text)

    loop.call_soon(fail, CANARY)
    loop.run_until_complete(asyncio.sleep(0))


@pytest.mark.parametrize("fail", [fail_in_a_task, fail_in_a_callback])
@pytest.mark.parametrize("ours", [True, False], ids=["our handler", "asyncio's"])
def test_the_event_loop_quotes_no_exception(
    fail: Callable[[asyncio.AbstractEventLoop], None], ours: bool, logs: StringIO
) -> None:
    loop = asyncio.new_event_loop()
    if ours:
        loop.set_exception_handler(log_loop_exception)
    fail(loop)
    loop.close()
    line = lines_of(logs.getvalue())[-1]
    assert CANARY not in logs.getvalue()
    assert line["level"] == "error"
    assert line["exception"] == "builtins.ValueError"
    assert line["frames"][-1].endswith(" fail")


def test_what_python_would_print_becomes_lines(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STRAY], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == ""
    assert CANARY not in done.stdout
    assert [line["event"] for line in lines_of(done.stdout)] == [
        "begun",
        "warning",
        "uncaught in a thread",
        "uncaught, went on",
        "uncaught exception",
    ]


def test_the_server_below_logs_the_same_lines(artifact: Path, repository: Path) -> None:
    with server(repository, artifact, FOREWARN_DRAIN_MS="0") as process:
        assert process.stdout
        port = json.loads(process.stdout.readline())["port"]
        assert json.loads(process.stdout.readline())["event"] == "ready"
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(f"{CANARY} \x01\r\nX-Title: {CANARY}\r\n\r\n".encode())
            connection.recv(1_000)
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=30)
    first = lines_of(rest)[0]
    assert (first["logger"], first["level"]) == ("uvicorn.error", "warning")
    assert first["event"] == "Invalid HTTP request received."
    assert CANARY not in rest
