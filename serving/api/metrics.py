"""Metrics for Prometheus: what the server does, in numbers that hold nothing of any article.

Every label has a bounded set of values: templates of routes instead of paths, names from the
taxonomy, types of problems. Each application has a registry of its own.
"""

from collections.abc import Iterator
from typing import Protocol

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics import MetricWrapperBase

from classifier import Assessment

# Among them the promises: 20 ms for a refusal, 400 ms and 1 s for an answer, 2.5 s the deadline.
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0, 10.0)
ARTICLES = (1, 2, 4, 8, 16, 32, 64)
CHARACTERS = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000)
PROBABILITIES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
ELSEWHERE = "none"  # the route of a request that no route answers

router = APIRouter(include_in_schema=False)


class Queue(Protocol):
    """What waits before the classifier."""

    @property
    def waiting(self) -> int:
        """Requests that no batch has taken yet."""

    @property
    def wait(self) -> float:
        """Seconds that an article would wait now, by estimate."""


class Metrics:
    """The metrics of one application. An `Observer` of its dispatcher."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # each would double its metric for a time that nobody asks for
        self.registry = CollectorRegistry()
        self._requests = self._histogram(
            "request_seconds",
            "Seconds from a request's head to the end of its answer, by route and status; "
            "status none: the caller left.",
            SECONDS,
            "method",
            "route",
            "status",
        )
        self._problems = self._counter(
            "problems", "Requests and articles of a batch answered with a problem.", "type"
        )
        self._waited = self._histogram(
            "waited_seconds", "Seconds that answered requests waited for the classifier.", SECONDS
        )
        self._deadlines = self._counter(
            "deadlines_passed", "Answers that the queue promised in time and that came too late."
        )
        self._batch_articles = self._histogram(
            "batch_articles", "Articles that the classifier got at once.", ARTICLES
        )
        self._batch_characters = self._histogram(
            "batch_characters", "Characters that the classifier got at once.", CHARACTERS
        )
        self._batch_seconds = self._histogram(
            "batch_seconds", "Seconds that the classifier took for a batch.", SECONDS
        )
        self._assessments = self._counter(
            "assessments",
            "Articles by verdict; reason says why one was not checked, else it is empty.",
            "verdict",
            "reason",
        )
        self._severities = self._counter(
            "severities", "Articles that were checked, by label and severity.", "label", "severity"
        )
        self._probability = self._histogram(
            "label_probability",
            "Probability of severity 2 or more, by label: its distribution shows drift.",
            PROBABILITIES,
            "label",
        )
        self._shadowed = self._counter(
            "shadow_articles",
            "Articles for the candidate that reads along: same, different, dropped, failed.",
            "outcome",
        )
        self._shadow_severities = self._counter(
            "shadow_severities",
            "Labels to which the candidate gives another severity, by label, before and after.",
            "label",
            "before",
            "after",
        )
        self._queue = Gauge(
            "forewarn_queue_requests", "Requests that wait now.", registry=self.registry
        )
        self._wait = Gauge(
            "forewarn_queue_seconds",
            "Seconds that a new article would wait now, by estimate.",
            registry=self.registry,
        )
        self._versions = Info(
            "forewarn_build",
            "Versions of artifact, taxonomy, policy, code.",
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)

    def tell_versions(self, **versions: str) -> None:
        """Name what answers, such as `artifact`, `taxonomy`, `policy` and `code`."""
        self._versions.info(versions)

    def watch(self, queue: Queue) -> None:
        """Read the queue whenever the metrics are read."""
        self._queue.set_function(lambda: queue.waiting)
        self._wait.set_function(lambda: queue.wait)

    def observe_request(
        self, method: str, route: str | None, status: int | None, seconds: float
    ) -> None:
        """Count a request; `route` is a template, `status` None where the caller left."""
        found = self._requests.labels(method, route or ELSEWHERE, str(status or "none"))
        found.observe(seconds)

    def observe_problem(self, slug: str) -> None:
        """Count a problem by the stable end of its type."""
        self._problems.labels(slug).inc()

    def observe_assessment(self, assessment: Assessment) -> None:
        """Count an article's verdict, severities and probabilities."""
        reason = assessment.reason.code if assessment.reason else ""
        self._assessments.labels(assessment.verdict, reason).inc()
        for label, found in assessment.labels.items():
            self._severities.labels(label, str(found.severity)).inc()
            self._probability.labels(label).observe(found.probabilities[1])

    def batch_done(self, articles: int, characters: int, seconds: float) -> None:
        """Count what the classifier read at once."""
        self._batch_articles.observe(articles)
        self._batch_characters.observe(characters)
        self._batch_seconds.observe(seconds)

    def answered(self, arrived: float, begun: float, ended: float) -> None:
        """Count how long an answered request had waited."""
        self._waited.observe(begun - arrived)

    def missed(self) -> None:
        """Count a deadline that passed."""
        self._deadlines.inc()

    def shadowed(self, outcome: str) -> None:
        """Count an article that a candidate read along, or did not."""
        self._shadowed.labels(outcome).inc()

    def severity_differs(self, label: str, before: int, after: int) -> None:
        """Count a label to which a candidate gives another severity."""
        self._shadow_severities.labels(label, str(before), str(after)).inc()

    def expose(self) -> bytes:
        """Everything, in Prometheus' text format 0.0.4."""
        return generate_latest(self.registry)

    def _histogram(
        self, name: str, help_: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(f"forewarn_{name}", help_, labels, buckets=buckets, registry=self.registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"forewarn_{name}", help_, labels, registry=self.registry)


# No `async`: a thread writes the text while the event loop goes on answering.
@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Tell Prometheus how the server does."""
    # The content type is ours, whatever the caller accepts: its header is not echoed.
    return Response(
        request.app.state.metrics.expose(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
    )


def metrics_table() -> str:
    """The table of all metrics of our own, in Markdown."""
    return "\n".join(("| metric | type | labels | |", "|---|---|---|---|", *_rows()))


def _rows() -> Iterator[str]:
    for metric in vars(Metrics()).values():
        if isinstance(metric, MetricWrapperBase):
            ending = {"counter": "_total", "info": "_info"}.get(str(metric._type), "")
            labels = ", ".join(f"`{name}`" for name in metric._labelnames)
            if isinstance(metric, Info):
                labels = "`artifact`, `taxonomy`, `policy`, `code`"
            kind = "gauge" if isinstance(metric, Info) else metric._type
            yield f"| `{metric._name}{ending}` | {kind} | {labels} | {metric._documentation} |"
