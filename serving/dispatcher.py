"""The one owner of the classifier: a bounded queue, batches, deadlines.

Articles are assessed off the event loop, in the order in which they come, several at a time so that
all cores have work. Whoever would wait too long is told so at once, and whoever has waited too long
is told that too: an answer after its deadline is worth less than none. Articles for which somebody
waits at a desk come before those of a batch.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from classifier import Article, Assessment, SensitivityClassifier
from serving.observer import Observer

OVERHEAD = 400  # characters that an article costs beside its text
FIRST_GUESS = 50_000.0  # characters a second, until the first batches have been timed
MEMORY = 0.8  # weight of the past in the running estimate of the speed


class RefusalError(Exception):
    """An article that was not assessed, for lack of time and through no fault of its own."""


@dataclass(eq=False)
class OverloadedError(RefusalError):
    """The queue is full. `retry_after` are the seconds until it will have been worked off."""

    retry_after: float


@dataclass(eq=False)
class DeadlineError(RefusalError):
    """The answer was not there in time, or could not have been: `expected` seconds from the start.

    `expected` is None where the deadline passed while waiting.
    """

    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the queue holds and what a batch takes."""

    wait: float = 0.5  # seconds of work that may be waiting before new articles are refused
    bulk_wait: float = 60.0  # the same for what comes in bulk, behind all others
    batch: int = 16_000  # characters that go to the classifier at once; one article may be larger


@dataclass(eq=False)
class _Ticket:
    articles: Sequence[Article]
    size: int  # characters
    answer: "asyncio.Future[list[Assessment]]" = field(repr=False)
    begun: float = 0.0  # when the classifier took it, as time.perf_counter() has it


@dataclass(eq=False)
class _Lane:
    """Tickets in the order of their coming, and the characters that they hold."""

    wait: float  # seconds of work before it that are too many
    tickets: deque[_Ticket] = field(default_factory=deque)
    work: int = 0

    def put(self, ticket: _Ticket) -> None:
        self.tickets.append(ticket)
        self.work += ticket.size

    def take(self) -> _Ticket:
        ticket = self.tickets.popleft()
        self.work -= ticket.size
        return ticket


class Dispatcher:
    """Assesses articles for many callers. Made and used on one event loop; `close` ends it."""

    def __init__(
        self,
        classifier: SensitivityClassifier,
        limits: Limits | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        self.taxonomy = classifier.taxonomy
        self.versions = classifier.versions
        self.manifest = classifier.manifest
        self.thresholds = classifier.thresholds
        self._classifier = classifier
        self._limits = limits or Limits()
        self._observers = observers
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="classifier")
        self._urgent = _Lane(self._limits.wait)
        self._bulk = _Lane(self._limits.bulk_wait)
        self._running = 0  # characters in the classifier
        self._speed = FIRST_GUESS
        self._arrival = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._serve())

    async def assess(
        self, articles: Sequence[Article], seconds: float, *, bulk: bool = False
    ) -> list[Assessment]:
        """The assessments of articles that belong together, in order, within so many seconds.

        Raises OverloadedError where too much waits, DeadlineError where the time is too short.
        """
        size = sum(len(article.title) + len(article.body) + OVERHEAD for article in articles)
        expected = self.require_room(bulk=bulk) + size / self._speed
        if expected > seconds:
            raise DeadlineError(expected)
        ticket = _Ticket(articles, size, self._loop.create_future())
        arrived = time.perf_counter()
        (self._bulk if bulk else self._urgent).put(ticket)
        self._arrival.set()
        try:
            async with asyncio.timeout(seconds):
                answer = await ticket.answer
        except TimeoutError:
            for observer in self._observers:
                observer.missed()
            raise DeadlineError from None
        for observer in self._observers:
            observer.answered(arrived, ticket.begun, time.perf_counter())
        return answer

    def require_room(self, *, bulk: bool = False) -> float:
        """Seconds of work before whatever comes now, by estimate.

        Raises OverloadedError where that is too much: any article would be refused.
        """
        lane = self._bulk if bulk else self._urgent
        wait = self.wait + (self._bulk.work / self._speed if bulk else 0.0)
        if lane.tickets and wait > lane.wait:
            raise OverloadedError(wait)
        return wait

    @property
    def waiting(self) -> int:
        """Requests that no batch has taken yet."""
        return len(self._urgent.tickets) + len(self._bulk.tickets)

    @property
    def wait(self) -> float:
        """Seconds that an article would wait now before the classifier takes it, by estimate."""
        return (self._running + self._urgent.work) / self._speed

    async def close(self) -> None:
        """Answer everything that waits, then stop."""
        while self.waiting or self._running:
            await asyncio.sleep(0.01)
        self._task.cancel()
        self._thread.shutdown()

    async def _serve(self) -> None:
        while True:
            await self._arrival.wait()
            batch = self._next_batch()
            if not batch:
                self._arrival.clear()
                continue
            begun = time.perf_counter()
            for ticket in batch:
                ticket.begun = begun
            await self._answer(batch)
            self._tell(batch, time.perf_counter() - begun)

    def _next_batch(self) -> list[_Ticket]:
        """What waited longest, as much as a batch takes, urgent first; not what was given up on."""
        batch: list[_Ticket] = []
        for lane in (self._urgent, self._bulk):
            while lane.tickets:
                ticket = lane.tickets[0]
                if ticket.answer.done():
                    lane.take()
                    continue
                if batch and self._running + ticket.size > self._limits.batch:
                    return batch
                batch.append(lane.take())
                self._running += ticket.size
        return batch

    async def _answer(self, batch: Sequence[_Ticket]) -> None:
        """Let the classifier assess a batch; if it fails, each ticket on its own."""
        try:
            found = await self._assess([article for t in batch for article in t.articles])
        except Exception as error:
            if len(batch) > 1:
                for ticket in batch:
                    await self._answer([ticket])
                return
            self._running -= batch[0].size
            if not batch[0].answer.done():
                batch[0].answer.set_exception(error)
            return
        rest = iter(found)
        for ticket in batch:
            self._running -= ticket.size
            answer = list(islice(rest, len(ticket.articles)))
            if not ticket.answer.done():
                ticket.answer.set_result(answer)

    async def _assess(self, articles: list[Article]) -> list[Assessment]:
        return await self._loop.run_in_executor(self._thread, self._classifier.assess, articles)

    def _tell(self, batch: Sequence[_Ticket], seconds: float) -> None:
        """Learn the speed from a batch, and tell the observers."""
        size = sum(ticket.size for ticket in batch)
        self._speed = MEMORY * self._speed + (1 - MEMORY) * size / max(seconds, 1e-6)
        articles = sum(len(ticket.articles) for ticket in batch)
        for observer in self._observers:
            observer.batch_done(articles, size - OVERHEAD * articles, seconds)
