"""`forewarn keys` and `forewarn database`."""

import re
from pathlib import Path

import pytest

from forewarn.keys import SCOPES
from serving.store import secret
from tests.forewarn.conftest import Command


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOREWARN_DATABASE", f"sqlite:///{tmp_path}/forewarn.db")
    return tmp_path / "forewarn.db"


def test_scopes_are_those_of_the_store() -> None:
    assert SCOPES == secret.SCOPES


def test_a_key_is_printed_once(command: Command) -> None:
    created = command("keys", "create", "WordPress", "--scope", "classify")
    assert created.status == 0
    found = re.search(secret.PATTERN, created.out)
    assert found
    listed = command("keys", "list").out
    key_id = listed.split("\t")[0]
    assert key_id in found[0]
    assert found[0] not in listed
    rotated = command("keys", "rotate", key_id, "--grace", "2")
    assert re.search(secret.PATTERN, rotated.out)
    assert "holds until" in rotated.out
    assert command("keys", "revoke", key_id).status == 0
    assert "revoked" in command("keys", "list").out


def test_a_key_that_is_not_there_is_told(command: Command) -> None:
    answered = command("keys", "revoke", "nobody")
    assert answered.status == 2
    assert "There is no key of this id" in answered.err


def test_a_database_is_upgraded_backed_up_and_brought_back(
    command: Command, tmp_path: Path, database: Path
) -> None:
    assert command("database", "status").status == 2  # there is none yet
    assert not database.exists()
    assert "from base to" in command("database", "upgrade").out
    assert "needed" in command("database", "status").out
    assert command("database", "backup", tmp_path / "copy.db").status == 0
    again = command("database", "backup", tmp_path / "copy.db")
    assert again.status == 2
    assert "Nothing was overwritten" in again.err
    assert "to base" in command("database", "downgrade", "base").out
