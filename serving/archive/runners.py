"""Where batches are scored: in this process, or in several. Answers come in order."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from itertools import islice
from typing import Protocol

import pyarrow as pa

from serving.archive.scoring import Scorer, Scoring, score_with
from serving.errors import ServingError

ATTEMPTS = 3  # at a batch whose process died; it may be the batch that kills


class Runner(Protocol):
    """Scores batches as they come, a few ahead of what is taken from it."""

    def run(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of each batch, in the order of the batches. Reads no more than it must."""


class InProcess:
    """One batch after the other; the classifier's threads use the cores."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def run(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See `Runner`."""
        return map(self._scorer.score_batch, batches)


class Processes:
    """One process a core, each with a classifier of one thread. A process that dies is replaced."""

    def __init__(self, scoring: Scoring, processes: int) -> None:
        self._scoring = replace(scoring, threads=1)
        self._processes = processes
        self._pool = self._start()

    def run(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See `Runner`. Raises ServingError where a batch kills its process again and again."""
        coming = iter(batches)
        waiting: deque[tuple[pa.RecordBatch, Future[pa.RecordBatch]]] = deque()
        failures = 0
        try:
            while True:
                room = 2 * self._processes - len(waiting)
                waiting.extend((batch, self._submit(batch)) for batch in islice(coming, room))
                if not waiting:
                    return
                try:
                    rows = waiting[0][1].result()
                except BrokenProcessPool:
                    failures += 1
                    if failures == ATTEMPTS:
                        raise _gave_up() from None
                    self._pool.shutdown(cancel_futures=True)
                    self._pool = self._start()
                    waiting = deque((batch, self._submit(batch)) for batch, _ in waiting)
                    continue
                failures = 0
                waiting.popleft()
                yield rows
        finally:
            self._pool.shutdown(cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        # Not fork: the classifier's threads and the file systems' would not survive it.
        spawn = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, spawn, initializer=_leave_interrupts)

    def _submit(self, batch: pa.RecordBatch) -> "Future[pa.RecordBatch]":
        return self._pool.submit(_score, self._scoring, batch)


def _score(scoring: Scoring, batch: pa.RecordBatch) -> pa.RecordBatch:
    return score_with(scoring)(batch)


def _leave_interrupts() -> None:
    """Ctrl-C is for the parent, which lets us finish what we have in hand."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _gave_up() -> ServingError:
    return ServingError(
        f"A process that scored articles died {ATTEMPTS} times at the same shard. Expected it to "
        "live. Look in the system's log for the reason, most often too little memory; then start "
        "again with fewer processes, and the run goes on where it was."
    )
