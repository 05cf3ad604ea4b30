"""Settings of the whole test run, made before any test module is imported."""

import os
import tempfile
from pathlib import Path

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
    from tests.tiny import reseal, tiny_artifact

    folder = tiny_artifact(tmp_path_factory.mktemp("artifact"))
    reseal(folder, threshold=0.0)
    return folder
