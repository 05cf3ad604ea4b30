"""The command, run in this process."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from forewarn.__main__ import main


class Answered(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Command = Callable[..., Answered]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `forewarn` with arguments."""

    def run(*arguments: str | Path) -> Answered:
        status = main([str(argument) for argument in arguments])
        return Answered(status, *capsys.readouterr())

    return run


@pytest.fixture
def classify(command: Command, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `forewarn classify` with the throwaway artifact, as in a pipe."""
    for variable in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)

    def run(*arguments: str | Path) -> Answered:
        return command("classify", "--artifact", artifact, *arguments)

    return run
