"""What others may hear of the dispatcher's work. Never anything of an article but its size."""

from typing import Protocol


class Observer(Protocol):
    """Told what happens, on the event loop, at once; it may not raise, and has microseconds."""

    def batch_done(self, articles: int, characters: int, seconds: float) -> None:
        """The classifier has read a batch, in so many seconds."""

    def answered(self, arrived: float, begun: float, ended: float) -> None:
        """A caller gets an answer; told in the caller's own context.

        The times are `time.perf_counter()`'s: when the articles came, when the classifier took
        them, when the answer was there.
        """

    def missed(self) -> None:
        """A deadline passed while its articles waited, or were being read."""
