"""`SensitivityClassifier`: the one way to ask what an article involves."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifier.article import Article
from classifier.artifact import Manifest, read_artifact_taxonomy, read_manifest
from classifier.assessment import (
    Assessment,
    Evidence,
    LabelAssessment,
    Presence,
    Reason,
    TreatmentAssessment,
    Versions,
)
from classifier.calibration import STEPS, Calibration, read_calibration, sigmoid
from classifier.errors import DeviceError
from classifier.language import detect_language, is_supported, load_identifier
from classifier.openvino_runtime import OpenVinoRuntime
from classifier.runtime import Runtime, SectionLogits
from classifier.version import __version__
from classifier.windows import ArticleEncoder, EncodedArticle
from labels import Taxonomy

if TYPE_CHECKING:
    from classifier.torch_runtime import TorchRuntime

FLAGGED = 2  # the severity from which an editor wants to be told
MOST_EVIDENCE = {0: 0, 1: 2, 2: 5, 3: 5}  # passages by severity, as in the codebook, section 4
LEAST_SCORE = 0.5  # of a passage's score to the best one's, to be shown beside it
UNREADABLE = 0.5  # share of characters unknown to the tokenizer


class SensitivityClassifier:
    """Assesses articles with one artifact. Make it with `load`; it may be shared by threads."""

    def __init__(
        self,
        encoder: ArticleEncoder,
        runtime: Runtime,
        calibration: Calibration,
        taxonomy: Taxonomy,
        manifest: Manifest,
    ) -> None:
        self._encoder = encoder
        self._runtime = runtime
        self._calibration = calibration
        self.taxonomy = taxonomy
        self.manifest = manifest
        self.versions = Versions(manifest.version, taxonomy.version, __version__)

    @classmethod
    def load(
        cls, folder: Path, threads: int | None = None, device: str | None = None
    ) -> "SensitivityClassifier":
        """Load an artifact folder; `ArtifactError` where it is altered or of another release.

        `threads` run windows side by side; by default one for each core of this process. `device`
        names a torch device, such as `cuda`, to read with the 16-bit weights instead; `DeviceError`
        where there is none.
        """
        with ThreadPoolExecutor(1) as beside:
            languages = beside.submit(load_identifier)  # while the graphs are compiled
            manifest = read_manifest(folder)
            taxonomy = read_artifact_taxonomy(folder)
            encoder = ArticleEncoder.from_file(folder / "tokenizer.json", manifest.windowing)
            slots = manifest.windowing.slots
            runtime: Runtime
            if device is None:
                runtime = OpenVinoRuntime(folder, slots, encoder.pad_id, threads)
            else:
                runtime = _on_device(device)(folder, taxonomy, slots, encoder.pad_id, device)
            calibration = read_calibration(folder / "calibration.json")
            languages.result()
        return cls(encoder, runtime, calibration, taxonomy, manifest)

    @property
    def thresholds(self) -> dict[str, float]:
        """The probability from which each output counts; `minors>=2` is severity 2 and up."""
        values = self._calibration.threshold
        return dict(zip(self._calibration.outputs, map(_rounded, values), strict=True))

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """One assessment for each article, in order; each as if it had been asked alone.

        While the network reads one article the next ones are made ready.
        """
        begun = [self._begin(article) for article in articles]
        return [finish() for finish in begun]

    def log_odds(self, article: Article) -> NDArray[np.float64] | None:  # (O,)
        """Calibrated log-odds of an article's outputs, to fit calibration on; None if not checked.

        Before rounding, and before the severities of a label are put in order.
        """
        encoded = self._encoder.encode(article)
        if _readable(article, encoded)[1]:
            return None
        return self._log_odds(self._runtime.start(encoded.sections)())

    def _begin(self, article: Article) -> Callable[[], Assessment]:
        encoded = self._encoder.encode(article)
        language, reason = _readable(article, encoded)
        if reason:
            unread = Assessment(
                "not_checked", reason, language, article.content_hash, self.versions, id=article.id
            )
            return lambda: unread
        finish = self._runtime.start(encoded.sections)
        return lambda: self._assessment(article, encoded, language, finish())

    def _assessment(
        self,
        article: Article,
        encoded: EncodedArticle,
        language: str | None,
        sections: Sequence[SectionLogits],
    ) -> Assessment:
        probabilities = self._probabilities(sections)
        labels = dict(self._labels(article, encoded, sections, probabilities))
        return Assessment(
            verdict="flagged" if any(found.flagged for found in labels.values()) else "clear",
            reason=None,
            language=language,
            content_hash=article.content_hash,
            versions=self.versions,
            labels=labels,
            sub_labels=self._presences(self.taxonomy.sub_label_ids, probabilities),
            details=self._presences(self.taxonomy.detail_ids, probabilities),
            treatment=self._treatment(sections),
            id=article.id,
        )

    def _probabilities(self, sections: Sequence[SectionLogits]) -> NDArray[np.float64]:  # (O,)
        labels = len(self.taxonomy.label_ids)
        return self._calibration.probabilities(self._log_odds(sections), labels)

    def _log_odds(self, sections: Sequence[SectionLogits]) -> NDArray[np.float64]:  # (O,)
        """Of the article: for each output its highest section counts."""
        scores = [
            self._calibration.scores(s.network.astype(np.float64), s.lexical.astype(np.float64))
            for s in sections
        ]
        return np.asarray(np.max(scores, axis=0), dtype=np.float64)

    def _labels(
        self,
        article: Article,
        encoded: EncodedArticle,
        sections: Sequence[SectionLogits],
        probabilities: NDArray[np.float64],
    ) -> Iterator[tuple[str, LabelAssessment]]:
        met = probabilities >= self._calibration.threshold
        scores = _passage_scores(sections, len(encoded.passages))
        for row, label in enumerate(self.taxonomy.label_ids):
            steps = slice(row * STEPS, (row + 1) * STEPS)
            severity = int(np.logical_and.accumulate(met[steps]).sum())
            yield (
                label,
                LabelAssessment(
                    severity=severity,
                    probabilities=_triple(probabilities[steps]),
                    flagged=severity >= FLAGGED,
                    evidence=_evidence(article, encoded, scores[:, row], MOST_EVIDENCE[severity]),
                ),
            )

    def _presences(
        self, names: Sequence[str], probabilities: NDArray[np.float64]
    ) -> dict[str, Presence]:
        places = [self._calibration.outputs.index(name) for name in names]
        met = probabilities >= self._calibration.threshold
        return {
            name: Presence(_rounded(probabilities[place]), bool(met[place]))
            for name, place in zip(names, places, strict=True)
        }

    def _treatment(self, sections: Sequence[SectionLogits]) -> TreatmentAssessment:
        """The likeliest treatment of the whole: the mean over the sections' probabilities."""
        logits = np.stack([section.treatment for section in sections]).astype(np.float64)
        probabilities = self._calibration.treatment_probabilities(logits).mean(0)
        best = int(probabilities.argmax())
        return TreatmentAssessment(self.taxonomy.treatment_ids[best], _rounded(probabilities[best]))


