"""What a newsroom might run instead, and Forewarn, each in a process of its own.

`benchmarks.compare` starts `python -m benchmarks.rivals NAME FOLDER` once for each name of `RIVALS`
and then asks over standard input, a JSON object a line: so many articles as fast as they can be
answered, or one after the other from so many callers. FOLDER holds what `prepare` wrote.

The transformers pipeline, ONNX Runtime and infinity get the encoder of the released artifact as it
was published, in float32, with GELU and without merged tokens, under three outputs; and the
sentences of an article packed into windows of the same length, the title first: what one writes in
an afternoon to have probabilities and passages. They find no passages, sub-labels, details or
language, and calibrate nothing.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from typing import Any, Protocol

from benchmarks.articles import invented_article
from benchmarks.machine import free_port, peak_memory, wait_until_ready

TITLE = "Storm leaves Marrow Point counting the cost"
BATCH = 16  # windows
CALLERS = 16
TOKENS = 192  # of a window, as in the released artifact
LABELS = 3
NETWORK, GRAPH, LINEAR = "network", "network.onnx", "linear.joblib"
INFINITY = "INFINITY_EMB"  # environment variable: the command


class Rival(Protocol):
    """Something that answers for articles; called from several threads."""

    memory_of: int  # a process
    at_once: int  # callers that it takes to be fastest; 0 where it takes all articles in one call

    def answer(self, bodies: Sequence[str]) -> None:
        """Find out what articles involve."""


class Forewarn:
    """The classifier in this process."""

    memory_of, at_once = os.getpid(), 0

    def __init__(self, folder: Path) -> None:
        from classifier import Article, SensitivityClassifier
        from classifier.artifact import released_artifact

        self._article = Article
        self._classifier = SensitivityClassifier.load(released_artifact())

    def answer(self, bodies: Sequence[str]) -> None:
        """With passages and all."""
        self._classifier.assess([self._article(body, TITLE) for body in bodies])


class TfidfRegression:
    """Words and pairs of words under a logistic regression."""

    memory_of, at_once = os.getpid(), 0

    def __init__(self, folder: Path) -> None:
        import joblib

        self._pipeline = joblib.load(folder / LINEAR)

    def answer(self, bodies: Sequence[str]) -> None:
        """Probabilities of three labels."""
        self._pipeline.predict_proba([f"{TITLE}\n{body}" for body in bodies])


class TransformersPipeline:
    """`pipeline("text-classification")` of Hugging Face on torch in float32."""

    memory_of, at_once = os.getpid(), 0

    def __init__(self, folder: Path) -> None:
        from transformers import pipeline

        self._pipeline: Any = pipeline("text-classification", str(folder / NETWORK), device="cpu")
        self._pack = Packer(folder)

    def answer(self, bodies: Sequence[str]) -> None:
        """Probabilities of three labels for each window."""
        windows = self._pack.windows(bodies)
        self._pipeline(windows, batch_size=BATCH, top_k=None, function_to_apply="sigmoid")


class OnnxRuntime:
    """The same network in ONNX Runtime in float32."""

    memory_of, at_once = os.getpid(), 0

    def __init__(self, folder: Path) -> None:
        from onnxruntime import InferenceSession

        self._pack = Packer(folder)
        self._session = InferenceSession(str(folder / GRAPH), providers=["CPUExecutionProvider"])

    def answer(self, bodies: Sequence[str]) -> None:
        """Logits of three labels for each window."""
        import numpy as np

        windows = self._pack.windows(bodies)
        for at in range(0, len(windows), BATCH):
            read = self._pack.tokenizer.encode_batch(windows[at : at + BATCH])
            feed = {
                "input_ids": np.array([one.ids for one in read]),
                "attention_mask": np.array([one.attention_mask for one in read]),
            }
            self._session.run(None, feed)


class ForewarnServer:
    """`forewarn serve`, over HTTP."""

    at_once = CALLERS

    def __init__(self, folder: Path) -> None:
        port = free_port()
        command = [sys.executable, "-m", "forewarn", "serve", "--port", str(port)]
        self._server = _start(command)
        self.memory_of = self._server.pid
        wait_until_ready(port)
        self._caller = _Caller(port)

    def answer(self, bodies: Sequence[str]) -> None:
        """A request an article."""
        for body in bodies:
            self._caller.post("/v1/classify", {"title": TITLE, "body": body})

    def close(self) -> None:
        """End the server."""
        self._server.terminate()
        self._server.wait()


class InfinityServer:
    """`infinity_emb`, over HTTP; the windows are made by the caller."""

    at_once = CALLERS

    def __init__(self, folder: Path) -> None:
        port = free_port()
        options = "--served-model-name rival --engine torch --device cpu --dtype float32"
        self._server = _start(
            [
                *(os.environ[INFINITY], "v2", "--model-id", str(folder / NETWORK)),
                *(*options.split(), "--no-bettertransformer", "--port", str(port)),
            ],
            DO_NOT_TRACK="1",
            HF_HUB_OFFLINE="1",
        )
        self.memory_of = self._server.pid
        wait_until_ready(port, "/health")
        self._caller = _Caller(port)
        self._pack = Packer(folder)

    def answer(self, bodies: Sequence[str]) -> None:
        """A request an article."""
        for body in bodies:
            sent = {"model": "rival", "input": self._pack.windows([body]), "raw_scores": True}
            self._caller.post("/classify", sent)

    def close(self) -> None:
        """End the server."""
        self._server.terminate()
        self._server.wait()


RIVALS: dict[str, Callable[[Path], Rival]] = {
    "forewarn": Forewarn,
    "forewarn serve": ForewarnServer,
    "transformers": TransformersPipeline,
    "onnxruntime": OnnxRuntime,
    "infinity": InfinityServer,
    "tfidf": TfidfRegression,
}


class Packer:
    """Sentences to windows of text."""

    def __init__(self, folder: Path) -> None:
        from sentencex import segment
        from tokenizers import Tokenizer

        self._segment = segment
        self.tokenizer = Tokenizer.from_file(str(folder / NETWORK / "tokenizer.json"))
        self.tokenizer.enable_truncation(TOKENS)
        self.tokenizer.enable_padding()
        self._counter = Tokenizer.from_file(str(folder / NETWORK / "tokenizer.json"))
        self._counter.no_padding()
        self._counter.no_truncation()

    def windows(self, bodies: Sequence[str]) -> list[str]:
        """Of all articles, one after the other."""
        return [window for body in bodies for window in self._of(body)]

    def _of(self, body: str) -> Iterator[str]:
        sentences = [TITLE, *self._segment("en", body)]
        title, *sizes = (
            len(one.ids) for one in self._counter.encode_batch(sentences, add_special_tokens=False)
        )
        room = TOKENS - 2 - title
        packed, size = [TITLE], 0
        for sentence, more in zip(sentences[1:], sizes, strict=True):
            if size and size + more > room:
                yield " ".join(packed)
                packed, size = [TITLE], 0
            packed.append(sentence)
            size += more
        yield " ".join(packed)


class _Caller:
    """Keeps a connection for each thread."""

    def __init__(self, port: int) -> None:
        self._port, self._own = port, local()

    def post(self, path: str, sent: dict[str, Any]) -> None:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = HTTPConnection("127.0.0.1", self._port)
        connection.request("POST", path, json.dumps(sent), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {text[:300]!r}")


def _start(command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=os.environ | environment, stdout=quiet, stderr=quiet)


def throughput(rival: Rival, bodies: Sequence[str]) -> float:
    """Articles a second."""
    begun = time.perf_counter()
    if rival.at_once:
        latencies(rival, bodies, rival.at_once)
    else:
        rival.answer(bodies)
    return len(bodies) / (time.perf_counter() - begun)


def latencies(rival: Rival, bodies: Sequence[str], callers: int) -> list[float]:
    """Milliseconds of each article; each caller waits for an answer before it asks again."""

    def timed(body: str) -> float:
        begun = time.perf_counter()
        rival.answer([body])
        return 1000 * (time.perf_counter() - begun)

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(timed, bodies))


def main() -> None:
    """Load, say so, and do what is asked until the input ends."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    answers, sys.stdout = sys.stdout, sys.stderr  # libraries may print
    rival = RIVALS[name](folder)
    try:
        rival.answer([invented_article(800)])
        print("{}", file=answers, flush=True)
        for line in sys.stdin:
            task = json.loads(line)
            bodies = [invented_article(words, seed) for words, seed in task["articles"]]
            found: dict[str, Any] = {}
            if task["callers"]:
                found["milliseconds"] = latencies(rival, bodies, task["callers"])
            else:
                found["articles_per_second"] = throughput(rival, bodies)
            found["peak_memory_mb"] = peak_memory(rival.memory_of)
            print(json.dumps(found), file=answers, flush=True)
    finally:
        close = getattr(rival, "close", None)
        if close:
            close()


if __name__ == "__main__":
    main()
