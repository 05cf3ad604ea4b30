"""Plug-ins are copied into other people's servers: they take nothing along that is not there."""

import ast
import sys
from pathlib import Path

import pytest

from tests.test_imports import imported_names

# Superdesk runs on older Pythons than Forewarn.
OLDEST = {"recipes": (3, 8), "superdesk": (3, 8), "ghost": (3, 11)}
HOSTS = {"superdesk"}


@pytest.mark.parametrize("plugin", OLDEST)
def test_only_the_standard_library_and_the_cms_are_imported(plugin: str, repository: Path) -> None:
    files = list((repository / "plugins" / plugin).rglob("*.py"))
    names = {name for path in files for _, name in imported_names(path, repository)}
    tops = {name.partition(".")[0] for name in names}
    assert "__future__" in tops or plugin == "ghost"
    assert tops - sys.stdlib_module_names - HOSTS <= {"plugins"}
    assert {name for name in names if name.startswith("plugins.")} <= {
        name
        for name in names
        if name.startswith((f"plugins.{plugin}.", "plugins.recipes.forewarn_client."))
    }


@pytest.mark.parametrize(("plugin", "version"), OLDEST.items())
def test_an_older_python_can_read_them(
    plugin: str, version: tuple[int, int], repository: Path
) -> None:
    for path in (repository / "plugins" / plugin).rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"), feature_version=version)
        if version < (3, 10):  # annotations are not evaluated there
            assert "annotations" in ast.dump(tree.body[1]), path.name
