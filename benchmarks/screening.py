"""A screening with the real classifier: its speed beside the bare one, and what kills cost.

`python -m benchmarks.screening --articles 10000 --kills 20` takes articles of the corpus, times the
classifier alone and `forewarn screen run` around it in one process and in two, then screens them
again while the command is killed at random moments, and compares the tables byte for byte. It
writes `benchmarks/results/screening.json`.
"""

import argparse
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.machine import processor
from classifier import Article, SensitivityClassifier
from classifier.artifact import released_artifact
from classifier.runtime import usable_cores
from forewarn.options import add_corpus

RESULTS = Path(__file__).with_name("results") / "screening.json"
CHUNK = 32


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--timed", type=int, default=500, help="articles for the speeds")
    parser.add_argument("--kills", type=int, default=20)
    add_corpus(parser)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), arguments)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything, in a folder that is thrown away."""
    read = articles(arguments.corpus, max(arguments.articles, arguments.timed))
    few, all_of_them = folder / "few.jsonl", folder / "all.jsonl"
    write(few, read[: arguments.timed])
    write(all_of_them, read[: arguments.articles])
    alone = assess(read[: arguments.timed])
    speeds = {"classifier_alone": arguments.timed / alone}
    for name, options in {
        "screen": [],
        "screen_1_process": ["--processes", "1"],
        "screen_2_processes": ["--processes", "2"],
    }.items():
        to = folder / name
        run(few, to, *options).wait()
        speeds[name] = arguments.timed / seconds_of(to)
    killed = kill(all_of_them, folder, arguments.kills)
    return {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "articles_per_second": {name: round(speed, 2) for name, speed in speeds.items()},
        "share_of_classifier_alone": round(speeds["screen"] / speeds["classifier_alone"], 3),
        "second_process_adds": round(
            speeds["screen_2_processes"] / speeds["screen_1_process"] - 1, 3
        ),
        "killed": {"articles": arguments.articles, **killed},
    }


def articles(corpus: Path, count: int) -> list[dict[str, Any]]:
    """Articles of the unlabelled part."""
    with gzip.open(corpus / "unlabelled.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in islice(file, count)]


def write(path: Path, read: list[dict[str, Any]]) -> None:
    """JSON lines."""
    path.write_text("".join(json.dumps(article) + "\n" for article in read), "utf-8")


def assess(read: list[dict[str, Any]]) -> float:
    """Seconds that the classifier takes alone, in chunks."""
    classifier = SensitivityClassifier.load(released_artifact())
    sent = [Article(article["text"], article["title"] or "") for article in read]
    classifier.assess(sent[:CHUNK])
    begun = time.perf_counter()
    for at in range(0, len(sent), CHUNK):
        classifier.assess(sent[at : at + CHUNK])
    return time.perf_counter() - begun


def run(archive: Path, to: Path, *options: str) -> subprocess.Popen[bytes]:
    """`forewarn screen run` in a process group of its own."""
    # No copies: the classifier alone looks for none either.
    given = ["--duplicates", "none", "--shard-size", "100", "--max-errors", "1", *options]
    return subprocess.Popen(
        [sys.executable, "-m", "forewarn", "screen", "run", archive, "--to", to, *given],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def seconds_of(folder: Path) -> float:
    """Seconds of a run by its manifest, in which loading is not counted but in the first shard."""
    entries = [
        json.loads(path.read_text("utf-8")) for path in sorted((folder / "shards").iterdir())
    ]
    first, *rest = entries
    per_item = sum(one["counts"]["seconds"] for one in rest) / sum(
        one["counts"]["items"] for one in rest
    )
    return float(per_item * (first["counts"]["items"] + sum(o["counts"]["items"] for o in rest)))


def kill(archive: Path, folder: Path, kills: int) -> dict[str, Any]:
    """Whether a run that was killed so many times leaves what an unbroken one leaves."""
    begun = time.perf_counter()
    run(archive, folder / "whole").wait()
    whole = time.perf_counter() - begun
    dice, killed = random.Random(1), 0
    while killed < kills:
        process = run(archive, folder / "killed")
        try:
            process.wait(dice.uniform(0, 1.8 * whole / kills))
            break  # it came to its end
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
    run(archive, folder / "killed").wait()
    tables = [
        [path.read_bytes() for path in sorted((folder / name / "results").glob("*.parquet"))]
        for name in ("whole", "killed")
    ]
    return {
        "kills": killed,
        "parts": len(tables[0]),
        "same_bytes": tables[0] == tables[1] and bool(tables[0]),
        "seconds_unbroken": round(whole, 1),
    }


if __name__ == "__main__":
    main()
