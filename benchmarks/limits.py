"""What the machine could do: the rate at which it multiplies matrices, and what a token takes."""

import os
import time

import numpy as np
import openvino
from openvino import opset13 as operators

from classifier.artifact import read_configuration, read_manifest, released_artifact
from classifier.runtime import usable_cores

WIDTHS = (384, 768, 1_536)
ROWS, LAYERS = 192, 12
SECONDS = 3.0


def matrix_rates() -> dict[str, float]:
    """Billions of additions and multiplications a second on all cores, int8 and bfloat16.

    A chain of fully connected layers, as the encoder's, but nothing between them but a ReLU; of
    several widths the one that suits the machine best.
    """
    whole = {width: chain(width) for width in WIDTHS}
    small = {width: quantised(model, width) for width, model in whole.items()}
    return {
        "int8_gops": round(max(rate(model, width, "f32") for width, model in small.items()), 1),
        "bfloat16_gops": round(max(rate(model, w, "bf16") for w, model in whole.items()), 1),
    }


def encoder_operations() -> dict[str, float]:
    """Millions of additions and multiplications that a token of a full window takes.

    A layer of width D has four matrices of D x D and two of D x 4 D, and multiplies each token's
    queries and weights with the keys and values of all T tokens. Where tokens are merged, layers
    read half as many, each with half as many.
    """
    shape = read_configuration(released_artifact())
    width, inner = shape["hidden_size"], shape["intermediate_size"]
    tokens = read_manifest(released_artifact()).windowing.tokens
    layers = shape["num_hidden_layers"]
    whole = shape["merge_after"] or layers  # those that read every token by itself
    matrices = 4 * width * width + 2 * width * inner
    plain, merging = matrices + 2 * tokens * width, (matrices + tokens * width) / 2
    total = whole * plain + (layers - whole) * merging
    return {"encoder_mops_per_token": round(2 * total / 1e6, 2)}


def chain(width: int) -> openvino.Model:
    """Layers of random numbers, float32."""
    dice = np.random.default_rng(width)
    first = operators.parameter([ROWS, width], np.float32)
    last: openvino.Node = first
    for _ in range(LAYERS):
        matrix = dice.normal(0, width**-0.5, (width, width)).astype(np.float32)
        last = operators.relu(operators.matmul(last, operators.constant(matrix), False, True))
    return openvino.Model([last], [first])


def quantised(model: openvino.Model, width: int) -> openvino.Model:
    """The same in int8."""
    os.environ["NNCF_CI"] = "1"  # else it tells its makers that it was used
    import nncf

    dice = np.random.default_rng(1)
    shown = nncf.Dataset([dice.normal(size=(ROWS, width)).astype(np.float32) for _ in range(8)])
    return nncf.quantize(model, shown, subset_size=8)


def rate(model: openvino.Model, width: int, precision: str) -> float:
    """Billions of operations a second, each core by itself."""
    cores = usable_cores()
    settings = {
        "NUM_STREAMS": cores,
        "INFERENCE_NUM_THREADS": cores,
        "INFERENCE_PRECISION_HINT": precision,
    }
    queue = openvino.AsyncInferQueue(openvino.Core().compile_model(model, "CPU", settings), cores)
    rows = np.ones((ROWS, width), np.float32)
    best = 0.0
    for _ in range(3):
        begun, runs = time.perf_counter(), 0
        while time.perf_counter() - begun < SECONDS / 3:
            queue.start_async({0: rows})
            runs += 1
        queue.wait_all()
        done = runs * 2 * ROWS * width * width * LAYERS
        best = max(best, done / (time.perf_counter() - begun) / 1e9)
    return best