def _on_device(device: str) -> "type[TorchRuntime]":
    """Load torch, which serving on cores does without, and look for the device."""
    try:
        import torch

        from classifier.torch_runtime import TorchRuntime
    except ImportError as error:
        raise DeviceError(
            f"The device '{device}' needs torch, and {error.name} is not installed. "
            "Install with `pip install 'forewarn[gpu]'`, or name no device."
        ) from error
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # torch raises either
        raise DeviceError(
            f"There is no device '{device}': expected one that torch {torch.__version__} can use, "
            "such as cuda or cuda:1. Look at `nvidia-smi` and at the torch that is installed, or "
            "name no device."
        ) from error
    return TorchRuntime


def _readable(article: Article, encoded: EncodedArticle) -> tuple[str | None, Reason | None]:
    """The article's language, and why it cannot be checked, if it cannot."""
    rendering = encoded.rendering
    text = "\n".join(part for part in (rendering.title.text, rendering.body.text) if part)
    if not text:
        return None, Reason("empty", "There is no text to check.")
    if encoded.unknown_share > UNREADABLE:
        return None, Reason("unreadable", "Most of the text is no words that can be read.")
    if article.language and not is_supported(article.language):
        return article.language, _foreign(article.language)
    language = detect_language(text)
    if language is None:
        return None, Reason("unreadable", "There are no letters in the text.")
    return language, None if is_supported(language) else _foreign(language)


def _foreign(language: str) -> Reason:
    known = language if len(language) <= 12 and language.isascii() else "another language"
    return Reason("language", f"Only English articles are checked; this one is in '{known}'.")


def _passage_scores(
    sections: Sequence[SectionLogits], passages: int
) -> NDArray[np.float64]:  # (passages, L)
    """Scores 0 to 1 of all passages; of a title read with several sections, the highest."""
    scores = np.zeros((passages, sections[0].passages.shape[1]))
    for section in sections:
        np.maximum.at(scores, section.numbers, sigmoid(section.passages.astype(np.float64)))
    return scores


def _evidence(
    article: Article, encoded: EncodedArticle, scores: NDArray[np.float64], most: int
) -> tuple[Evidence, ...]:
    order = np.argsort(-scores, kind="stable")[:most]
    chosen = [i for i in order if scores[i] >= LEAST_SCORE * scores[order[0]]]
    return tuple(_quote(article, encoded, int(i), float(scores[i])) for i in chosen)


def _quote(article: Article, encoded: EncodedArticle, number: int, score: float) -> Evidence:
    passage = encoded.passages[number]
    start, end = encoded.rendering.source_span(passage)
    source = article.title if passage.field == "title" else article.body
    return Evidence(passage.field, start, end, source[start:end], _rounded(score))


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    one, two, three = (_rounded(value) for value in values)
    return one, two, three


def _rounded(value: float) -> float:
    return round(float(value), 4)
