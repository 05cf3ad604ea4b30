"""Forewarn beside what a newsroom might run instead, and beside what the machine could do.

`python -m benchmarks.compare` writes `benchmarks/results/compare.json`: articles a second, how long
one caller and sixteen wait, memory, cold start and accuracy of each of `benchmarks.rivals`; how
fast this machine multiplies matrices; where an article's time goes; and how time grows with length.
The rivals take turns, so that a busy moment of the machine meets all of them; the median of the
rounds counts, and of the ratios within each round. `make bench` installs what is compared and runs
this.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.articles import invented_article
from benchmarks.limits import encoder_operations, matrix_rates
from benchmarks.load import WORDS, percentiles
from benchmarks.machine import processor
from benchmarks.prepare_rivals import prepare
from benchmarks.rivals import CALLERS, INFINITY, RIVALS, TITLE
from benchmarks.stages import share_of_stages
from classifier import Article, SensitivityClassifier
from classifier.artifact import read_manifest, released_artifact
from classifier.batch import filled
from classifier.runtime import usable_cores
from classifier.windows import ArticleEncoder
from forewarn.options import add_corpus
from training.corpus import read_split
from training.evaluate import METRICS, read_predictions
from training.metrics import measure as measure_predictions
from training.metrics import read_truth

RESULTS = Path(__file__).with_name("results") / "compare.json"
ROUNDS = 5
LENGTHS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)  # words
TIMED = 800  # words of an article whose caller waits
PACKAGES = ("torch", "transformers", "onnxruntime", "openvino", "scikit-learn")
Sent = list[tuple[int, int]]  # words and seed of invented articles


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=98, help="of mixed lengths, a round")
    parser.add_argument("--waits", type=int, default=128, help="answers that callers wait for")
    parser.add_argument("--infinity", type=Path, help="the command infinity_emb, elsewhere")
    parser.add_argument("--teacher", type=Path, help="the artifact that the released one learned")
    add_corpus(parser)
    arguments = parser.parse_args()
    names = list(RIVALS)
    if arguments.infinity:
        os.environ[INFINITY] = str(arguments.infinity.absolute())
    else:
        names.remove("infinity")
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), arguments.corpus)
        rivals = compare(names, Path(folder), arguments.articles, arguments.waits)
        growth = time_lengths(Path(folder))
    result = {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "versions": {name: version(name) for name in PACKAGES},
        "articles": {"mean_words": round(statistics.mean(WORDS)), **sizes(arguments.articles)},
        "rivals": rivals,
        "cold_start_seconds": {"forewarn classify": cold_command()},
        "limits": matrix_rates() | encoder_operations(),
        "stages": share_of_stages(invented(mixed(arguments.articles))),
        "growth": growth,
        "accuracy": accuracy(arguments.corpus, arguments.teacher),
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def compare(
    names: Sequence[str], folder: Path, articles: int, waits: int
) -> dict[str, dict[str, Any]]:
    """Speed, waiting, memory and cold start of each."""
    cold = {name: cold_start(name, folder) for name in names}
    with ExitStack() as open_ones:
        running = {name: open_ones.enter_context(started(name, folder)) for name in names}
        speeds: dict[str, list[float]] = {name: [] for name in names}
        for number in range(ROUNDS):
            for name, ask in running.items():
                found = ask(mixed(articles, number * articles))
                speeds[name].append(found["articles_per_second"])
        result: dict[str, dict[str, Any]] = {}
        for name, ask in running.items():
            one = ask(alike(waits), 1)
            many = ask(alike(waits), CALLERS)
            result[name] = {
                "articles_per_second": round(statistics.median(speeds[name]), 2),
                "of_each_round": [round(speed, 2) for speed in speeds[name]],
                "one_caller_ms": percentiles(one["milliseconds"]),
                "sixteen_callers_ms": percentiles(many["milliseconds"]),
                "peak_memory_mb": many["peak_memory_mb"],
                "cold_start_seconds": round(cold[name], 2),
            }
    return result


Ask = Callable[..., dict[str, Any]]


@contextmanager
def started(name: str, folder: Path) -> Iterator[Ask]:
    """A rival in a process of its own that has answered once; it is asked by calling."""
    command = [sys.executable, "-m", "benchmarks.rivals", name, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:

        def receive() -> dict[str, Any]:
            assert process.stdout
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"'{name}' ended. Run `{' '.join(command[1:])}` to see why.")
            return dict(json.loads(line))

        def ask(articles: Sent, callers: int = 0) -> dict[str, Any]:
            assert process.stdin
            print(json.dumps({"articles": articles, "callers": callers}), file=process.stdin)
            process.stdin.flush()
            return receive()

        receive()
        yield ask


def cold_start(name: str, folder: Path) -> float:
    """Seconds from nothing to the first answer, what is on disk being in the page cache."""
    seconds = []
    for _ in range(2):
        begun = time.perf_counter()
        with started(name, folder):
            seconds.append(time.perf_counter() - begun)
    return min(seconds)


def cold_command() -> float:
    """Seconds that `forewarn classify` takes for one article."""
    seconds = []
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(f"{TITLE}\n\n{invented_article(TIMED)}")
        file.flush()
        for _ in range(5):
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "forewarn", "classify", file.name],
                stdout=subprocess.DEVNULL,
                check=True,
            )
            seconds.append(time.perf_counter() - begun)
    return round(statistics.median(seconds), 2)


def mixed(count: int, first: int = 0) -> Sent:
    """Articles of all lengths, as many of each."""
    return [(WORDS[n % len(WORDS)], first + n) for n in range(count)]


def alike(count: int) -> Sent:
    """Articles of one length."""
    return [(TIMED, seed) for seed in range(count)]


def invented(sent: Sent) -> list[Article]:
    """The articles themselves."""
    return [Article(invented_article(words, seed), TITLE) for words, seed in sent]


def sizes(articles: int) -> dict[str, float]:
    """Tokens and windows that the classifier reads of an article, in the mean, and its padding."""
    manifest = read_manifest(released_artifact())
    encoder = ArticleEncoder.from_file(released_artifact() / "tokenizer.json", manifest.windowing)
    read = [list(encoder.encode(article).windows) for article in invented(mixed(articles))]
    lengths = [len(window.ids) for windows in read for window in windows]
    tokens = sum(lengths)
    return {
        "mean_tokens": round(tokens / len(read), 1),
        "mean_windows": round(len(lengths) / len(read), 2),
        "padded_share": round(1 - tokens / sum(map(filled, lengths)), 4),
    }


def time_lengths(folder: Path) -> dict[str, Any]:
    """Milliseconds of one article by its length, and the straight line that fits them best.

    Relative errors count: a line through the longest alone would be no test of the short ones.
    """
    with started("forewarn", folder) as ask:
        times = [
            statistics.median(ask([(words, seed) for seed in range(9)], 1)["milliseconds"])
            for words in LENGTHS
        ]
    words, found = np.array(LENGTHS, dtype=np.float64), np.array(times)
    slope, ground = np.polyfit(words, found, 1, w=1 / found)
    fitted = ground + slope * words
    return {
        "words": list(LENGTHS),
        "milliseconds": [round(ms, 1) for ms in times],
        "ms_per_1000_words": round(1000 * slope, 2),
        "ms_of_none": round(float(ground), 2),
        "r_squared": round(_r_squared(found, fitted), 5),
        "largest_deviation": round(float(np.abs(found / fitted - 1).max()), 3),
    }


def _r_squared(found: NDArray[np.float64], fitted: NDArray[np.float64]) -> float:
    return float(1 - ((found - fitted) ** 2).sum() / ((found - found.mean()) ** 2).sum())


def accuracy(corpus: Path, teacher: Path | None) -> dict[str, Any]:
    """On the test split: as released, the teacher's network in float32, and TF-IDF.

    Rivals read every token, as the teacher does. Where there is none, its last figures stay.
    """
    test = read_split(corpus, "test")
    articles = [example.article for example in test]

    def of(folder: Path, device: str | None) -> dict[str, float]:
        classifier = SensitivityClassifier.load(folder, device=device)
        said = read_predictions(classifier.assess(articles), test, classifier.taxonomy)
        truth = read_truth(test, classifier.taxonomy)
        return _macro(measure_predictions(truth, said, classifier.taxonomy))

    metrics = json.loads((released_artifact() / METRICS).read_text("utf-8"))
    before = json.loads(RESULTS.read_text("utf-8"))["accuracy"]["float32"]
    return {
        "as released": of(released_artifact(), None),
        "float32": of(teacher, "cpu") if teacher else before,
        "tfidf": _macro(metrics["baselines"]["tfidf"]),
    }


def _macro(measured: dict[str, Any]) -> dict[str, float]:
    labels = measured["labels"].values()
    return {
        name: round(statistics.mean(label[name]["value"] for label in labels), 4)
        for name in ("average_precision", "f1")
    }


if __name__ == "__main__":
    main()
