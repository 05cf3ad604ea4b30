"""The one owner of the classifier: a bounded queue, batches, deadlines.

Articles are assessed off the event loop, in the order in which they come, several at a time so that
all cores have work. Whoever would wait too long is told so at once, and whoever has waited too long
is told that too: an answer after its deadline is worth less than none.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from classifier import Article, Assessment, SensitivityClassifier

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
    batch: int = 16_000  # characters that go to the classifier at once; one article may be larger


@dataclass(eq=False)
class _Ticket:
    article: Article
    size: int
    deadline: float  # in the event loop's time
    answer: "asyncio.Future[Assessment]" = field(repr=False)


class Dispatcher:
    """Assesses articles for many callers. Made and used on one event loop; `close` ends it."""

    def __init__(self, classifier: SensitivityClassifier, limits: Limits | None = None) -> None:
        self.taxonomy = classifier.taxonomy
        self.versions = classifier.versions
        self._classifier = classifier
        self._limits = limits or Limits()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="classifier")
        self._waiting: deque[_Ticket] = deque()
        self._work = 0  # characters waiting and in the classifier
        self._speed = FIRST_GUESS
        self._arrival = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._serve())

    async def assess(self, article: Article, seconds: float) -> Assessment:
        """The assessment of one article within so many seconds.

        Raises OverloadedError where too much waits, DeadlineError where the time is too short.
        """
        size = len(article.title) + len(article.body) + OVERHEAD
        wait = self._work / self._speed
        if self._waiting and wait > self._limits.wait:
            raise OverloadedError(wait)
        expected = wait + size / self._speed
        if expected > seconds:
            raise DeadlineError(expected)
        deadline = self._loop.time() + seconds
        ticket = _Ticket(article, size, deadline, self._loop.create_future())
        self._waiting.append(ticket)
        self._work += size
        self._arrival.set()
        try:
            async with asyncio.timeout_at(deadline):
                return await ticket.answer
        except TimeoutError:
            raise DeadlineError from None

    @property
    def waiting(self) -> int:
        """Articles that no batch has taken yet."""
        return len(self._waiting)

    async def close(self) -> None:
        """Answer everything that waits, then stop."""
        while self._waiting or self._work:
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
            await self._answer(batch)
            self._learn_speed(batch, time.perf_counter() - begun)

    def _next_batch(self) -> list[_Ticket]:
        """The articles that waited longest, as many as a batch takes; not those given up on."""
        batch: list[_Ticket] = []
        size = 0
        while self._waiting:
            ticket = self._waiting[0]
            if ticket.answer.done():
                self._waiting.popleft()
                self._work -= ticket.size
                continue
            if batch and size + ticket.size > self._limits.batch:
                break
            batch.append(self._waiting.popleft())
            size += ticket.size
        return batch

    async def _answer(self, batch: Sequence[_Ticket]) -> None:
        """Let the classifier assess a batch; if it fails, each article on its own."""
        try:
            found = await self._assess([ticket.article for ticket in batch])
        except Exception as error:
            if len(batch) > 1:
                for ticket in batch:
                    await self._answer([ticket])
                return
            self._work -= batch[0].size
            if not batch[0].answer.done():
                batch[0].answer.set_exception(error)
            return
        for ticket, assessment in zip(batch, found, strict=True):
            self._work -= ticket.size
            if not ticket.answer.done():
                ticket.answer.set_result(assessment)

    async def _assess(self, articles: list[Article]) -> list[Assessment]:
        return await self._loop.run_in_executor(self._thread, self._classifier.assess, articles)

    def _learn_speed(self, batch: Sequence[_Ticket], seconds: float) -> None:
        speed = sum(ticket.size for ticket in batch) / max(seconds, 1e-6)
        self._speed = MEMORY * self._speed + (1 - MEMORY) * speed
