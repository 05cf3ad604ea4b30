"""Spans of OpenTelemetry: a request, its time in the queue, its time with the classifier.

Their attributes are the route's template, the status and the verdict; nothing that was sent. Of the
caller's headers only `traceparent` is read, whose form leaves no room for text. Needs the extra
`otel`; `serving.api.tracing` decides whether this module is loaded.
"""

import time

from fastapi import FastAPI
from opentelemetry.context import attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Span,
    SpanKind,
    StatusCode,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classifier import __version__
from serving.api.middleware import method_of, route_of

_NAME = "forewarn"


class Tracing:
    """The spans of one application. An `Observer` of its dispatcher; `close` sends the rest."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self.tracer = provider.get_tracer(_NAME, __version__)

    def surround(self, app: FastAPI) -> None:
        """Give every request of the application a span."""
        app.add_middleware(RequestSpans, tracing=self)

    def batch_done(self, articles: int, characters: int, seconds: float) -> None:
        """A batch has no span: it belongs to many requests, and each has one of its own."""

    def answered(self, arrived: float, begun: float, ended: float) -> None:
        """Add to the current request its time in the queue and its time with the classifier."""
        if not get_current_span().get_span_context().is_valid:
            return  # nobody asked: the server warms up
        now, clock = time.time_ns(), time.perf_counter()
        arrived, begun, ended = (now - (clock - when) * 1e9 for when in (arrived, begun, ended))
        self.tracer.start_span("queue", start_time=int(arrived)).end(int(begun))
        self.tracer.start_span("classify", start_time=int(begun)).end(int(ended))

    def missed(self) -> None:
        """Mark the current request: its deadline has passed."""
        get_current_span().add_event("deadline passed")

    def close(self) -> None:
        """Send what is not sent yet; takes seconds where the collector does not answer."""
        self._provider.shutdown()


class RequestSpans:
    """Surrounds each request with a span, continuing the caller's trace if it has one."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self.app = app
        self.tracer = tracing.tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        carrier = {"traceparent": Headers(scope=scope).get("traceparent", "")}
        context = TraceContextTextMapPropagator().extract(carrier)
        span = self.tracer.start_span("request", context, SpanKind.SERVER)
        state = scope.setdefault("state", {})
        state["trace_id"] = f"{span.get_span_context().trace_id:032x}"
        outside = attach(set_span_in_context(span, context))

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= 500:
                    span.set_status(StatusCode.ERROR)
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except ClientDisconnect:
            raise
        except Exception as error:
            # Not record_exception: it keeps the message, which may quote the article.
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            _describe(span, scope)
            span.end()
            detach(outside)


def otlp_tracing() -> Tracing:
    """Tracing that sends to a collector as the variables OTEL_EXPORTER_OTLP_… say."""
    ours = Resource({"service.name": _NAME, "service.version": __version__})
    # Last, so first: what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say.
    given = OTELResourceDetector().detect()
    provider = TracerProvider(resource=Resource.create().merge(ours).merge(given))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)


def _describe(span: Span, scope: Scope) -> None:
    """Name a span by method and template, which are known when the route is."""
    method, route = method_of(scope), route_of(scope)
    span.update_name(f"{method} {route}" if route else method)
    span.set_attribute("http.request.method", method)
    if route:
        span.set_attribute("http.route", route)
    for name in ("verdict", "problem"):
        if found := scope["state"].get(name):
            span.set_attribute(f"forewarn.{name}", found)
