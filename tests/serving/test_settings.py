"""Settings, from the environment and given."""

from pathlib import Path

import pytest

from serving.errors import ServingError
from serving.settings import PREFIX, Settings, read_settings, settings_table


def test_the_environment_sets_and_what_is_given_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FOREWARN_ARTIFACT", "somewhere/else")
    monkeypatch.setenv("FOREWARN_PORT", "9000")
    monkeypatch.setenv("FOREWARN_HOST", "")
    settings = read_settings(port=9001, artifact=None)
    assert settings.artifact == Path("somewhere/else")
    assert settings.port == 9001
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value"), [("port", "x7613"), ("port", "70000"), ("max_body_bytes", "0")]
)
def test_a_wrong_setting_is_named_and_its_value_is_not_told(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    with pytest.raises(ServingError, match=f"{PREFIX}{name.upper()}: Input should be") as caught:
        read_settings()
    assert value not in str(caught.value)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ServingError, match="FOREWARN_PROT"):
        read_settings(prot=9000)


def test_the_documentation_has_the_table(repository: Path) -> None:
    assert f"\n{settings_table()}\n" in (repository / "docs" / "api.md").read_text("utf-8")


def test_the_table_has_a_row_with_a_sentence_for_every_setting() -> None:
    head, rule, *rows = settings_table().splitlines()
    assert head.count("|") == rule.count("|") == 5
    assert len(rows) == len(Settings.model_fields)
    for row, name in zip(rows, Settings.model_fields, strict=True):
        _, variable, kind, _, sentence, _ = (cell.strip() for cell in row.split("|"))
        assert variable == f"`FOREWARN_{name.upper()}`"
        assert kind in ("path", "text", "true or false", "number", "whole number")
        assert sentence.endswith(".")
