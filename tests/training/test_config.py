"""The configuration: unknown, missing and mistyped keys are refused by name."""

from pathlib import Path

import pytest

from training.config import DEFAULT, ConfigError, read_config


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = DEFAULT.read_text("utf-8")
    assert old in text
    path = tmp_path / "config.toml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


def test_the_shipped_configuration_reads() -> None:
    assert read_config().windowing.tokens >= 128


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs =", "epoch =", "unknown key 'epoch'.*Did you mean 'epochs'"),
        ("warmup =", "# warmup =", "missing key 'warmup'"),
        ("seed = 17", 'seed = "17"', "'seed' must be int, got str"),
        ("bfloat16 = true", "bfloat16 = 1", "'bfloat16' must be bool, got int"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_config(changed(tmp_path, old, new))
