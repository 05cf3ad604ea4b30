"""What it brings to fill windows up to round lengths: articles a second and memory.

`python -m benchmarks.window_lengths` reads the same articles of mixed lengths with windows as long
as they happen to be, and filled up to multiples of several numbers, each in a process of its own
and in turns, and writes `benchmarks/results/window_lengths.json`.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.articles import invented_article
from benchmarks.machine import peak_memory, processor
from benchmarks.rivals import TITLE
from classifier import Article, SensitivityClassifier, batch
from classifier.artifact import released_artifact
from classifier.runtime import usable_cores

RESULTS = Path(__file__).with_name("results") / "window_lengths.json"
STEPS = (2, 8, 16, 32, 64)
WORDS = (100, 250, 400, 600, 800, 1_200, 2_000)
EACH = 15  # articles of each length
ROUNDS = 3


def main() -> None:
    """Measure, write, print; with a number, measure that step only, in this process."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
        return
    found: dict[int, list[dict[str, Any]]] = {step: [] for step in STEPS}
    for _ in range(ROUNDS):
        for step in STEPS:
            command = [sys.executable, "-m", "benchmarks.window_lengths", str(step)]
            found[step].append(json.loads(subprocess.check_output(command)))
    result = {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "steps": {
            step: {
                name: round(statistics.median(one[name] for one in rounds), 1) for name in rounds[0]
            }
            for step, rounds in found.items()
        },
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def measure(step: int) -> dict[str, Any]:
    """Articles a second when all lengths have been seen, megabytes at the peak."""
    batch.STEP = step
    classifier = SensitivityClassifier.load(released_artifact())
    articles = [Article(invented_article(w, seed), TITLE) for seed in range(EACH) for w in WORDS]
    classifier.assess(articles)
    begun = time.perf_counter()
    classifier.assess(articles)
    seconds = time.perf_counter() - begun
    return {
        "articles_per_second": len(articles) / seconds,
        "peak_memory_mb": peak_memory(os.getpid()),
    }


if __name__ == "__main__":
    main()
