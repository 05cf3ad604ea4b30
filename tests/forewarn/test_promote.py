"""`forewarn promote` and `forewarn rollback`."""

import shutil
from pathlib import Path

import pytest

from serving.store.store import open_store
from tests.forewarn.conftest import Command
from tests.tiny import reseal


@pytest.fixture
def folders(artifact: Path, tmp_path: Path) -> tuple[Path, Path]:
    one, two = tmp_path / "one", tmp_path / "two"
    for number, folder in enumerate((one, two)):
        shutil.copytree(artifact, folder)
        reseal(folder, threshold=0.5 * number)
    return one, two


def test_the_link_moves_and_the_audit_trail_tells(
    command: Command,
    folders: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, link = f"sqlite:///{tmp_path}/forewarn.db", tmp_path / "current"
    monkeypatch.setenv("FOREWARN_DATABASE", url)
    monkeypatch.setenv("FOREWARN_ARTIFACT", str(link))
    refused = command("promote", folders[0])
    assert refused.status == 2
    assert "forewarn gate" in refused.err
    for folder in folders:
        assert command("promote", folder, "--without-gate").status == 0
    answered = command("rollback", "--current", link)
    assert answered.status == 0
    assert link.resolve() == folders[0]
    assert str(folders[0]) in answered.out
    assert command("rollback").status == 2
    store = open_store(url)
    actions = [entry.action for entry in store.audit.page().items]
    store.close()
    assert actions == ["artifact.promote", "artifact.promote", "artifact.rollback"]


def test_a_link_must_be_named(
    command: Command, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FOREWARN_ARTIFACT", raising=False)
    answered = command("promote", folders[0])
    assert answered.status == 2
    assert "--current" in answered.err
