"""A synthetic archive through a run whose scorer takes no time: what everything else costs.

`python -m benchmarks.archive --articles 1000000` writes an archive of JSON lines, screens it with a
stand-in for the classifier, screens it again, and writes `benchmarks/results/archive.json`: memory,
the seconds of early and late shards, and how long a run takes that finds nothing to do. Lengths
have a heavy tail (log-normal, median 180 words), and 15 of 100 articles are near copies of another.
"""

import argparse
import hashlib
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, ClassVar, TextIO

import numpy as np
import pyarrow as pa

from benchmarks.machine import processor
from classifier.runtime import usable_cores
from labels import read_taxonomy
from serving.archive.duplicates import Duplicates
from serving.archive.output import Folder
from serving.archive.record import ReadOptions
from serving.archive.run import Plan, Run
from serving.archive.shards import Selection
from serving.archive.sources import find_sources, read_source
from serving.archive.table import KEPT, result_schema

RESULTS = Path(__file__).with_name("results") / "archive.json"
FILES = 20
SHARD = 1_000
COPIES = 0.15
RECENT = 5_000  # copies are of one of so many articles before: wire copy is printed soon
PARTS = {
    "who": ["police", "the council", "a driver", "the coroner", "two pupils", "the mayor"],
    "did": ["closed", "visited", "sued", "praised", "searched", "sold", "repaired", "left"],
    "what": ["the bridge", "the market hall", "a ferry", "the clinic", "the old mill"],
    "when": ["on Monday", "on Friday night", "before dawn", "last week", "in the rain"],
}


class Stub:
    """Rows as a scorer would give them, made of the article's digest."""

    versions: ClassVar = {"artifact": "stub", "taxonomy": "1.0", "policy": "stub", "code": "stub"}

    def __init__(self) -> None:
        self._schema = result_schema(read_taxonomy().label_ids)

    def run(self, batches: Any) -> Any:
        """A runner, see `serving.archive.runners.Runner`."""
        return map(self.score_batch, batches)

    def score_batch(self, articles: pa.RecordBatch) -> pa.RecordBatch:
        """One row for each article; one of eight is flagged."""
        rows = []
        for article in articles.to_pylist():
            digest = hashlib.sha256(article["body"].encode()).digest()
            flagged = digest[0] < 32
            row = {name: article[name] for name in KEPT} | self.versions
            row |= {"content_hash": digest.hex(), "verdict": "flagged" if flagged else "clear"}
            row |= {"violence_severity": 2 * flagged, "violence_flagged": flagged}
            rows.append(row)
        return pa.RecordBatch.from_pylist(rows, self._schema)


def main() -> None:
    """Make, screen, measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where 3 GB have room (default: temporary)")
    arguments = parser.parse_args()
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        result = measure(Path(folder), arguments.articles)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def measure(folder: Path, articles: int) -> dict[str, Any]:
    """Everything, in a folder that may be thrown away."""
    made = time.perf_counter()
    copies = make(folder / "archive", articles)
    made = time.perf_counter() - made
    begun = time.perf_counter()
    seconds, memory, totals = screen(folder)
    whole = time.perf_counter() - begun
    again = time.perf_counter()
    nothing, _, _ = screen(folder)
    again = time.perf_counter() - again
    tenth = max(1, len(seconds) // 10)
    index = (folder / "run" / "work" / "duplicates.sqlite").stat().st_size
    return {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "articles": articles,
        "megabytes": round(sum(f.stat().st_size for f in (folder / "archive").iterdir()) / 1e6),
        "seconds_to_make": round(made, 1),
        "seconds_to_screen": round(whole, 1),
        "articles_per_second": round(articles / whole, 1),
        "shard_seconds": {
            "first_tenth": round(statistics.median(seconds[:tenth]), 3),
            "last_tenth": round(statistics.median(seconds[-tenth:]), 3),
        },
        "memory_mb": memory,
        "copies": {"made": copies, "found": totals["copies"]},
        "index_mb": round(index / 1e6),
        "second_run": {"shards": len(nothing), "seconds": round(again, 2)},
    }


def screen(folder: Path) -> tuple[list[float], dict[str, int], dict[str, Any]]:
    """Seconds of each shard, memory after a tenth and at the end, the totals."""
    stub, options = Stub(), ReadOptions()
    sources = find_sources([str(folder / "archive")])
    run = Run(Folder(str(folder / "run")), Plan(stub.versions, {}, sources))
    duplicates = Duplicates(folder / "run" / "work" / "duplicates.sqlite", "near")
    seconds: list[float] = []
    memory: dict[str, int] = {}
    read = run.screen(
        lambda source: read_source(source, options), Selection(SHARD), stub, duplicates
    )
    for entry in read:
        seconds.append(entry.counts.seconds)
        if len(seconds) == 100:
            memory["after_100_shards"] = resident()
    duplicates.close()
    memory |= {"at_the_end": resident(), "peak": peak()}
    assert run.last is not None
    return seconds, memory, {"copies": run.last.totals.copies}


def make(folder: Path, articles: int) -> int:
    """Write the archive; how many near copies it has."""
    folder.mkdir()
    dice = np.random.default_rng(1)
    lengths = np.minimum(dice.lognormal(np.log(180), 0.9, articles), 20_000).astype(int)
    copied = dice.random(articles) < COPIES
    copies = 0
    recent: list[str] = []
    number = 0
    for file_number in range(FILES):
        with (folder / f"{file_number:02d}.jsonl").open("w", encoding="utf-8") as file:
            while number < articles * (file_number + 1) // FILES:
                if copied[number] and recent:
                    text = recent[int(dice.integers(len(recent)))]
                    text = f"{text} Reporting by desk {number % 40}."
                    copies += 1
                else:
                    text = invent(dice, int(lengths[number]))
                    recent.append(text)
                    del recent[:-RECENT]
                write(file, number, text)
                number += 1
    return copies


def invent(dice: np.random.Generator, words: int) -> str:
    """News of about so many words, no two alike."""
    sentences = []
    for number in dice.integers(0, 1 << 40, max(1, words // 12)):
        said, rest = [], int(number)
        for part in PARTS.values():
            rest, choice = divmod(rest, len(part))
            said.append(part[choice])
        sentences.append(f"{' '.join(said)}, file {rest:x} of the {rest % 977}th says".capitalize())
    return ". ".join(sentences) + "."


def write(file: TextIO, number: int, text: str) -> None:
    """One line."""
    date = f"{1990 + number % 35}-{number % 12 + 1:02d}-01"
    line = {"id": f"n{number}", "title": f"Report {number}", "text": text, "date": date}
    file.write(json.dumps(line) + "\n")


def resident() -> int:
    """Megabytes that this process holds now."""
    status = Path("/proc/self/status").read_text("utf-8")
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024)


def peak() -> int:
    """Megabytes that it held at most."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
