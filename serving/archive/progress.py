"""What a person sees while an archive is screened: a bar in a terminal, lines elsewhere."""

import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from serving.archive.run import Entry, Totals
from serving.archive.shards import Place
from serving.archive.sources import Source

EVERY = 30.0  # seconds between two lines


class Meter:
    """Told of every shard. How much is left is told by the bytes that have been read."""

    def __init__(
        self,
        console: Console,
        sources: list[Source],
        done: Entry | None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console, self._now = console, now
        self._sizes = [max(source.size or 0, 1) for source in sources]
        self._offset = 0  # in the file that is being read
        self._before = done.totals if done else Totals()
        self._share_before = self._share(done.next) if done else 0.0
        self._begun = self._told = now()
        self._bar = Progress(
            TextColumn("{task.fields[said]}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        self._task = self._bar.add_task("", total=1, said="…")
        self._bar.update(self._task, completed=self._share_before)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def read_to(self, offset: int) -> None:
        """So many bytes of a file have been read."""
        self._offset = offset

    def tell(self, entry: Entry) -> None:
        """A shard is finished."""
        said = self.line(entry)
        if self._console.is_terminal and self._task is not None:
            self._bar.update(self._task, completed=self._share(entry.next), said=said)
        elif self._now() - self._told >= EVERY:
            self._told = self._now()
            self._console.print(said, soft_wrap=True)

    def line(self, entry: Entry) -> str:
        """How far it is: items, rate, time left, what was found."""
        totals, elapsed = entry.totals, max(self._now() - self._begun, 1e-9)
        rate = (totals.items - self._before.items) / elapsed
        share = self._share(entry.next)
        gained = share - self._share_before
        left = elapsed * (1 - share) / gained if gained > 0 else None
        told = [
            f"{totals.items:,} items",
            f"{rate:,.1f} a second",
            f"{totals.flagged:,} flagged",
            f"{totals.errors:,} errors",
        ]
        if left is not None and share < 1:
            told.append(f"about {timedelta(seconds=round(left))} left")
        return ", ".join(told)

    def _share(self, place: Place) -> float:
        total = sum(self._sizes)
        done = float(sum(self._sizes[: place.source]))
        if place.source < len(self._sizes) and place.item:
            done += min(self._offset, self._sizes[place.source])
        return min(1.0, done / total) if total else 1.0
