"""What the project's files promise: commands that exist, links that lead on, a clean tree."""

import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)")
MACHINE_PATH = re.compile(r"(?<![\w.:/%-])/(?:work|tmp/venv)\b")
PICKLES = {".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth"}
LARGEST = 50_000_000  # bytes


@pytest.fixture(scope="module")
def files(repository: Path) -> list[Path]:
    """Every file that is tracked, or would be if everything were added."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=repository, capture_output=True, text=True, check=True)
    return [path for name in done.stdout.split("\0") if (path := repository / name).is_file()]


@pytest.fixture(scope="module")
def makefile(repository: Path) -> str:
    return (repository / "Makefile").read_text(encoding="utf-8")


def make_targets(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))


def commands_to_make(markdown: str) -> set[str]:
    """The targets of every `make …` in code; prose may make what it likes."""
    code = "\n".join(CODE.findall(markdown)).replace("`", "\n")
    lines = re.findall(r"(?:^|&&|;)[ $]*make\b([^#&;\n]*)", code, re.MULTILINE)
    return {word for line in lines for word in re.findall(r"(?<!\S)[a-z][\w-]*(?!\S)", line)}


def dead_links(document: Path) -> list[str]:
    """Relative link targets of a Markdown file that are not there."""
    prose = CODE.sub("", document.read_text(encoding="utf-8"))
    targets = [link.partition("#")[0] for link in LINK.findall(prose)]
    relative = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    return [target for target in relative if not (document.parent / target).exists()]


def machine_paths(paths: Iterable[Path]) -> list[str]:
    """'file: line' wherever a text file names a folder of one particular machine."""
    return [
        f"{path.name}: {line.strip()[:100]}"
        for path in paths
        if b"\0" not in (content := path.read_bytes())
        for line in content.decode("utf-8", "replace").splitlines()
        if MACHINE_PATH.search(line)
    ]


def unwelcome(paths: Iterable[Path]) -> list[str]:
    """Files too large for a clone, and files of kinds that run code when they are loaded."""
    return [
        path.name
        for path in paths
        if path.suffix.lower() in PICKLES or path.stat().st_size > LARGEST
    ]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_in_the_documents_exists(
    document: str, repository: Path, makefile: str
) -> None:
    named = commands_to_make((repository / document).read_text(encoding="utf-8"))
    assert "test" in named
    assert named <= make_targets(makefile)


def test_make_commands_are_found_in_code_only() -> None:
    block = "```sh\n$ make two PORT=9  # make no\ncd x && make three\n```"
    text = f"We make sure. `make one` and `make`\n{block}\nmake nothing\n"
    assert commands_to_make(text) == {"one", "two", "three"}


def test_help_is_the_default_and_lists_every_target(repository: Path, makefile: str) -> None:
    done = subprocess.run(["make"], cwd=repository, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^make ([\w-]+) +\S", done.stdout, re.MULTILINE))
    assert listed == make_targets(makefile)
    assert {"setup", "serve", "test", "lint", "train", "evaluate", "card", "bench"} < listed


def test_ci_runs_the_test_command_of_the_readme(repository: Path) -> None:
    script = (repository / ".ci" / "run").read_text(encoding="utf-8")
    assert script.splitlines()[-1] == "make test"
    assert "test" in commands_to_make((repository / "README.md").read_text(encoding="utf-8"))


def test_every_relative_link_leads_somewhere(files: list[Path]) -> None:
    documents = [path for path in files if path.suffix == ".md"]
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= {path.name for path in documents}
    assert {path.name: dead for path in documents if (dead := dead_links(path))} == {}


def test_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    links = "[a](there.md#part) [b](gone.md) [c](https://example.org/x) [d](#here) `[e](code.md)`"
    (tmp_path / "page.md").write_text(links, encoding="utf-8")
    assert dead_links(tmp_path / "page.md") == ["gone.md"]


def test_no_file_names_a_folder_of_one_machine(files: list[Path]) -> None:
    assert machine_paths(files) == []


def test_machine_paths_are_found(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text("https://example.org/work/1 ../work/x homework/a /workshop\n", encoding="utf-8")
    bad.write_text(f"fine\nrun {'/'}tmp/venv/bin/python\nsee '{'/'}work/x'\n", encoding="utf-8")
    assert len(machine_paths([good, bad])) == 2
    assert machine_paths([good]) == []


def test_no_file_is_too_large_or_a_pickle(files: list[Path]) -> None:
    assert unwelcome(files) == []


def test_large_files_and_pickles_are_found(tmp_path: Path) -> None:
    names = ["fine.bin", "weights.pt", "Old.PKL", "large.bin"]
    for name in names:
        (tmp_path / name).touch()
    with (tmp_path / "large.bin").open("wb") as large:
        large.truncate(LARGEST + 1)
    assert unwelcome(tmp_path / name for name in names) == names[1:]


def test_constraints_pin_every_dependency_to_one_public_release(repository: Path) -> None:
    lines = (repository / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    names = [pin.partition("==")[0] for pin in pins]
    assert names == sorted(set(names))
    assert "torch==2.13.0" in pins
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*", pin)] == []
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = {re.split(r"[\[<>=]", item)[0] for item in sum(extras, project["dependencies"])}
    assert wanted - {"forewarn"} <= set(names)
