"""Arrays of several sections at once, for the heads and for training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.windows import NO_SLOT, Window

NO_PLACE = -1
TOGETHER = 6  # windows of an article in a run, at the most
STEP = 32  # tokens; even, as the network may read two at a time
# Tokens that a window is filled up to at least: OpenVINO 2026.4 reads shorter ones wrongly on
# processors with AMX (docs/decisions/2026-11-29-short-windows.md).
LEAST = 96


@dataclass(frozen=True, slots=True)
class Places:
    """Where the passages of N sections stand among the slots of all their windows, in order.

    `places[n, p]` is `window * slots + slot`, and `passages[n, p]` the passage's number in its
    article; both are NO_PLACE where section n has no more passages.
    """

    places: NDArray[np.int64]  # (N, P)
    passages: NDArray[np.int64]  # (N, P)


def locate_passages(sections: Sequence[Sequence[Window]], slots: int) -> Places:
    """Number the slots of all windows in order and say which passage stands where."""
    rows: list[list[tuple[int, int]]] = []
    first = 0
    for section in sections:
        row = []
        for window in section:
            row += [(first + slot, passage) for slot, passage in enumerate(window.passages)]
            first += slots
        rows.append(row)
    width = max(1, max((len(row) for row in rows), default=0))
    table = np.full((len(rows), width, 2), NO_PLACE, dtype=np.int64)
    for number, row in enumerate(rows):
        if row:
            table[number, : len(row)] = row
    return Places(table[..., 0], table[..., 1])


def windows_by_length(windows: Sequence[Window], tokens: int) -> list[list[int]]:
    """Numbers of the windows in batches, the longest first, so that little is padded.

    A batch has at most so many tokens, padding counted, or a single window.
    """
    order = sorted(range(len(windows)), key=lambda number: -len(windows[number].ids))
    batches: list[list[int]] = []
    for number in order:
        longest = len(windows[batches[-1][0]].ids) if batches else 0
        if not batches or (len(batches[-1]) + 1) * longest > tokens:
            batches.append([])
        batches[-1].append(number)
    return batches


def windows_together(windows: int, idle: int) -> int:
    """How many of an article's windows to read in a run, where so many threads are idle.

    Larger matrices are multiplied faster, but no idle thread should be without a window.
    """
    return max(1, min(TOGETHER, -(-windows // max(1, idle))))


def windows_of_one_length(windows: Sequence[Window], most: int) -> list[list[int]]:
    """Numbers of windows that are filled alike, in runs of so many at most, the longest first."""
    by_length: dict[int, list[int]] = {}
    for number, window in enumerate(windows):
        by_length.setdefault(filled(len(window.ids)), []).append(number)
    return [
        numbers[first : first + most]
        for _, numbers in sorted(by_length.items(), reverse=True)
        for first in range(0, len(numbers), most)
    ]


def filled(tokens: int, least: int = LEAST) -> int:
    """The length of a window of so many tokens when it is read: the next multiple of `STEP`.

    No window is read at fewer than `least` tokens.
    """
    return -(-max(tokens, least) // STEP) * STEP


def fill_windows(
    windows: Sequence[Window], pad_id: int, least: int = LEAST
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`ids` and `slots` of the windows, filled up to the length that the longest is read at."""
    longest = max(len(window.ids) for window in windows)
    return pad_windows(windows, pad_id, len(windows), filled(longest, least))


def pad_windows(
    windows: Sequence[Window], pad_id: int, count: int, tokens: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`ids` and `slots` of the windows as (count, tokens), filled up with padding."""
    ids = np.full((count, tokens), pad_id, dtype=np.int64)
    slots = np.full((count, tokens), NO_SLOT, dtype=np.int64)
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        slots[row, : len(window.slots)] = window.slots
    return ids, slots
