"""Settings of the whole test run, made before any test module is imported."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# Each worker of `pytest -n auto` has one core; a thread pool as wide as the machine in every one of
# them is slower than none. Set here because the libraries read these when they are imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# A test that would fetch something from a hub fails at once, here as on a machine without network.
os.environ["HF_HUB_OFFLINE"] = "1"
# A busy machine is no reason for an answer not to come.
os.environ["FOREWARN_DEADLINE_MS"] = "120000"
# Whoever runs the tests keeps their own keys and decisions.
_DATA = tempfile.TemporaryDirectory(prefix="forewarn-")
os.environ["FOREWARN_DATABASE"] = f"sqlite:///{_DATA.name}/tests.db"

# No deadline: a busy machine is no bug. The same examples in every run: a red run can be repeated.
settings.register_profile("forewarn", deadline=None, derandomize=True)
settings.load_profile("forewarn")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds the packages, `models/` and the README."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A throwaway artifact, made once in each worker.

    Its thresholds are 0: every article has every label at severity 3, and evidence to look at.
    """
    # Here and not above: tests that need no artifact start without torch.
    from classifier.artifact import write_manifest
    from classifier.calibration import write_calibration
    from tests.tiny import TINY_WINDOWING, plain_calibration, tiny_artifact

    folder = tiny_artifact(tmp_path_factory.mktemp("artifact"))
    plain = plain_calibration()
    steps = [0.0 if ">=" in output else 0.5 for output in plain.outputs]
    keen = replace(plain, threshold=np.array(steps))
    write_calibration(folder / "calibration.json", keen)
    write_manifest(folder, "tiny", TINY_WINDOWING, {"made": "for a test"})
    return folder
