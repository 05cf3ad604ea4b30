"""`forewarn policy check`, and the shipped policies with the released artifact."""

from pathlib import Path

import pytest

from labels.policy_reading import SHIPPED
from tests.forewarn.conftest import Command
from tests.policies import SMALL

FILES = sorted(SHIPPED.glob("*.toml"))


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "house.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_policy_does_what_its_examples_say(command: Command, path: Path) -> None:
    status, out, err = command("policy", "check", path)
    assert (status, err) == (0, ""), out
    first, *examples = out.splitlines()
    assert first.startswith(f"{path}: ")
    assert len(examples) >= 5
    assert {line.split()[0] for line in examples} == {"pass"}


def test_what_it_says_of_a_policy_that_holds(command: Command, house: Path) -> None:
    status, out, err = command("policy", "check", house)
    assert (status, err) == (0, "")
    first, second = out.splitlines()
    assert first.startswith(f"{house}: small 3+")
    assert first.endswith("3 rules, 1 examples, worded for en")
    assert second == "  pass  Nothing"


FAILING = """
[[examples]]
name = "A fight"
title = "Man stabbed to death in park"
body = "A man was stabbed to death by two robbers in Alder Park on Sunday, police said."
[examples.expect]
at_least = { minors = 2 }
at_most = { violence = 1 }
sub_labels = ["sexual_violence"]
topics = ["suicide"]
checks = []
actions = []
includes = ["help"]
excludes = ["kin"]

[[examples]]
name = "Ein Unfall"
body = "Bei einem Unfall auf der Landstraße sind am Freitag mehrere Menschen verletzt worden."
[examples.expect]
at_least = { trauma = 0 }
checks = ["not_checked"]
"""


def test_every_expectation_that_is_not_met_is_told_with_what_was_got(
    command: Command, house: Path
) -> None:
    house.write_text(SMALL.replace("severity = 3, ", "") + FAILING, encoding="utf-8")
    status, out, err = command("policy", "check", house)
    assert (status, err) == (1, "")
    lines = [line.strip() for line in out.splitlines()[1:]]
    assert lines[:2] == ["pass  Nothing", "FAIL  A fight"]
    told = iter(lines[2:])
    for begin in (
        "minors: expected at least 2; got 0 (probabilities 0.",
        "violence: expected at most 1; got ",
        "sub_labels: expected sexual_violence; got ",
        "topics: expected suicide; got killing",
        "checks: expected none; got kin",
        "actions: expected none; got ads_off, no_push",
        "includes: expected help too; got ads_off, killing, kin, no_push",
        "excludes: expected no kin; got ",
        "FAIL  Ein Unfall",
        "trauma: expected at least 0; got no severity, as the text was not checked",
    ):
        assert next(told).startswith(begin)
    assert list(told) == []
    assert "robbers" not in out


def test_show_prints_what_is_proposed_in_the_locale_that_is_asked_for(
    command: Command, house: Path
) -> None:
    default = (SHIPPED / "default.toml").read_text(encoding="utf-8")
    head, *examples = default.split("[[examples]]\n")
    (suicide,) = [text for text in examples if "committed suicide" in text]
    house.write_text(f"{head}[[examples]]\n{suicide}", encoding="utf-8")
    status, out, _ = command("policy", "check", "--show", "--locale", "de", house)
    assert status == 0
    assert "note: Dieser Artikel handelt von Suizid oder Selbstverletzung." in out
    assert "check suicide_help_line: Es fehlt ein Hilfsangebot." in out
    assert "action ads_off: " in out
    assert "help line: GB Samaritans 116 123" in out
    assert "Varga" not in out


def test_without_examples_no_artifact_is_needed(
    command: Command, house: Path, tmp_path: Path
) -> None:
    given = ("--artifact", tmp_path / "none", house)
    assert command("policy", "check", "--no-examples", *given).status == 0
    assert command("policy", "check", *given).status == 2


def test_a_bad_file_does_not_spoil_the_rest(command: Command, house: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(SMALL.replace('check = "kin"', 'chek = "kin"', 1), encoding="utf-8")
    status, out, err = command("policy", "check", bad, tmp_path / "gone.toml", house)
    assert status == 2
    line = SMALL[: SMALL.index('check = "kin"')].count("\n") + 1
    first, second = err.splitlines()
    assert first.startswith(f"forewarn policy: {bad}:{line}: unknown key of rules[0].")
    assert first.endswith("Did you mean 'check'?")
    assert "gone.toml" in second
    assert out.splitlines()[-1] == "  pass  Nothing"


def test_policy_is_nothing_without_a_task(command: Command) -> None:
    with pytest.raises(SystemExit) as done:
        command("policy")
    assert done.value.code == 2
