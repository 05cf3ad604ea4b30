"""Scoring on a cluster with Ray: one actor holds one classifier."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
import ray
from ray.exceptions import RayActorError

from serving.archive.scoring import Scoring, score_with
from serving.errors import ServingError

ATTEMPTS = 4  # at one batch; each lost node may cost it one


@ray.remote(num_cpus=1)
class _Actor:
    def __init__(self, scoring: Scoring) -> None:
        self._score = score_with(scoring)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return self._score(batch)


class RayActors:
    """A pool of actors on the cluster that `ray.init` found. A lost one is replaced.

    A batch whose actor is lost goes to another one, before all others. Where no node has room for
    a replacement, the remaining actors do its work.
    """

    def __init__(self, scoring: Scoring, actors: int) -> None:
        self._scoring = scoring
        self._idle: deque[Any] = deque(self._start() for _ in range(actors))
        self._ahead = 2 * actors

    def run(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See `runners.Runner`. Raises ServingError where a batch loses its actor each time."""
        coming = enumerate(batches)
        waiting: deque[tuple[int, pa.RecordBatch]] = deque()
        running: dict[Any, tuple[Any, int, pa.RecordBatch]] = {}
        done: dict[int, pa.RecordBatch] = {}
        losses: dict[int, int] = {}
        wanted = 0
        while True:
            room = self._ahead - len(waiting) - len(running) - len(done)
            waiting.extend(islice(coming, max(0, room)))
            while waiting and self._idle:
                actor, (number, batch) = self._idle.popleft(), waiting.popleft()
                running[actor.score.remote(batch)] = (actor, number, batch)
            if wanted in done:
                yield done.pop(wanted)
                wanted += 1
                continue
            if not running:
                return
            (ready, *_), _ = ray.wait(list(running), num_returns=1)
            actor, number, batch = running.pop(ready)
            try:
                done[number] = ray.get(ready)
            except RayActorError:
                losses[number] = losses.get(number, 0) + 1
                if losses[number] == ATTEMPTS:
                    raise _gave_up() from None
                waiting.appendleft((number, batch))
                actor = self._start()
            self._idle.append(actor)

    def _start(self) -> Any:
        return _Actor.remote(self._scoring)


def _gave_up() -> ServingError:
    return ServingError(
        f"The actors that scored one shard were lost {ATTEMPTS} times. Expected one to live. Look "
        "in Ray's log for the reason, most often too little memory; then start again, and the run "
        "goes on where it was."
    )
