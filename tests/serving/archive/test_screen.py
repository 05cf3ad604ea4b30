"""`forewarn screen` from end to end: killed, stopped, looked at, compared."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from forewarn.__main__ import main
from serving.archive.output import Folder
from serving.archive.run import read_entry
from tests.serving.archive.articles import record


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two files, with a copy and a line that is no JSON."""
    folder = tmp_path_factory.mktemp("archive")
    for name, numbers in {"2023": range(60), "2024": [*range(60, 90), 5]}.items():
        lines = []
        for number in numbers:
            sent = record(number).submission
            line = {"id": f"{name}-{number}", "title": sent.title, "text": sent.article.body}
            lines.append(json.dumps(line | {"date": f"{name}-0{number % 9 + 1}-01"}))
        lines.insert(3, "{")
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def screen(exported: Path, to: Path, artifact: Path, *more: str) -> list[str]:
    return [
        *("screen", "run", str(exported), "--to", str(to), "--artifact", str(artifact)),
        *("--shard-size", "10", "--duplicates", "near", *more),
    ]


def results(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "results").iterdir())]


@pytest.fixture(scope="module")
def whole(exported: Path, artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an unbroken run leaves."""
    folder = tmp_path_factory.mktemp("whole")
    assert main(screen(exported, folder, artifact)) == 0
    return folder


def test_a_run_is_whole_and_its_faults_are_found(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["screen", "verify", str(whole)]) == 0
    assert "whole" in capsys.readouterr().out
    assert main(["screen", "status", "--json", str(whole)]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["complete"]
    assert status["totals"]["items"] == 93
    assert (status["totals"]["errors"], status["totals"]["copies"]) == (2, 1)
    assert "<html" in (whole / "report.html").read_text("utf-8")
    part = whole / "results" / "000003.parquet"
    kept = part.read_bytes()
    try:
        part.write_bytes(kept[:-1] + b"?")
        assert main(["screen", "verify", str(whole)]) == 1
        assert "results/000003.parquet is not what was written" in capsys.readouterr().out
        part.unlink()
        assert main(["screen", "verify", str(whole)]) == 1
        assert "results/000003.parquet is missing" in capsys.readouterr().out
    finally:
        part.write_bytes(kept)


@pytest.mark.parametrize("processes", [[], ["--processes", "2"]])
def test_killed_and_stopped_it_leaves_the_same_table(
    processes: list[str], exported: Path, whole: Path, artifact: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "forewarn", *screen(exported, tmp_path, artifact, *processes)]
    dice = random.Random(len(processes))
    for ending in (signal.SIGKILL, signal.SIGINT):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as run:
            until(lambda: (tmp_path / "shards").exists() or run.poll() is not None)
            time.sleep(dice.random() / 5)
            if run.poll() is None:
                os.killpg(run.pid, ending)
    assert main(screen(exported, tmp_path, artifact, *processes)) == 0
    assert results(tmp_path) == results(whole)
    assert main(["screen", "verify", str(tmp_path)]) == 0
    assert main(["screen", "diff", str(whole), str(tmp_path)]) == 0


def test_it_says_what_it_would_do_and_does_nothing(
    exported: Path, artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(screen(exported, tmp_path / "run", artifact, "--dry-run")) == 0
    said = capsys.readouterr().out
    assert "2 files" in said
    assert "about 93 items" in said
    assert not (tmp_path / "run").exists()


def test_no_text_is_left_unless_it_is_asked_for(
    exported: Path, whole: Path, artifact: Path, tmp_path: Path
) -> None:
    words = record(5).submission.article.body.encode()[:40]
    for path in whole.rglob("*"):
        assert path.is_dir() or words not in path.read_bytes()
    quotes = {quote for part in (whole / "results").iterdir() for quote in quotes_of(part)}
    assert quotes == {None}
    assert main(screen(exported, tmp_path, artifact, "--quotes")) == 0
    assert None not in quotes_of(tmp_path / "results" / "000000.parquet")
    assert read_entry(Folder(str(tmp_path)), 0).counts.items == 10


def quotes_of(part: Path) -> set[Any]:
    rows = pq.read_table(part).to_pylist()
    return {passage["quote"] for row in rows for passage in row["passages"] or []}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--format", "pdf"], "no format 'pdf'"),
        (["--fields", "fields.toml"], "'boddy' is unknown"),
    ],
)
def test_what_cannot_be_done_is_told(
    given: list[str],
    told: str,
    exported: Path,
    artifact: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fields.toml").write_text('[fields]\nboddy = "x"\n', "utf-8")
    assert main(screen(exported, tmp_path / "run", artifact, *given)) == 2
    assert told in capsys.readouterr().err
    assert main(["screen", "run", "nowhere/*.jsonl", "--to", "run"]) == 2
    assert "names no file" in capsys.readouterr().err


def until(happened: Any) -> None:
    for _ in range(3_000):
        if happened():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen within a minute")
