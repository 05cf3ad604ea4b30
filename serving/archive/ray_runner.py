"""Scoring on a cluster with Ray: one actor holds one classifier."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa
import ray
from ray.exceptions import RayActorError

from serving.archive.scoring import Scoring, score_with
from serving.errors import ServingError

ATTEMPTS = 4  # at one batch; each lost node may cost it one


@ray.remote
class _Actor:
    def __init__(self, scoring: Scoring) -> None:
        self._score = score_with(scoring)

    def ready(self) -> None:
        """Return when the classifier is loaded."""

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return self._score(batch)


class _Task(NamedTuple):
    actor: Any
    number: int = 0
    batch: pa.RecordBatch | None = None  # none while the actor gets ready


class RayActors:
    """A pool of actors on the cluster that `ray.init` found. A lost one is replaced.

    A batch whose actor is lost goes to another one, before all others. While no node has room for
    a replacement, the remaining actors do its work.
    """

    def __init__(self, scoring: Scoring, actors: int) -> None:
        self._scoring = scoring
        self._actors = actors

    def run(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """See `runners.Runner`. Raises ServingError where a batch loses its actor each time."""
        coming = enumerate(batches)
        idle: deque[Any] = deque()
        waiting: deque[tuple[int, pa.RecordBatch]] = deque()
        done: dict[int, pa.RecordBatch] = {}
        losses: Counter[int] = Counter()
        tasks = dict(self._start() for _ in range(self._actors))
        wanted = 0
        while True:
            busy = sum(task.batch is not None for task in tasks.values())
            room = 2 * self._actors - len(waiting) - busy - len(done)
            waiting.extend(islice(coming, max(0, room)))
            if not waiting and not busy and not done:
                return
            while waiting and idle:
                actor, (number, batch) = idle.popleft(), waiting.popleft()
                tasks[actor.score.remote(batch)] = _Task(actor, number, batch)
            if wanted in done:
                yield done.pop(wanted)
                wanted += 1
                continue
            (ready, *_), _ = ray.wait(list(tasks), num_returns=1)
            task = tasks.pop(ready)
            try:
                rows = ray.get(ready)
            except RayActorError:
                losses[task.number] += 1
                if losses[task.number] == ATTEMPTS:
                    raise _gave_up() from None
                if task.batch is not None:
                    waiting.appendleft((task.number, task.batch))
                tasks |= [self._start()]
                continue
            idle.append(task.actor)
            if task.batch is not None:
                done[task.number] = rows

    def _start(self) -> tuple[Any, _Task]:
        """An actor that gets ready, and what tells when it is."""
        needs = {"num_cpus": 1, "num_gpus": int(self._scoring.device is not None)}
        actor: Any = _Actor.options(**needs).remote(self._scoring)  # type: ignore[attr-defined]
        return actor.ready.remote(), _Task(actor)


def _gave_up() -> ServingError:
    return ServingError(
        f"The actors that scored one shard were lost {ATTEMPTS} times. Expected one to live. Look "
        "in Ray's log for the reason, most often too little memory; then start again, and the run "
        "goes on where it was."
    )
