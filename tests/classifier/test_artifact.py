"""An artifact that is not whole, or not of this release, is refused with a sentence."""

import json
import pickle
import pickletools
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier import ArtifactError, SensitivityClassifier
from classifier.artifact import (
    FILES,
    MANIFEST,
    digest,
    read_manifest,
    released_artifact,
    write_manifest,
)
from tests.tiny import TINY_WINDOWING

PICKLE_NAMES = {".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth"}


@pytest.fixture
def copy(artifact: Path, tmp_path: Path) -> Path:
    """An artifact to spoil."""
    return Path(shutil.copytree(artifact, tmp_path / "copy"))


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest in place."""
    table = json.loads((folder / MANIFEST).read_text("utf-8"))
    change(table)
    (folder / MANIFEST).write_text(json.dumps(table), "utf-8")


def is_pickle(path: Path) -> bool:
    """By name, by what pickle would do with it, or by what an archive holds beside plain arrays."""
    if path.suffix in PICKLE_NAMES or runs_as_pickle(path.read_bytes()):
        return True
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return not all(is_plain_array(archive.read(name)) for name in archive.namelist())


def runs_as_pickle(content: bytes) -> bool:
    try:
        *_, (_, _, end) = pickletools.genops(content)
    except (ValueError, TypeError, OverflowError):
        return False
    return end == len(content) - 1


def is_plain_array(content: bytes) -> bool:
    try:
        np.load(BytesIO(content), allow_pickle=False)
    except ValueError:
        return False
    return True


def test_a_whole_artifact_tells_what_it_is(copy: Path) -> None:
    manifest = read_manifest(copy)
    assert re.fullmatch(r"tiny\+[0-9a-f]{8}", manifest.version)
    assert manifest.windowing == TINY_WINDOWING
    assert set(manifest.files) == set(FILES)
    classifier = SensitivityClassifier.load(copy)
    assert classifier.versions.artifact == manifest.version
    assert classifier.versions.taxonomy == manifest.taxonomy == classifier.taxonomy.version


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("where", [0, 0.5, 1])
def test_a_file_with_one_other_byte_is_refused(copy: Path, name: str, where: float) -> None:
    content = bytearray((copy / name).read_bytes())
    content[round(where * (len(content) - 1))] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ArtifactError, match=f"{name} is not the file that was released"):
        SensitivityClassifier.load(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ArtifactError, match=f"{name} is not .* got no file"):
        SensitivityClassifier.load(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_the_manifest_does_not_know_is_refused(copy: Path, name: str) -> None:
    rewrite(copy, lambda table: table["files"].pop(name))
    with pytest.raises(ArtifactError, match=f"{name} is not .* expected SHA-256 unknown"):
        SensitivityClassifier.load(copy)


def test_a_sealed_change_has_another_version(copy: Path) -> None:
    before = read_manifest(copy).version
    calibration = copy / "calibration.json"
    calibration.write_text(calibration.read_text("utf-8") + "\n", "utf-8")
    write_manifest(copy, "tiny", TINY_WINDOWING, {})
    assert read_manifest(copy).version != before


def test_another_format_is_refused(copy: Path) -> None:
    rewrite(copy, lambda table: table.update(format=99))
    with pytest.raises(ArtifactError, match="format 99, this code reads 2 to 4"):
        SensitivityClassifier.load(copy)


def test_another_taxonomy_is_refused(copy: Path) -> None:
    path = copy / "taxonomy.toml"
    other = re.sub(r'(?m)^version = ".*"$', 'version = "77.7"', path.read_text("utf-8"))
    path.write_text(other, "utf-8")
    write_manifest(copy, "tiny", TINY_WINDOWING, {})
    with pytest.raises(ArtifactError, match=r"taxonomy 77\.7, this code has") as refused:
        SensitivityClassifier.load(copy)
    assert "make train" in str(refused.value)


@pytest.mark.parametrize("folder", ["copy/nowhere", "copy", "copy/taxonomy.toml"])
def test_a_folder_without_a_manifest_is_refused(copy: Path, folder: str) -> None:
    (copy / MANIFEST).unlink()
    with pytest.raises(ArtifactError, match=f"expected a folder with {MANIFEST}"):
        SensitivityClassifier.load(copy.parent / folder)


@pytest.mark.parametrize(
    "content", [b"", b"not JSON", b"\xff\xfe", b"null", b"[]", b"{}", b'{"format": 2}', b"\0" * 9]
)
def test_a_manifest_that_says_nothing_is_refused(copy: Path, content: bytes) -> None:
    (copy / MANIFEST).write_bytes(content)
    with pytest.raises(ArtifactError, match=f"{MANIFEST} cannot be read .* Fetch the artifact"):
        SensitivityClassifier.load(copy)


@pytest.mark.parametrize(
    "change", [{"windowing": {"tokens": 48, "letters": 7}}, {"windowing": 192}, {"unheard": "of"}]
)
def test_a_manifest_with_other_keys_is_refused(copy: Path, change: dict[str, Any]) -> None:
    rewrite(copy, lambda table: table.update(change))
    with pytest.raises(ArtifactError, match=f"{MANIFEST} cannot be read"):
        SensitivityClassifier.load(copy)


@pytest.mark.parametrize(
    "change", [{"files": None}, {"files": []}, {"windowing": {"tokens": "many"}}], ids=str
)
def test_a_manifest_with_other_values_is_refused(copy: Path, change: dict[str, Any]) -> None:
    rewrite(copy, lambda table: table.update(change))
    with pytest.raises(ArtifactError, match=f"{MANIFEST} cannot be read"):
        SensitivityClassifier.load(copy)


def test_another_windowing_under_the_same_version_is_refused(copy: Path) -> None:
    rewrite(copy, lambda table: table["windowing"].update(tokens=49))
    with pytest.raises(ArtifactError, match=r"was altered: .* Fetch the artifact again"):
        SensitivityClassifier.load(copy)


def test_an_artifact_of_an_older_format_answers_as_it_did(copy: Path) -> None:
    def age(table: dict[str, Any]) -> None:
        del table["windowing"]["long_section_windows"]
        sealed = digest(table["windowing"], table["files"])
        table.update(format=3, version=f"tiny+{sealed}")

    rewrite(copy, age)
    windowing = read_manifest(copy).windowing
    assert windowing == replace(TINY_WINDOWING, long_section_windows=TINY_WINDOWING.section_windows)


@pytest.mark.parametrize("artifacts", [[], ["one", "two"]])
def test_the_released_artifact_is_the_only_one(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, artifacts: list[str]
) -> None:
    models = tmp_path / "models"
    monkeypatch.setattr("classifier.artifact.MODELS", models)
    for name in artifacts:
        shutil.copytree(copy, models / name)
    with pytest.raises(ArtifactError, match=f"found {len(artifacts)}.* --artifact"):
        released_artifact()
    (models / "notes").mkdir(parents=True)
    for name in artifacts[1:] or ["one"]:
        shutil.rmtree(models / name, ignore_errors=True)
    shutil.copytree(copy, models / "one", dirs_exist_ok=True)
    assert released_artifact() == models / "one"


# Reading weights as if they were a pickle meets strings that are none.
@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
def test_there_is_no_pickle_in_it(artifact: Path, tmp_path: Path) -> None:
    assert {path.name for path in artifact.iterdir()} == {MANIFEST, *FILES}
    assert [path.name for path in artifact.iterdir() if is_pickle(path)] == []


def test_pickles_are_found(tmp_path: Path) -> None:
    (tmp_path / "weights.pt").touch()
    (tmp_path / "calibration.json").write_bytes(pickle.dumps([0.5]))
    np.savez(tmp_path / "lexical.npz", keys=np.arange(3), words=np.array(["a", None]))
    with zipfile.ZipFile(tmp_path / "heads.bin", "w") as archive:
        archive.writestr("data.pkl", pickle.dumps([0.5]))
    assert all(map(is_pickle, tmp_path.iterdir()))
    np.savez(tmp_path / "plain.npz", keys=np.arange(3))
    assert not is_pickle(tmp_path / "plain.npz")
