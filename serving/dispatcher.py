"""The one owner of the classifier: a bounded queue, batches, deadlines.

Articles are assessed off the event loop, in the order in which they come. Three batches are with
the classifier at a time, so that two keep the cores busy while one is made ready or judged.
Whoever would wait too long is told so at once, and whoever has waited too long is told that too: an
answer after its deadline is worth less than none. Articles for which somebody waits at a desk come
before those of a batch.

How long a queue may be depends on why it is there. Where articles merely come at random moments, it
goes away by itself, and to refuse them would be a pity. Where more come than can be read, it stays,
and all that a long one gives is that everybody waits (the idea is CoDel's, RFC 8289).
"""

import asyncio
import math
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from classifier import Article, Assessment, SensitivityClassifier
from serving.observer import Observer

OVERHEAD = 400  # characters that an article costs beside its text
FIRST_SPEED = 50_000.0  # characters a second, until the first batches have been timed
FIRST_SIZE = 5_000.0  # characters of an article, until the first have come
MEMORY = 0.9  # weight of the past in the running estimates of speed and size
SPAN = 5.0  # seconds over which it is told whether more comes than can be read
OVERLOAD = 1.5  # times what can be read; chance alone seldom brings as much for so long
OVERLOADED = 0.25  # of the queue is allowed then


Listener = Callable[[Sequence[Article], Sequence[Assessment]], None]


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

    wait: float = 2.0  # seconds of work that may be waiting before new articles are refused
    bulk_wait: float = 60.0  # the same for what comes in bulk, behind all others
    batch: int = 6_000  # characters that go to the classifier at once; one article may be larger
    batches: int = 3  # that are with the classifier at a time


@dataclass(eq=False)
class _Ticket:
    articles: Sequence[Article]
    size: int  # characters
    answer: "asyncio.Future[list[Assessment]]" = field(repr=False)
    begun: float = 0.0  # when the classifier took it, as time.perf_counter() has it


@dataclass(eq=False)
class _Lane:
    """Tickets in the order of their coming, and the characters that they hold."""

    tickets: deque[_Ticket] = field(default_factory=deque)
    work: int = 0

    def put(self, ticket: _Ticket) -> None:
        self.tickets.append(ticket)
        self.work += ticket.size

    def take(self) -> _Ticket:
        ticket = self.tickets.popleft()
        self.work -= ticket.size
        return ticket


