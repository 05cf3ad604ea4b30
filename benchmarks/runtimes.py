"""Runtimes for the encoder, side by side on one core: how fast, how large, how true.

`python -m benchmarks.runtimes` takes the released weights through torch, ONNX Runtime and OpenVINO
and writes `benchmarks/results/runtimes.json`. Each reads the windows of invented articles of 800
words one by one, filled up as the classifier does, in turns, so that a busy moment of the machine
meets all of them; the median of the rounds counts. Errors are those of passage vectors, on windows
of the dev split, against torch in float32.
"""

import argparse
import json
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import openvino
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic

from benchmarks.articles import invented_article
from benchmarks.machine import processor
from classifier import Article
from classifier.artifact import read_manifest, released_artifact
from classifier.batch import fill_windows
from classifier.network import PassageEncoder
from classifier.torch_runtime import read_network
from classifier.windows import ArticleEncoder, Window
from forewarn.options import add_corpus
from labels import read_taxonomy
from training.build import build_encoder
from training.config import read_config
from training.corpus import read_split
from training.export import export_encoder

RESULTS = Path(__file__).with_name("results") / "runtimes.json"
TITLE = "Storm leaves Marrow Point counting the cost"
ROUNDS = 5
Vectors = NDArray[np.float32]
Read = Callable[[NDArray[np.int64], NDArray[np.int64]], Vectors]  # ids, slots (1, T) → (1, S, D)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=12, help="of 800 words")
    parser.add_argument("--windows", type=int, default=150, help="of the dev split, for errors")
    add_corpus(parser)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    encoder = build_encoder(read_config())
    timed = invented_windows(encoder, arguments.articles)
    true = dev_windows(encoder, arguments.corpus, arguments.windows)
    tokens = sum(len(window.ids) for window in timed)
    timed, true = fill(timed, encoder.pad_id), fill(true, encoder.pad_id)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(candidates(Path(folder), encoder), timed, true, tokens)
    result = {
        "machine": {"cores": 1, "processor": processor()},
        "versions": {
            module.__name__: module.__version__ for module in (torch, onnxruntime, openvino)
        },
        "tokens": tokens,
        "runtimes": found,
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def candidates(folder: Path, encoder: ArticleEncoder) -> dict[str, tuple[Read, int]]:
    """What reads, and how many bytes it has on disk; torch in float32 first."""
    released = released_artifact()
    slots = read_manifest(released).windowing.slots
    network = read_network(released, read_taxonomy(), slots, encoder.pad_id).encoder
    whole, small = folder / "encoder.onnx", folder / "int8.onnx"
    logging.disable(logging.WARNING)
    export_encoder(network, whole)
    options = {"MatMulConstBOnly": True}
    quantize_dynamic(
        whole, small, per_channel=True, weight_type=QuantType.QInt8, extra_options=options
    )
    logging.disable(logging.NOTSET)
    graph, size = released / "encoder.xml", whole.stat().st_size
    weights = graph.with_suffix(".bin").stat().st_size
    return {
        "torch float32": (in_torch(network, torch.float32), size),
        "torch bfloat16": (in_torch(network, torch.bfloat16), size // 2),
        "ONNX Runtime float32": (in_onnxruntime(whole), size),
        "ONNX Runtime int8, dynamic": (in_onnxruntime(small), small.stat().st_size),
        "OpenVINO float32": (in_openvino(whole, "f32"), size),
        "OpenVINO bfloat16": (in_openvino(whole, "bf16"), size // 2),
        "OpenVINO int8, the rest float32": (in_openvino(graph, "f32"), weights),
        "OpenVINO int8, as released": (in_openvino(graph, None), weights),
    }


def in_torch(encoder: PassageEncoder, precision: torch.dtype) -> Read:
    """As it is trained, in float32 or under autocast."""

    def read(ids: NDArray[np.int64], slots: NDArray[np.int64]) -> Vectors:
        lower = precision != torch.float32
        with torch.inference_mode(), torch.autocast("cpu", precision, enabled=lower):
            vectors: Vectors = encoder(torch.from_numpy(ids), torch.from_numpy(slots)).float()
        return np.asarray(vectors)

    return read


def in_onnxruntime(path: Path) -> Read:
    """A session of one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda ids, slots: np.asarray(session.run(None, {"ids": ids, "slots": slots})[0])


def in_openvino(path: Path, precision: str | None) -> Read:
    """A stream of one thread; without a precision, the one that OpenVINO takes."""
    settings: dict[str, Any] = {"NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1}
    settings |= {"ENABLE_CPU_PINNING": False}
    settings |= {"INFERENCE_PRECISION_HINT": precision} if precision else {}
    request = openvino.Core().compile_model(path, "CPU", settings).create_infer_request()
    return lambda ids, slots: np.asarray(request.infer({"ids": ids, "slots": slots}).to_tuple()[0])


def measure(
    candidates: dict[str, tuple[Read, int]],
    timed: Sequence[Window],
    true: Sequence[Window],
    tokens: int,
) -> dict[str, dict[str, float]]:
    """Tokens a second, of which `timed` has so many, megabytes and errors of each."""
    exact, *_ = (vectors(read, true) for read, _ in candidates.values())
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(ROUNDS + 1):
        for name, (read, _) in candidates.items():
            begun = time.perf_counter()
            for window in timed:
                read(window.ids[None], window.slots[None])
            if number:  # the first round is for warming up
                seconds[name].append(time.perf_counter() - begun)
    return {
        name: {
            "tokens_per_second": round(tokens / float(np.median(seconds[name]))),
            "megabytes": round(size / 1e6, 1),
            **errors(vectors(read, true), exact),
        }
        for name, (read, size) in candidates.items()
    }


def vectors(read: Read, windows: Sequence[Window]) -> Vectors:
    """Of all passages, (P, D)."""
    found = [read(w.ids[None], w.slots[None])[0, : len(w.passages)] for w in windows]
    return np.concatenate(found)


def errors(found: Vectors, exact: Vectors) -> dict[str, float]:
    """How far vectors are from the exact ones."""
    size = np.linalg.norm(exact, axis=1)
    away = np.linalg.norm(found - exact, axis=1) / size
    cosine = (found * exact).sum(1) / np.linalg.norm(found, axis=1) / size
    return {
        "mean_error": round(float(away.mean()), 4),
        "least_cosine": round(float(cosine.min()), 4),
    }


def invented_windows(encoder: ArticleEncoder, articles: int) -> list[Window]:
    """Windows of articles of 800 words."""
    made = [Article(invented_article(800, seed), TITLE) for seed in range(articles)]
    return [window for article in made for window in encoder.encode(article).windows]


def fill(windows: Sequence[Window], pad_id: int) -> list[Window]:
    """The windows as long as they are read."""
    made = []
    for window in windows:
        ids, slots = fill_windows([window], pad_id)
        made.append(replace(window, ids=ids[0], slots=slots[0]))
    return made


def dev_windows(encoder: ArticleEncoder, corpus: Path, count: int) -> list[Window]:
    """So many windows of articles, the same ones each time."""
    examples = read_split(corpus, "dev")
    windows = [w for example in examples for w in encoder.encode(example.article).windows]
    order = np.random.default_rng(1).permutation(len(windows))[:count]
    return [windows[number] for number in order]


if __name__ == "__main__":
    main()
