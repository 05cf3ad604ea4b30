"""An invented archive in memory: records as a reader would yield them."""

import random
from collections.abc import Iterator, Sequence

from serving.archive.record import Item, Record, Unreadable
from serving.archive.sources import Source
from serving.bodies.body import Body, read_block
from serving.submission import Submission

WORDS = [
    "police",
    "girl",
    "fire",
    "school",
    "harbour",
    "council",
    "father",
    "hospital",
    "street",
    "inquiry",
    "bus",
    "attack",
    "witness",
    "market",
    "river",
    "clinic",
    "trial",
    "teacher",
    "storm",
    "bridge",
    "verdict",
    "neighbour",
    "ferry",
    "charity",
    "mother",
]


def record(number: int, words: int = 60, body: str | None = None) -> Record:
    """Article `number`: the same text for the same number."""
    dice = random.Random(number)
    text = body or " ".join(dice.choice(WORDS) for _ in range(words)).capitalize() + "."
    submission = Submission(
        Body([read_block(text)]), f"Report {number}", f"a{number}", section=f"s{number % 3}"
    )
    return Record(submission, f"line {number + 1}", f"https://example.org/{number}", "2024-05-04")


def archive(files: Sequence[int]) -> tuple[list[Source], dict[str, list[Item]]]:
    """Sources with so many articles each, every seventh of which cannot be read."""
    sources, kept, number = [], {}, 0
    for place, count in enumerate(files):
        url = f"memory://{place}.jsonl"
        items: list[Item] = []
        for _ in range(count):
            bad = number % 7 == 6
            items.append(Unreadable(f"line {number + 1}", "broken") if bad else record(number))
            number += 1
        sources.append(Source(url, count, "jsonl"))
        kept[url] = items
    return sources, kept


class Reading:
    """Reads from memory, and counts."""

    def __init__(self, kept: dict[str, list[Item]]) -> None:
        self.kept = kept
        self.read = 0

    def __call__(self, source: Source) -> Iterator[Item]:
        for item in self.kept[source.url]:
            self.read += 1
            yield item
