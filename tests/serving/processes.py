"""The server in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
from serving.api.run import serve
from serving.settings import read_settings
serve(read_settings())
"""


@contextmanager
def server(repository: Path, artifact: Path, **given: str) -> "Iterator[subprocess.Popen[str]]":
    """`serve` on a free port, with these variables; all that it prints comes by its `stdout`."""
    names = {"FOREWARN_ARTIFACT": str(artifact), "FOREWARN_PORT": "0", **given}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=repository,
        env=os.environ | names,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
