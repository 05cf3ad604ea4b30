"""The torch network: what its outputs may depend on, and what not."""

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from classifier.batch import NO_PLACE, filled, locate_passages, pad_windows
from classifier.network import Network, Outputs, ordered_logits
from classifier.windows import Window
from tests.classifier.texts import ARTICLES
from tests.tiny import SPECIAL, TINY_WINDOWING, tiny_encoder, tiny_network

PAD_ID = SPECIAL.index("[PAD]")

finite = st.floats(-1e6, 1e6, width=32)


@pytest.fixture(scope="module", params=[0, 1], ids=["plain", "merging"])
def network(request: pytest.FixtureRequest) -> Network:
    return tiny_network(merge_after=request.param)


@pytest.fixture(scope="module")
def sections() -> list[tuple[Window, ...]]:
    """Sections of one to three windows."""
    encoder = tiny_encoder()
    found = [section for article in ARTICLES for section in encoder.encode(article).sections]
    assert len({len(section) for section in found}) > 1
    return found


def run(
    network: Network,
    sections: Sequence[Sequence[Window]],
    *,
    windows: int = 0,
    tokens: int = 0,
    places: int = 0,
) -> Outputs:
    """Outputs for the sections, with so much more padding than they need."""
    flat = [window for section in sections for window in section]
    longest = filled(max(len(window.ids) for window in flat))
    ids, slots = pad_windows(flat, PAD_ID, len(flat) + windows, longest + tokens)
    located = torch.from_numpy(locate_passages(sections, TINY_WINDOWING.slots).places)
    more = torch.full((len(sections), places), NO_PLACE)
    with torch.inference_mode():
        outputs: Outputs = network(
            torch.from_numpy(ids), torch.from_numpy(slots), torch.cat([located, more], dim=1)
        )
    return outputs._replace(passages=outputs.passages[:, : located.shape[1]])


def assert_same(found: Outputs, expected: Outputs) -> None:
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=0)


@given(st.lists(st.tuples(finite, finite, finite), min_size=1))
def test_ordered_logits_never_rise(free: list[tuple[float, float, float]]) -> None:
    logits = ordered_logits(torch.tensor(free))
    assert (logits.diff(dim=-1) <= 0).all()
    assert torch.equal(logits[:, 0], torch.tensor(free)[:, 0])


def test_the_steps_between_ordered_logits_may_be_wide_or_none() -> None:
    logits = ordered_logits(torch.tensor([5.0, 20.0, -200.0]))
    assert logits.tolist() == pytest.approx([5.0, -15.0, -15.0], abs=1e-4)


@pytest.mark.parametrize(
    "padding",
    [{"windows": 3}, {"tokens": 18}, {"places": 5}, {"windows": 1, "tokens": 2, "places": 1}],
)
def test_padding_does_not_change_the_outputs(
    network: Network, sections: list[tuple[Window, ...]], padding: dict[str, int]
) -> None:
    assert_same(run(network, sections, **padding), run(network, sections))


def test_merging_reads_neighbours_as_their_mean() -> None:
    """Layers that change nothing leave the means of pairs; padding is no neighbour."""
    encoder = tiny_network().encoder
    encoder.transformer.encoder.layer = torch.nn.ModuleList([Unchanged(), Unchanged()])  # type: ignore[union-attr]
    ids = torch.tensor([[2, 7, 8, 9, 10, PAD_ID]])
    slots = torch.tensor([[-1, 0, 0, 1, 1, -1]])
    with torch.inference_mode():
        states = encoder.transformer.embeddings(input_ids=ids)[0]  # type: ignore[operator]
        first, second, *empty = encoder(ids, slots)[0]
    pairs = [(states[0] + states[1]) / 2, (states[2] + states[3]) / 2, states[4]]
    torch.testing.assert_close(first, (pairs[0] + pairs[1]) / 2)
    torch.testing.assert_close(second, (pairs[1] + pairs[2]) / 2)
    assert not torch.stack(empty).any()


class Unchanged(torch.nn.Module):
    """A layer that gives back what it is given."""

    def forward(self, states: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        return states


def test_sections_side_by_side_do_not_change_each_other(
    network: Network, sections: list[tuple[Window, ...]]
) -> None:
    together = run(network, sections)
    assert len({str(row) for row in together.severities}) == len(sections)
    for row, section in enumerate(sections):
        alone = run(network, [section])
        of_it = Outputs(*(output[row : row + 1] for output in together))
        passages = of_it.passages[:, : alone.passages.shape[1]]
        assert_same(of_it._replace(passages=passages), alone)


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_the_heads_do_not_mind_the_order_of_passages(network: Network, order: list[int]) -> None:
    vectors = torch.randn(1, 5, 16, generator=torch.Generator().manual_seed(3))
    present = torch.tensor([[True, True, True, True, False]])
    with torch.inference_mode():
        plain = network.heads(vectors, present)
        mixed = network.heads(vectors[:, order], present[:, order])
    assert_same(mixed, plain._replace(passages=plain.passages[:, order]))


def test_every_passage_has_a_part_in_the_outputs(network: Network) -> None:
    vectors = torch.randn(1, 5, 16, generator=torch.Generator().manual_seed(4), requires_grad=True)
    present = torch.tensor([[True, True, True, True, False]])
    network.heads(vectors, present).severities.sum().backward()
    assert vectors.grad is not None
    assert torch.equal(vectors.grad.abs().sum(-1) > 0, present)
