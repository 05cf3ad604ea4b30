"""From a trained network to the artifact's files."""

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.export import Dim

from classifier.artifact import CONFIGURATION, WEIGHTS
from classifier.batch import fill_windows
from classifier.network import Heads, Network, PassageEncoder
from classifier.windows import ArticleEncoder, Window

OPSET = 20  # the first with Gelu as one operator


CALIBRATION_WINDOWS = 300  # from which the ranges of int8 activations are taken
SEED = 1


def export_network(
    network: Network, encoder: ArticleEncoder, windows: Sequence[Window], folder: Path
) -> None:
    """Write the graphs `encoder` (int8) and `heads`, the tokenizer, and the network in 16 bits.

    The encoder's weights and embeddings become int8, a scale for each output channel; activations
    become int8 in ranges that `windows`, articles of the train split, show. The ranges are fixed,
    so what is said of a window does not depend on what is asked beside it. Inputs of matrices are
    evened out first (Xiao et al., SmoothQuant, 2023).
    """
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    with tempfile.TemporaryDirectory() as scratch, _quiet():
        whole, heads = Path(scratch) / "encoder.onnx", Path(scratch) / "heads.onnx"
        export_encoder(network.encoder, whole)
        _save(_quantised(_read(whole), windows, encoder.pad_id), folder / "encoder.xml")
        _export_heads(network.heads, heads)
        _save(_read(heads), folder / "heads.xml")
    encoder.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    half = {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    save_file(half, str(folder / WEIGHTS))
    transformer: Any = network.encoder.transformer
    configuration = transformer.config.to_diff_dict()
    configuration.pop("_name_or_path", None)  # a folder of this machine
    configuration["merge_after"] = network.encoder.merge_after
    text = json.dumps(configuration, indent=1, sort_keys=True) + "\n"
    (folder / CONFIGURATION).write_text(text, "utf-8")


def _quantised(graph: openvino.Model, windows: Sequence[Window], pad_id: int) -> openvino.Model:
    os.environ["NNCF_CI"] = "1"  # else it tells its makers that it was used
    import nncf

    order = np.random.default_rng(SEED).permutation(len(windows))[:CALIBRATION_WINDOWS]
    shown = nncf.Dataset(
        [windows[number] for number in order],
        lambda window: _feed(window, pad_id),
    )
    kind = nncf.ModelType.TRANSFORMER
    return nncf.quantize(graph, shown, model_type=kind, subset_size=len(order))


def _feed(window: Window, pad_id: int) -> dict[str, NDArray[np.int64]]:
    ids, slots = fill_windows([window], pad_id)
    return {"ids": ids, "slots": slots}


def _read(path: Path) -> openvino.Model:
    return openvino.Core().read_model(path)


def _save(graph: openvino.Model, path: Path) -> None:
    """As `path` and, beside it, its weights as `.bin`."""
    openvino.save_model(graph, path, compress_to_fp16=False)


def export_encoder(encoder: PassageEncoder, path: Path) -> None:
    """The encoder in float32, for any number of windows of any even length."""
    windows, tokens = Dim("windows", min=1, max=4096), 2 * Dim("pairs", min=1, max=256)
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
