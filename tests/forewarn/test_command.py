"""The command as a whole: its verbs, what it loads for them, what it says when something lacks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from classifier import __version__
from forewarn.__main__ import VERBS, main
from tests.forewarn.conftest import Command

HEAVY = {
    "torch",
    "transformers",
    "datasets",
    "sklearn",
    "scipy",
    "onnx",
    "nncf",
    "fastapi",
    "uvicorn",
}


def python(program: str, repository: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter of its own: here other tests have imported everything."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(stdout: str) -> set[str]:
    """Packages from a printed list of modules."""
    return {name.partition(".")[0] for name in stdout.splitlines()[-1].split()}


def test_importing_the_command_loads_nothing_heavy(repository: Path) -> None:
    done = python("import forewarn.__main__, sys; print(*sys.modules)", repository)
    assert done.returncode == 0, done.stderr
    assert "forewarn" in loaded(done.stdout)
    assert not loaded(done.stdout) & HEAVY


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_loads_nothing_heavy(verb: str, repository: Path) -> None:
    program = f"""
import sys
from forewarn.__main__ import main
try:
    main([{verb!r}, "--help"])
except SystemExit as done:
    print(*sys.modules)
    sys.exit(done.code)
"""
    done = python(program, repository)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: forewarn {verb} ")
    words = " ".join(done.stdout.split())
    assert VERBS[verb].capitalize() in words
    assert not loaded(done.stdout) & HEAVY


def test_help_names_every_verb_and_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--help"])
    assert done.value.code == 0
    words = " ".join(capsys.readouterr().out.split())
    for verb, purpose in VERBS.items():
        assert f" {verb} {purpose}" in words


def test_every_verb_is_a_module_and_every_other_word_is_refused(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for verb in VERBS:
        assert (repository / "forewarn" / f"{verb}.py").is_file()
    for arguments in ([], ["summary"], ["classify"], ["--classify"]):
        with pytest.raises(SystemExit) as done:
            main(arguments)
        assert done.value.code == 2
        assert capsys.readouterr().err.startswith("usage: forewarn")


def test_the_version_is_that_of_every_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--version"])
    assert done.value.code == 0
    assert capsys.readouterr().out == f"forewarn {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "package", "extra"),
    [
        (["serve"], "uvicorn", "serve"),
        (["serve"], "fastapi", "serve"),
        (["serve"], "pydantic_settings", "serve"),
        (["train", "--corpus", "nowhere"], "torch", "train"),
        (["evaluate", "--corpus", "nowhere"], "sklearn", "train"),
        (["card", "--check"], "sklearn", "train"),
        (["screen", "status", "nowhere"], "pyarrow", "archive"),
    ],
)
def test_a_missing_extra_is_named_with_the_command_that_brings_it(
    arguments: list[str], package: str, extra: str, repository: Path
) -> None:
    program = f"""
import sys
sys.modules[{package!r}] = None  # as if it were not installed
from forewarn.__main__ import main
sys.exit(main({arguments!r}))
"""
    done = python(program, repository)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert re.fullmatch(
        rf"forewarn {arguments[0]}: needs the package '{package}[\w.]*', which is not installed\. "
        rf"Install it with: pip install 'forewarn\[{extra}\]'\n",
        done.stderr,
    )


def test_a_missing_module_of_our_own_is_no_missing_extra(repository: Path) -> None:
    program = """
import sys
sys.modules["serving.settings"] = None
from forewarn.__main__ import main
main(["serve"])
"""
    done = python(program, repository)
    assert done.returncode == 1
    assert "ModuleNotFoundError" in done.stderr
    assert "pip install" not in done.stderr


@pytest.mark.parametrize("arguments", [["--host", "0.0.0.0"], ["--port", "99999"]])
def test_settings_that_cannot_be_used_are_told_in_a_sentence(
    command: Command, arguments: list[str]
) -> None:
    status, out, err = command("serve", *arguments)
    assert (status, out) == (2, "")
    assert re.fullmatch(r"forewarn serve: .*\.\n", err)
