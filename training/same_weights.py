"""Two artifacts side by side; where only their calibrations differ, articles are read once."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from classifier import SensitivityClassifier
from classifier.artifact import read_artifact_taxonomy, read_manifest
from classifier.calibration import read_calibration
from classifier.openvino_runtime import OpenVinoRuntime
from classifier.runtime import Runtime, SectionLogits
from classifier.windows import ArticleEncoder, Window

CALIBRATION = "calibration.json"


class RememberingRuntime:
    """A `Runtime` that gives the same windows the same logits without reading them again."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._known: dict[bytes, list[SectionLogits]] = {}

    def start(self, sections: Sequence[Sequence[Window]]) -> Callable[[], list[SectionLogits]]:
        """See `Runtime`."""
        key = _key(sections)
        if key in self._known:
            return lambda: self._known[key]
        finish = self._runtime.start(sections)

        def remember() -> list[SectionLogits]:
            self._known[key] = finish()
            return self._known[key]

        return remember


def load_pair(one: Path, other: Path) -> tuple[SensitivityClassifier, SensitivityClassifier]:
    """Load both, verified. Raises ArtifactError."""
    manifests = [read_manifest(folder) for folder in (one, other)]
    sealed = [dict(manifest.files) | {CALIBRATION: ""} for manifest in manifests]
    if sealed[0] != sealed[1] or manifests[0].windowing != manifests[1].windowing:
        return SensitivityClassifier.load(one), SensitivityClassifier.load(other)
    windowing = manifests[0].windowing
    encoder = ArticleEncoder.from_file(one / "tokenizer.json", windowing)
    runtime = RememberingRuntime(OpenVinoRuntime(one, windowing.slots, encoder.pad_id))
    first, second = (
        SensitivityClassifier(
            encoder,
            runtime,
            read_calibration(folder / CALIBRATION),
            read_artifact_taxonomy(folder),
            manifest,
        )
        for folder, manifest in zip((one, other), manifests, strict=True)
    )
    return first, second


def _key(sections: Sequence[Sequence[Window]]) -> bytes:
    digest = hashlib.sha256()
    for section in sections:
        for window in section:
            digest.update(window.ids.tobytes() + window.slots.tobytes() + b"|")
        digest.update(b"/")
    return digest.digest()
