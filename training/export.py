"""From a trained network to the artifact's files."""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.export import Dim

from classifier.network import Heads, Network, PassageEncoder
from classifier.windows import ArticleEncoder

OPSET = 20  # the first with Gelu as one operator


def export_network(network: Network, encoder: ArticleEncoder, folder: Path) -> None:
    """Write `encoder.onnx` (int8), `heads.onnx`, `tokenizer.json` and `network.safetensors`.

    The encoder's weights and embeddings become int8, a scale for each output channel; activations
    are scaled in each run, that is in each window.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    with tempfile.TemporaryDirectory() as scratch, _quiet():
        whole = Path(scratch) / "encoder.onnx"
        export_encoder(network.encoder, whole)
        quantize_dynamic(
            whole,
            folder / "encoder.onnx",
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
        _export_heads(network.heads, folder / "heads.onnx")
    encoder.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    half = {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    save_file(half, str(folder / "network.safetensors"))


def export_encoder(encoder: PassageEncoder, path: Path) -> None:
    """The encoder in float32, for any number of windows of any length."""
    windows, tokens = Dim("windows", min=1, max=4096), Dim("tokens", min=2, max=512)
    sample = torch.full((2, 16), 1000), torch.zeros(2, 16, dtype=torch.long)
    shape = {0: windows, 1: tokens}
    _export(encoder, sample, path, {"ids": shape, "slots": shape}, ["vectors"])


def _export_heads(heads: Heads, path: Path) -> None:
    width = heads.evidence.in_features
    sample = torch.zeros(2, 5, width), torch.ones(2, 5, dtype=torch.bool)
    shape = {0: Dim("sections", min=1, max=4096), 1: Dim("passages", min=1, max=65536)}
    names = ["passages", "severities", "sub_labels", "details", "treatment"]
    _export(heads, sample, path, {"vectors": shape, "present": shape}, names)


def _export(
    module: nn.Module,
    sample: tuple[Tensor, ...],
    path: Path,
    shapes: dict[str, dict[int, Dim]],
    outputs: list[str],
) -> None:
    torch.onnx.export(
        module,
        sample,
        str(path),
        input_names=list(shapes),
        output_names=outputs,
        dynamic_shapes=shapes,
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Exporters warn of what they did for other models."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
