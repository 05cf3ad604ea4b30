"""The first few of many, whatever order they come in."""

import heapq
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class First(Generic[T]):
    """Keeps the `most` values with the lowest keys. Equal keys are told apart by `tie`."""

    def __init__(self, most: int, tie: Callable[[T], Any]) -> None:
        self._most = most
        self._tie = tie
        self._kept: list[tuple[Any, Any, T]] = []

    def add(self, keys: Sequence[Any], make: Callable[[list[int]], Sequence[T]]) -> None:
        """Take what is among the first; `make` makes the values of these numbers, not of all."""
        worst = self._worst(keys)
        rows = [number for number, key in enumerate(keys) if worst is None or key <= worst]
        new = [(keys[row], self._tie(one), one) for row, one in zip(rows, make(rows), strict=True)]
        self._kept = heapq.nsmallest(self._most, [*self._kept, *new], key=lambda one: one[:2])

    def values(self) -> list[T]:
        """Those that are kept, in order."""
        return [one for _, _, one in self._kept]

    def _worst(self, keys: Sequence[Any]) -> Any:
        """A key that none of the first can be behind; None while all are among them."""
        if len(self._kept) == self._most:
            return self._kept[-1][0]
        return heapq.nsmallest(self._most, keys)[-1] if len(keys) > self._most else None
