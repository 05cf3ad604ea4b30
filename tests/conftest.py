"""Settings of the whole test run, made before any test module is imported."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Each worker of `pytest -n auto` has one core; a thread pool as wide as the machine in every one of
# them is slower than none. Set here because the libraries read these when they are imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# A test that would fetch something from a hub fails at once, here as on a machine without network.
os.environ["HF_HUB_OFFLINE"] = "1"

# No deadline: a busy machine is no bug. The same examples in every run: a red run can be repeated.
settings.register_profile("forewarn", deadline=None, derandomize=True)
settings.load_profile("forewarn")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds the packages, `models/` and the README."""
    return Path(__file__).resolve().parent.parent
