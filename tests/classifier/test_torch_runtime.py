"""The network in torch says what the exported graphs say; on the CPU here, on a GPU in archives."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from classifier import Article, Assessment, SensitivityClassifier
from classifier.batch import windows_by_length
from classifier.errors import DeviceError
from classifier.torch_runtime import TorchRuntime, read_network
from classifier.windows import Window
from labels import read_taxonomy
from tests.classifier.test_classifier import MIXED
from tests.tiny import TINY_WINDOWING, tiny_encoder, tiny_network

# How far eight bits may move a probability of this network, untrained as it is, on a processor
# without VNNI, where sums of two large products are cut off; with VNNI it is a tenth of that.
INT8 = 0.15
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.fixture(scope="module", params=DEVICES)
def in_torch(artifact: Path, request: pytest.FixtureRequest) -> SensitivityClassifier:
    return SensitivityClassifier.load(artifact, device=request.param)


def numbers(assessment: Assessment) -> list[float]:
    """Every probability and score of an answer, in order."""
    labels = assessment.labels.values()
    found = [value for label in labels for value in label.probabilities]
    found += [passage.score for label in labels for passage in label.evidence]
    return found + [one.probability for one in assessment.sub_labels.values()]


def test_it_says_what_the_graphs_say(
    in_torch: SensitivityClassifier, classifier: SensitivityClassifier
) -> None:
    for one, other in zip(in_torch.assess(MIXED), classifier.assess(MIXED), strict=True):
        assert one.reason == other.reason
        for name, label in one.labels.items():
            expected = other.labels[name].probabilities
            assert label.probabilities == pytest.approx(expected, abs=INT8)


def test_asked_together_is_as_asked_alone(in_torch: SensitivityClassifier) -> None:
    together = in_torch.assess(MIXED)
    for article, expected in zip(MIXED, together, strict=True):
        (alone,) = in_torch.assess([article])
        assert numbers(alone) == pytest.approx(numbers(expected), abs=2e-3)
        assert alone.content_hash == expected.content_hash


def test_threads_share_batches(in_torch: SensitivityClassifier) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(in_torch.assess, [MIXED] * 4))
    for answer in answers:
        for one, other in zip(answer, answers[0], strict=True):
            assert numbers(one) == pytest.approx(numbers(other), abs=2e-3)


def test_a_batch_begins_before_it_is_asked_for(
    artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as there is enough for the device to do."""
    monkeypatch.setattr("classifier.torch_runtime.AT_ONCE", 30)
    runtime = TorchRuntime(artifact, read_taxonomy(), TINY_WINDOWING.slots, 0, "cpu")
    sections = tiny_encoder().encode(Article("The boy was killed in the city. " * 12)).sections
    first, second = runtime.start(sections), runtime.start(sections)
    for one, other in zip(second(), first(), strict=True):
        assert np.allclose(one.network, other.network, atol=1e-5)


def test_everyone_in_a_batch_learns_that_it_failed(
    artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = TorchRuntime(artifact, read_taxonomy(), TINY_WINDOWING.slots, 0, "cpu")
    sections = tiny_encoder().encode(Article("The boy was killed in the city.")).sections
    with monkeypatch.context() as patch:
        patch.setattr("classifier.torch_runtime.BATCH", None)
        waiting = [runtime.start(sections), runtime.start(sections)]
        for finish in waiting:
            with pytest.raises(TypeError):
                finish()
    assert len(runtime.start(sections)()) == len(sections)


def test_the_weights_are_the_trained_ones_in_sixteen_bits(artifact: Path) -> None:
    found = read_network(artifact, read_taxonomy(), TINY_WINDOWING.slots, 0).state_dict()
    for name, value in tiny_network().state_dict().items():
        assert torch.equal(
            found[name], value.half().float() if value.is_floating_point() else value
        )


@pytest.mark.parametrize("device", ["nonsense", "cuda:99", "xpu", ""])
def test_a_device_that_is_not_there_is_refused(artifact: Path, device: str) -> None:
    with pytest.raises(DeviceError, match=f"There is no device '{device}': expected one that"):
        SensitivityClassifier.load(artifact, device=device)


@given(lengths=st.lists(st.integers(2, 192), max_size=60), tokens=st.integers(1, 2000))
def test_batches_hold_every_window_once_and_little_padding(lengths: list[int], tokens: int) -> None:
    windows = [Window(np.zeros(n, np.int64), np.zeros(n, np.int64), ()) for n in lengths]
    batches = windows_by_length(windows, tokens)
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    assert [lengths[n] for batch in batches for n in batch] == sorted(lengths, reverse=True)
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= tokens
