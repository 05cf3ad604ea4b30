"""The exported graphs in OpenVINO, and the lexical model beside them.

A window is filled up to a multiple of `STEP` tokens, and to `LEAST` of them: OpenVINO keeps code
and memory for each length that it has seen, and runs round lengths faster than it loses by the
padding (`docs/performance.md`). Windows of an article that have one length are read a few at a
time; windows of several articles never are, so an answer cannot depend, not even in its last digit,
on which articles it was asked together with.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

from classifier.batch import (
    fill_windows,
    locate_passages,
    windows_of_one_length,
    windows_together,
)
from classifier.lexical import read_lexical_model
from classifier.runtime import Floats, SectionLogits, usable_cores
from classifier.windows import Window

# The first array makes OpenVINO's bindings look numpy up; two threads at once would wait for each
# other for ever (https://github.com/pybind/pybind11/pull/4877).
openvino.Tensor(np.zeros(1, np.float32)).data.fill(0)


class _Graph:
    """A graph that several threads may run at once, each in a stream of its own."""

    def __init__(self, path: Path, streams: int, settings: Mapping[str, Any] | None = None) -> None:
        self._compiled = openvino.Core().compile_model(
            path,
            "CPU",
            {
                "NUM_STREAMS": streams,
                "INFERENCE_NUM_THREADS": streams,
                # Several processes on one machine would all be pinned to the first cores.
                "ENABLE_CPU_PINNING": False,
                **(settings or {}),
            },
        )
        self._own = threading.local()

    def run(self, feed: Mapping[str, NDArray[Any]]) -> list[Floats]:
        """All outputs, in their order."""
        request = getattr(self._own, "request", None)
        if request is None:
            request = self._own.request = self._compiled.create_infer_request()
        return list(request.infer(feed).to_tuple())


class OpenVinoRuntime:
    """A `Runtime` on the cores of this machine; safe to call from several threads."""

    def __init__(self, folder: Path, slots: int, pad_id: int, threads: int | None = None) -> None:
        threads = threads or usable_cores()
        self._encoder = _Graph(folder / "encoder.xml", threads)
        # A few passage vectors in, the answer out: nothing to gain from fewer bits.
        self._heads = _Graph(folder / "heads.xml", threads, {"INFERENCE_PRECISION_HINT": "f32"})
        self._lexical = read_lexical_model(folder / "lexical.npz")
        self._slots, self._pad_id, self._threads = slots, pad_id, threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="encoder")
        self._unread = 0  # runs of windows that were begun and are not done
        self._counting = threading.Lock()

    def start(self, sections: Sequence[Sequence[Window]]) -> Callable[[], list[SectionLogits]]:
        """See `Runtime`."""
        fetch = self._begin([window for section in sections for window in section])

        def finish() -> list[SectionLogits]:
            vectors = iter(fetch())
            return [
                self._judge(section, list(islice(vectors, len(section)))) for section in sections
            ]

        return finish

    def vectors(self, windows: Sequence[Window]) -> list[Floats]:
        """The vectors (S, D) of each of an article's windows, zero where a slot is empty."""
        return self._begin(windows)()

    def _begin(self, windows: Sequence[Window]) -> Callable[[], list[Floats]]:
        """Begin to read the windows of an article, the longest first."""
        with self._counting:
            together = windows_together(len(windows), self._threads - self._unread)
            runs = windows_of_one_length(windows, together)
            self._unread += len(runs)
        begun = [self._pool.submit(self._encode, [windows[n] for n in run]) for run in runs]

        def fetch() -> list[Floats]:
            found = dict(
                pair
                for run, future in zip(runs, begun, strict=True)
                for pair in zip(run, future.result(), strict=True)
            )
            return [found[number] for number in range(len(windows))]

        return fetch

    def _encode(self, windows: Sequence[Window]) -> Floats:
        """The vectors (W, S, D) of windows of one length."""
        try:
            ids, slots = fill_windows(windows, self._pad_id)
            return self._encoder.run({"ids": ids, "slots": slots})[0]
        finally:
            with self._counting:
                self._unread -= 1

    def _judge(self, section: Sequence[Window], vectors: list[Floats]) -> SectionLogits:
        located = locate_passages([section], self._slots)
        gathered = np.concatenate(vectors)[located.places]
        feed = {"vectors": gathered, "present": np.ones(gathered.shape[:2], dtype=np.bool_)}
        passages, severities, sub_labels, details, treatment = (
            out[0] for out in self._heads.run(feed)
        )
        network = np.concatenate([severities.ravel(), sub_labels, details])
        lexical = self._lexical.score(section)
        return SectionLogits(network, lexical, treatment, passages, located.passages[0])