def give_way() -> None:
    """Let the event loop go first where both want a core, so that refusals do not wait.

    Linux gives each thread a niceness of its own; elsewhere it would be the whole process's.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


class Dispatcher:
    """Assesses articles for many callers. Made and used on one event loop; `close` ends it."""

    def __init__(
        self,
        classifier: SensitivityClassifier,
        limits: Limits | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        self.replace(classifier)
        self._listener: Listener | None = None
        self._limits = limits or Limits()
        self._observers = observers
        self._threads = ThreadPoolExecutor(self._limits.batches, "classifier", initializer=give_way)
        self._free = asyncio.Semaphore(self._limits.batches)
        self._urgent, self._bulk = _Lane(), _Lane()
        self._running = 0  # characters in the classifier
        self._batches: set[asyncio.Task[None]] = set()
        self._last = 0.0  # when the classifier was done with a batch
        self._work = _Work()
        self._size = FIRST_SIZE
        self._demand = _Demand()
        self._arrival = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._serve())

    def replace(self, classifier: SensitivityClassifier) -> None:
        """Let another classifier assess from the next batch on; those begun end with the old one.

        All articles of a request are of one batch, and so of one classifier.
        """
        self.taxonomy = classifier.taxonomy
        self.versions = classifier.versions
        self.manifest = classifier.manifest
        self.thresholds = classifier.thresholds
        self._classifier = classifier

    def tell_answers(self, listener: Listener) -> None:
        """Let somebody hear of all articles that are assessed, at once, on the event loop."""
        self._listener = listener

    async def assess(
        self, articles: Sequence[Article], seconds: float, *, bulk: bool = False
    ) -> list[Assessment]:
        """The assessments of articles that belong together, in order, within so many seconds.

        Raises OverloadedError where too much waits, DeadlineError where the time is too short.
        """
        size = sum(len(article.title) + len(article.body) + OVERHEAD for article in articles)
        if not bulk:
            self._demand.add(size)
            self._size = MEMORY * self._size + (1 - MEMORY) * size
        expected = self._room(bulk=bulk) + size / self._work.speed
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

    def require_room(self) -> None:
        """Raise OverloadedError where too much waits for any article, which need not be read."""
        try:
            self._room()
        except OverloadedError:
            self._demand.add(self._size)
            raise

    def _room(self, *, bulk: bool = False) -> float:
        """Seconds of work before whatever comes now, by estimate; OverloadedError if too many."""
        limits, wait, most = self._limits, self.wait, 0.0
        if bulk:
            wait += self._bulk.work / self._work.speed
            most = limits.bulk_wait
        else:
            most = limits.wait * (OVERLOADED if self.overloaded else 1.0)
        if wait > most:
            raise OverloadedError(wait)
        return wait

    @property
    def overloaded(self) -> bool:
        """Whether more has come lately than can be read."""
        return self._demand.rate > OVERLOAD * self._work.speed

    @property
    def waiting(self) -> int:
        """Requests that no batch has taken yet."""
        return len(self._urgent.tickets) + len(self._bulk.tickets)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being read."""
        return not self.waiting and not self._running

    @property
    def wait(self) -> float:
        """Seconds that an article would wait now before the classifier takes it, by estimate."""
        return (self._running + self._urgent.work) / self._work.speed

    async def close(self) -> None:
        """Answer everything that waits, then stop."""
        while self.waiting or self._running:
            await asyncio.sleep(0.01)
        self._task.cancel()
        self._threads.shutdown()

    async def _serve(self) -> None:
        while True:
            await self._arrival.wait()
            await self._free.acquire()
            if batch := self._next_batch():
                task = self._loop.create_task(self._work_off(batch))
                self._batches.add(task)  # the loop itself would not keep it
                task.add_done_callback(self._batches.discard)
            else:
                self._arrival.clear()
                self._free.release()

    async def _work_off(self, batch: Sequence[_Ticket]) -> None:
        begun = time.perf_counter()
        for ticket in batch:
            ticket.begun = begun
        try:
            await self._answer(batch)
        finally:
            self._free.release()
        self._tell(batch, begun)

    def _next_batch(self) -> list[_Ticket]:
        """What waited longest, as much as a batch takes, urgent first; not what was given up on."""
        batch: list[_Ticket] = []
        size = 0
        for lane in (self._urgent, self._bulk):
            while lane.tickets:
                ticket = lane.tickets[0]
                if ticket.answer.done():
                    lane.take()
                    continue
                if batch and size + ticket.size > self._limits.batch:
                    return batch
                batch.append(lane.take())
                size += ticket.size
                self._running += ticket.size
        return batch

    async def _answer(self, batch: Sequence[_Ticket]) -> None:
        """Let the classifier assess a batch; if it fails, each ticket on its own."""
        articles = [article for ticket in batch for article in ticket.articles]
        try:
            found = await self._assess(articles)
        except Exception as error:
            if len(batch) > 1:
                for ticket in batch:
                    await self._answer([ticket])
                return
            self._running -= batch[0].size
            if not batch[0].answer.done():
                batch[0].answer.set_exception(error)
            return
        if self._listener:
            self._listener(articles, found)
        rest = iter(found)
        for ticket in batch:
            self._running -= ticket.size
            answer = list(islice(rest, len(ticket.articles)))
            if not ticket.answer.done():
                ticket.answer.set_result(answer)

    async def _assess(self, articles: list[Article]) -> list[Assessment]:
        return await self._loop.run_in_executor(self._threads, self._classifier.assess, articles)

    def _tell(self, batch: Sequence[_Ticket], begun: float) -> None:
        """Learn the speed from a batch, and tell the observers."""
        now = time.perf_counter()
        size = sum(ticket.size for ticket in batch)
        # The batch before it was read at the same time, until it was done.
        self._work.add(size, now - max(begun, self._last))
        self._last = now
        articles = sum(len(ticket.articles) for ticket in batch)
        for observer in self._observers:
            observer.batch_done(articles, size - OVERHEAD * articles, now - begun)


class _Work:
    """Characters that the classifier has read and seconds that it took; what is long ago fades."""

    def __init__(self) -> None:
        self._size, self._seconds = FIRST_SIZE, FIRST_SIZE / FIRST_SPEED

    def add(self, size: int, seconds: float) -> None:
        self._size = MEMORY * self._size + size
        self._seconds = MEMORY * self._seconds + seconds

    @property
    def speed(self) -> float:
        """Characters a second."""
        return self._size / self._seconds


class _Demand:
    """Characters a second that are asked for, as a mean that forgets what is longer ago."""

    def __init__(self) -> None:
        self._rate = 0.0
        self._at = time.perf_counter()

    def add(self, size: float) -> None:
        self._rate = self.rate + size / SPAN
        self._at = time.perf_counter()

    @property
    def rate(self) -> float:
        return self._rate * math.exp((self._at - time.perf_counter()) / SPAN)
