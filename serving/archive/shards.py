"""An archive in parts of equal size, always the same ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from serving.archive.record import Item, Record, Unreadable
from serving.archive.sources import Source

Read = Callable[[Source], Iterator[Item]]


class Place(NamedTuple):
    """Where in the archive reading goes on: at an item, by number, of a source, by number."""

    source: int
    item: int


START = Place(0, 0)


class Found(NamedTuple):
    """An item, and the URL of the file that holds it."""

    source: str
    item: Item


@dataclass(frozen=True)
class Shard:
    """So many items of an archive, in its order; a shard may hold the end of one file and others.

    `next` is where the following shard begins; behind the last source where there is none.
    """

    number: int
    items: Sequence[Found]
    next: Place

    @property
    def records(self) -> list[tuple[str, Record]]:
        """What could be read, with its file."""
        return [(source, item) for source, item in self.items if isinstance(item, Record)]

    @property
    def unreadable(self) -> list[tuple[str, Unreadable]]:
        """What could not be read, with its file."""
        return [(source, item) for source, item in self.items if isinstance(item, Unreadable)]


@dataclass(frozen=True)
class Selection:
    """Which items are wanted: at most `limit` of them, none that is dated before `since`."""

    size: int  # of a shard
    limit: int | None = None
    since: str | None = None  # ISO 8601; what has no date is kept

    def wants(self, item: Item) -> bool:
        """Whether an item is screened."""
        if self.since is None or isinstance(item, Unreadable) or item.date is None:
            return True
        # As far as both are known: an article of `2019` may be of any of its days.
        known = min(len(item.date), len(self.since))
        return item.date[:known] >= self.since[:known]


def read_shards(
    sources: Sequence[Source],
    read: Read,
    selection: Selection,
    number: int = 0,
    place: Place = START,
) -> Iterator[Shard]:
    """The shards of an archive from a `number` on, which begins at `place`."""
    left = None if selection.limit is None else selection.limit - number * selection.size
    items: list[Found] = []
    end = Place(len(sources), 0)
    for found, at in _items(sources, read, place):
        if not selection.wants(found.item):
            continue
        if left is not None and left <= 0:
            break
        if len(items) == selection.size:
            yield Shard(number, items, at)
            number, items = number + 1, []
        items.append(found)
        left = None if left is None else left - 1
    if items:
        yield Shard(number, items, end)


def _items(sources: Sequence[Source], read: Read, place: Place) -> Iterator[tuple[Found, Place]]:
    for number in range(place.source, len(sources)):
        first = place.item if number == place.source else 0
        for item_number, item in enumerate(read(sources[number])):
            if item_number >= first:
                yield Found(sources[number].url, item), Place(number, item_number)
