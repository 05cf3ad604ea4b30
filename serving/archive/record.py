"""What readers yield: articles as an archive keeps them, and what could not be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from serving.submission import Submission

MAX_ITEM_BYTES = 16_000_000  # of one article as it is kept, markup included, once unpacked


@dataclass(frozen=True)
class Record:
    """One article of an archive. `position` says where in its file it stands, such as `line 17`."""

    submission: Submission
    position: str
    url: str | None = None
    date: str | None = None  # ISO 8601, as far as it is known: `2019`, `2019-05-04`, `…T10:00:00Z`


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that could not be read, and why; the reason never holds any of its text."""

    position: str
    reason: str


Item = Record | Unreadable


@dataclass(frozen=True)
class ReadOptions:
    """How files are to be read."""

    # Where a JSON object, a CSV row or a Parquet row keeps what we look for: our name → its path.
    fields: Mapping[str, str] = field(default_factory=dict)
    max_item_bytes: int = MAX_ITEM_BYTES


class Reader(Protocol):
    """Reads the items of one format, in their order, as a stream.

    The same file gives the same items in the same order. A bad item is yielded as `Unreadable` and
    the next is read; where nothing more can be read (a broken tail), the last item says so.
    """

    def __call__(self, stream: BinaryIO, options: ReadOptions) -> Iterator[Item]:
        """The items of an open file: unpacked bytes, which need not be seekable."""
