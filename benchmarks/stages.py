"""Where an article's time goes, on one core."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import openvino

from classifier import Article, SensitivityClassifier
from classifier.article import render
from classifier.artifact import read_manifest, released_artifact
from classifier.batch import fill_windows, windows_of_one_length, windows_together
from classifier.language import detect_language
from classifier.lexical import read_lexical_model
from classifier.openvino_runtime import OpenVinoRuntime
from classifier.windows import ArticleEncoder, EncodedArticle

ROUNDS = 3
PROFILED = 20  # articles whose operators are timed


def share_of_stages(articles: Sequence[Article]) -> dict[str, Any]:
    """Shares of the whole, which is `assess` of one article after the other with one thread.

    What is left of the whole beside the stages that are timed one by one is the rest.
    """
    folder = released_artifact()
    windowing = read_manifest(folder).windowing
    encoder = ArticleEncoder.from_file(folder / "tokenizer.json", windowing)
    lexical = read_lexical_model(folder / "lexical.npz")
    classifier = SensitivityClassifier.load(folder, threads=1)
    read = [encoder.encode(article) for article in articles]
    runtime = OpenVinoRuntime(folder, windowing.slots, encoder.pad_id, threads=1)

    def each(stage: Callable[[int], object]) -> float:
        return min(_seconds(stage, len(articles)) for _ in range(ROUNDS))

    whole = each(lambda n: classifier.assess([articles[n]]))
    sentences = each(lambda n: render(articles[n]))
    stages = {
        "sentences": sentences,
        "tokens and windows": each(lambda n: encoder.encode(articles[n])) - sentences,
        "language": each(lambda n: detect_language(articles[n].title + articles[n].body)),
        "encoder": each(lambda n: runtime.vectors(list(read[n].windows))),
        "lexical model": each(lambda n: [lexical.score(s) for s in read[n].sections]),
    }
    stages["heads, calibration, passages and the rest"] = whole - sum(stages.values())
    return {
        "of_the_whole": {name: round(seconds / whole, 4) for name, seconds in stages.items()},
        "of_the_encoder": share_of_operators(read, encoder.pad_id),
    }


def _seconds(stage: Callable[[int], object], count: int) -> float:
    begun = time.perf_counter()
    for number in range(count):
        stage(number)
    return time.perf_counter() - begun


def share_of_operators(read: Sequence[EncodedArticle], pad_id: int) -> dict[str, float]:
    """Shares of the encoder's kinds of operators, windows being read as one thread reads them."""
    settings = {"NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False}
    path = released_artifact() / "encoder.xml"
    request = (
        openvino.Core()
        .compile_model(path, "CPU", settings | {"PERF_COUNT": True})
        .create_infer_request()
    )
    spent: dict[str, float] = {}
    for article in read[:PROFILED]:
        windows = list(article.windows)
        for run in windows_of_one_length(windows, windows_together(len(windows), 1)):
            ids, slots = fill_windows([windows[number] for number in run], pad_id)
            request.infer({"ids": ids, "slots": slots})
            for one in request.profiling_info:
                kind = _KINDS.get(one.node_type, "the rest")
                spent[kind] = spent.get(kind, 0.0) + one.real_time.total_seconds()
    whole = sum(spent.values())
    return {
        kind: round(value / whole, 4) for kind, value in sorted(spent.items(), key=lambda s: -s[1])
    }


_KINDS = {
    "FullyConnected": "matrices, int8",
    "MatMul": "attention",
    "Softmax": "attention",
    "Subgraph": "attention",
    "ScaledDotProductAttention": "attention",
    "MHA": "attention",
}
