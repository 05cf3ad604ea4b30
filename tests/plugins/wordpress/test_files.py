"""The plug-in's files: PHP that WordPress's standards accept, translations that are complete."""

import re
import subprocess
from pathlib import Path

import pytest


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_files_have_the_form_of_wordpress(plugin: Path) -> None:
    done = run("phpcs", "--standard=phpcs.own.xml", "-q", folder=plugin)
    assert done.returncode == 0, done.stdout


def test_the_form_is_looked_at(plugin: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.php"
    bad.write_text("<?php\nfunction bad($a){ return eval($a); }\n", encoding="utf-8")
    done = run("phpcs", f"--standard={plugin}/phpcs.own.xml", "-q", bad, folder=plugin)
    assert done.returncode != 0


def test_all_that_people_read_can_be_translated(plugin: Path) -> None:
    done = run("languages/make-pot.sh", "--check", folder=plugin)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("pattern", ["*.php", "*.js"])
def test_every_call_for_a_translation_names_the_text_domain(pattern: str, plugin: Path) -> None:
    """Without it WordPress looks among its own translations."""
    call = re.compile(r"\b(?:__|_n|_e|esc_html__|esc_html_e|esc_attr__|esc_attr_e)\( ")
    sources = [path.read_text("utf-8") for path in plugin.rglob(pattern)]
    calls = [len(call.findall(source)) for source in sources]
    assert sum(calls) > 20
    assert calls == [len(re.findall(r", 'forewarn' \)", source)) for source in sources]


def test_every_file_is_only_run_by_wordpress(plugin: Path) -> None:
    """Asked for directly, it must not run into an error that shows a path."""
    for path in plugin.rglob("*.php"):
        done = run("php", path, folder=plugin)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), path.name


def test_the_versions_agree(plugin: Path) -> None:
    main = (plugin / "forewarn.php").read_text("utf-8")
    readme = (plugin / "readme.txt").read_text("utf-8")
    version = re.findall(r"\* Version: +([\d.]+)", main)
    assert re.findall(r"const VERSION += '([\d.]+)'", main) == version
    assert re.findall(r"Stable tag: ([\d.]+)", readme) == version
    assert f"= {version[0]} =" in readme
    for field in ("Requires at least", "Requires PHP"):
        [wanted] = re.findall(rf"\* {field}: +([\d.]+)", main)
        assert f"{field}: {wanted}\n" in readme


def test_nothing_is_put_in_as_markup(plugin: Path) -> None:
    """What comes from outside is text. These would make markup of it."""
    forbidden = (
        "innerHTML",
        "dangerouslySetInnerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    )
    for path in (plugin / "assets").glob("*.js"):
        source = path.read_text("utf-8")
        assert [one for one in forbidden if one in source] == [], path.name
