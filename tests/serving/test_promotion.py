"""The link to the artifact in force: who may move it, and what a crash leaves behind."""

import json
import shutil
from pathlib import Path

import pytest

from classifier import ArtifactError
from classifier.artifact import GATE, read_manifest
from serving.promotion import PromotionError, history_of, promote, roll_back
from tests.tiny import reseal

ACTOR = "command:test"


@pytest.fixture
def folders(artifact: Path, tmp_path: Path) -> list[Path]:
    """Three artifacts with the same weights and other calibrations."""
    folders = [tmp_path / name for name in "abc"]
    for number, folder in enumerate(folders):
        shutil.copytree(artifact, folder)
        reseal(folder, threshold=0.1 * number)
    return folders


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "artifacts" / "current"


def version(folder: Path) -> str:
    return read_manifest(folder).version


def write_report(candidate: Path, against: Path, passed: bool = True) -> None:
    report = {"candidate": version(candidate), "against": version(against), "passed": passed}
    (candidate / GATE).write_text(json.dumps(report), "utf-8")


def test_promotions_need_a_passed_report_of_exactly_these_two(
    folders: list[Path], link: Path
) -> None:
    one, two, three = folders
    with pytest.raises(PromotionError, match="No passed report"):
        promote(link, one, ACTOR)
    assert not link.exists()
    promote(link, one, ACTOR, gated=False)
    write_report(two, against=three)
    with pytest.raises(PromotionError, match="No passed report"):
        promote(link, two, ACTOR)
    write_report(two, against=one, passed=False)
    with pytest.raises(PromotionError, match="No passed report"):
        promote(link, two, ACTOR)
    (two / GATE).write_text("[1", "utf-8")
    with pytest.raises(PromotionError, match="cannot be read"):
        promote(link, two, ACTOR)
    assert link.resolve() == one
    write_report(two, against=one)
    moved = promote(link, two, ACTOR)
    assert (moved.before, moved.after) == (version(one), version(two))
    assert link.resolve() == two
    assert [(step.version, step.gate) for step in history_of(link)] == [
        (version(one), False),
        (version(two), True),
    ]
    with pytest.raises(PromotionError, match="in force already"):
        promote(link, two, ACTOR)


def test_rolling_back_goes_on_to_the_first(folders: list[Path], link: Path) -> None:
    for folder in folders:
        promote(link, folder, ACTOR, gated=False)
    assert roll_back(link, ACTOR).after == version(folders[1])
    assert roll_back(link, ACTOR).after == version(folders[0])
    with pytest.raises(PromotionError, match="Nothing was in force before"):
        roll_back(link, ACTOR)
    promote(link, folders[2], ACTOR, gated=False)
    assert roll_back(link, ACTOR).folder == folders[0]
    assert link.resolve() == folders[0]


def test_a_step_that_was_written_and_not_taken_never_was(folders: list[Path], link: Path) -> None:
    for folder in folders[:2]:
        promote(link, folder, ACTOR, gated=False)
    link.unlink()
    link.symlink_to(folders[0])  # as a kill before the rename would leave it
    assert [step.version for step in history_of(link)] == [version(folders[0])]
    promote(link, folders[2], ACTOR, gated=False)
    assert roll_back(link, ACTOR).folder == folders[0]


def test_an_altered_artifact_is_not_put_in_force(folders: list[Path], link: Path) -> None:
    one, two, _ = folders
    promote(link, one, ACTOR, gated=False)
    promote(link, two, ACTOR, gated=False)
    reseal(one, threshold=0.9)
    with pytest.raises(PromotionError, match="is another artifact now"):
        roll_back(link, ACTOR)
    (one / "lexical.npz").write_bytes(b"")
    with pytest.raises(ArtifactError, match=r"lexical\.npz is not the file"):
        roll_back(link, ACTOR)
    with pytest.raises(ArtifactError, match=r"lexical\.npz is not the file"):
        promote(link, one, ACTOR, gated=False)
    assert link.resolve() == two


def test_a_folder_is_never_replaced(folders: list[Path]) -> None:
    with pytest.raises(PromotionError, match="is no link"):
        promote(folders[0], folders[1], ACTOR, gated=False)


def test_a_history_that_nobody_can_read_stops_everything(folders: list[Path], link: Path) -> None:
    promote(link, folders[0], ACTOR, gated=False)
    link.with_name("current.history.jsonl").write_text('{"at": 1}\n', "utf-8")
    with pytest.raises(PromotionError, match="cannot be read"):
        promote(link, folders[1], ACTOR, gated=False)
    assert link.resolve() == folders[0]
