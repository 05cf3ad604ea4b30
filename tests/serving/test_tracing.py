"""Traces: a request, its queue and its classifier; off unless asked for; nothing of any article."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api import app as application
from serving.api.app import create_app
from serving.api.spans import Tracing
from serving.api.tracing import read_tracing
from serving.errors import ServingError
from serving.settings import Settings
from tests.serving.test_problems import BODY, CANARY, HOSTILE, article

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
# FastAPI traces by itself where a process has a provider, and logs what did not validate.
FRAMEWORK = """
import os
from opentelemetry import trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient
from serving.api.app import create_app
from serving.settings import read_settings

spans, logs = InMemorySpanExporter(), InMemoryLogRecordExporter()
provider, logger = TracerProvider(), LoggerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
logger.add_log_record_processor(SimpleLogRecordProcessor(logs))
trace.set_tracer_provider(provider)
set_logger_provider(logger)
app = create_app(read_settings())

@app.get("/fail/{number}")
async def fail(number: int) -> None:
    raise RuntimeError("canary")

with TestClient(app) as client:
    statuses = [client.get(f"/fail/{which}").status_code for which in (1, "canary")]
print(statuses, spans.get_finished_spans(), logs.get_finished_logs())
"""
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(
    settings: Settings,
    classifier: SensitivityClassifier,
    spans: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestClient]:
    """Requests to an application that is traced, as if the environment had asked for it."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(application, "read_tracing", lambda: Tracing(provider))
    with TestClient(create_app(settings, classifier)) as client:
        yield client


def by_name(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans()}


def test_a_request_has_three_spans_one_after_the_other(
    traced: TestClient, spans: InMemorySpanExporter, logs: StringIO
) -> None:
    traced.post("/v1/classify", json={"body": BODY}, headers={"traceparent": PARENT})
    found = by_name(spans)
    assert set(found) == {"POST /v1/classify", "queue", "classify"}
    request, queue, classify = (found[name] for name in ("POST /v1/classify", "queue", "classify"))
    times = [
        *(request.start_time, queue.start_time, queue.end_time),
        *(classify.start_time, classify.end_time, request.end_time),
    ]
    assert all(times)
    # Clocks of wall and of spans are read one after the other: a millisecond is let pass.
    assert all(b - a > -1_000_000 for a, b in pairwise(times) if a and b)
    assert classify.end_time > classify.start_time  # type: ignore[operator]
    assert request.context
    assert request.parent
    assert queue.parent
    assert classify.parent
    assert f"{request.context.trace_id:032x}" == PARENT.split("-")[1]
    assert f"{request.parent.span_id:016x}" == PARENT.split("-")[2]
    assert queue.parent.span_id == classify.parent.span_id == request.context.span_id
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/v1/classify",
        "http.response.status_code": 200,
        "forewarn.verdict": "flagged",
    }
    assert json.loads(logs.getvalue().splitlines()[-1])["trace_id"] == PARENT.split("-")[1]


def test_spans_hold_nothing_of_an_article_or_a_header(
    traced: TestClient, spans: InMemorySpanExporter
) -> None:
    names = ("X-Request-ID", "User-Agent", "tracestate", "baggage", "Authorization")
    headers = dict.fromkeys(names, CANARY)
    hostile = article()
    hostile["headers"] = hostile["headers"] | headers | {"traceparent": PARENT}
    traced.post(f"/v1/classify?{CANARY}={CANARY}", **hostile)
    for request, *_ in HOSTILE.values():
        traced.post("/v1/classify", **request)
    traced.get(f"/{CANARY}", headers={"traceparent": f"{PARENT}{CANARY}"})
    traced.request(CANARY.upper(), "/livez")
    told = [span.to_json() for span in spans.get_finished_spans()]
    told += [str(span.context) for span in spans.get_finished_spans()]
    assert len(told) > 2 * len(HOSTILE)
    assert not [one for one in told if CANARY in one.lower()]


def test_a_failure_is_an_error_without_its_message(
    traced: TestClient, spans: InMemorySpanExporter
) -> None:
    @traced.app.get("/fail")  # type: ignore[attr-defined,untyped-decorator]
    async def fail() -> None:
        raise RuntimeError(CANARY)

    assert traced.get("/fail").status_code == 500
    span = by_name(spans)["GET /fail"]
    assert not span.status.is_ok
    assert (span.attributes or {})["http.response.status_code"] == 500
    assert (span.attributes or {})["forewarn.problem"] == "internal-error"
    assert CANARY not in span.to_json()


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none"} | ENDPOINT,
        {"OTEL_SDK_DISABLED": "True"} | ENDPOINT,
        {"OTEL_SERVICE_NAME": "desk"},
    ],
)
def test_nobody_traces_unless_asked_to(environ: dict[str, str]) -> None:
    assert read_tracing(environ) is None


@pytest.mark.parametrize("environ", [ENDPOINT, {"OTEL_TRACES_EXPORTER": "otlp"}])
def test_either_variable_asks_for_traces(environ: dict[str, str]) -> None:
    tracing = read_tracing(environ)
    assert tracing
    tracing.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
)
def test_what_is_not_supported_is_told_without_its_value(name: str, value: str) -> None:
    with pytest.raises(ServingError, match=rf"^{name} has .* Expected: .* unset it") as caught:
        read_tracing(ENDPOINT | {name: value})
    assert value not in str(caught.value)


def test_a_missing_extra_is_told_when_the_server_starts(repository: Path) -> None:
    """In an interpreter without the extra, by the command."""
    program = (
        "import sys; sys.modules['opentelemetry.sdk'] = None; "
        "sys.modules['opentelemetry.exporter'] = None; "
        "from forewarn.__main__ import main; sys.exit(main(['serve', '--port', '0']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=repository,
        env=ENDPOINT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("forewarn serve: Traces are asked for")
    assert "pip install 'forewarn[serve,otel]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_framework_adds_no_spans_and_no_logs_of_its_own(
    artifact: Path, repository: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FRAMEWORK],
        cwd=repository,
        env={"FOREWARN_ARTIFACT": str(artifact), "FASTAPI_OTEL_AUTO_CONFIGURE": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[500, 422] () ()\n"


def test_spans_reach_a_collector(
    settings: Settings, classifier: SensitivityClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collector of our own, to which the real exporter sends when the server stops."""
    got: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server, ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(server.handle_request)
        server.timeout = 30
        endpoint = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "desk")
        with TestClient(create_app(settings, classifier)) as client:
            client.post("/v1/classify", json={"body": BODY})
        waiting.result()
    request = ExportTraceServiceRequest.FromString(got[0])
    [resource] = request.resource_spans
    attributes = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert attributes["service.name"] == "desk"
    names = {span.name for scope in resource.scope_spans for span in scope.spans}
    assert names == {"POST /v1/classify", "queue", "classify"}
