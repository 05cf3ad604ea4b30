"""The summary of `forewarn classify`: what a person reads, and nothing that a terminal obeys."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from classifier import SensitivityClassifier
from tests.forewarn.articles import BODY, FINNISH, TITLE, write
from tests.forewarn.conftest import Command

# Colours, a window's title, a hyperlink, a cleared screen in its one-character form, a bell.
ESCAPES = "\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b]8;;https://a.example\x1b\\ \x9b2J \x07 \x08\r"
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def control_characters(out: str) -> set[str]:
    return {c for c in out if unicodedata.category(c) == "Cc"} - {"\n"}


def test_the_summary_shows_verdict_labels_and_passages(
    classify: Command, artifact: Path, tmp_path: Path
) -> None:
    one = write(tmp_path / "one.txt", f"{TITLE}\n\n{BODY}")
    other = write(tmp_path / "other.txt", BODY)
    status, out, err = classify(one, other)
    assert (status, err) == (0, "")
    first, second = re.split(r"\n\n(?=FLAGGED)", out.strip())
    assert first.startswith(f"FLAGGED {one}\n")
    assert second.startswith(f"FLAGGED {other}\n")
    taxonomy = SensitivityClassifier.load(artifact).taxonomy
    assert tuple(re.findall(r"^  (\w+) +3 ", first, re.MULTILINE)) == taxonomy.label_ids
    sources = {"title": TITLE, "body": BODY}
    shown = re.findall(
        r"• “(.*)”\n +(title|body) (\d+)-(\d+), score [01]\.\d\d$", first, re.MULTILINE
    )
    assert len(shown) > 3
    for quote, field, start, end in shown:
        assert sources[field][int(start) : int(end)] == quote


def test_a_long_passage_is_folded_and_whole(classify: Command, tmp_path: Path) -> None:
    sentence = (
        "The boy and his mother were at the hospital with the police after the attack at school."
    )
    assert len(sentence) > 76
    _, out, _ = classify(write(tmp_path / "long.txt", sentence))
    quote = re.search("“.*?”", out, re.DOTALL)
    assert quote
    assert max(map(len, quote[0].splitlines())) <= 88
    assert " ".join(quote[0].split()) == f"“{sentence}”"


def test_an_article_that_is_not_checked_says_why(classify: Command, tmp_path: Path) -> None:
    finnish, empty = write(tmp_path / "fi.txt", FINNISH), write(tmp_path / "empty.txt", "\n")
    status, out, err = classify(finnish, empty, write(tmp_path / "en.txt", BODY))
    assert (status, err) == (1, "")
    assert f"NOT CHECKED {finnish}\n  Only English articles are checked" in out
    assert f"NOT CHECKED {empty}\n  There is no text to check.\n" in out
    assert "FLAGGED" in out


@pytest.mark.parametrize("kind", ["title", "body"])
def test_escape_sequences_of_a_text_do_not_reach_the_terminal(
    classify: Command, tmp_path: Path, kind: str
) -> None:
    request = {"title": TITLE, "body": BODY}
    request[kind] = f"The boy {ESCAPES} was found \x1b[5mcold."
    _, out, err = classify(write(tmp_path / "a.json", json.dumps(request)))
    assert "was found" in out
    assert control_characters(out + err) == set()


@pytest.mark.parametrize("kind", ["id", "language"])
def test_escape_sequences_of_what_goes_with_it_do_not_either(
    classify: Command, tmp_path: Path, kind: str
) -> None:
    request = {"body": BODY, kind: "\x1b[31mfi\x07"}
    _, out, err = classify(write(tmp_path / "a.json", json.dumps(request)))
    assert control_characters(out + err) == set()


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["summary", "json"])
def test_a_name_that_is_not_utf_8_is_no_hindrance(
    classify: Command, tmp_path: Path, as_json: list[str]
) -> None:
    file = write(tmp_path / "b\udcffd.txt", BODY)
    status, out, _ = classify(*as_json, file)
    assert status == 0
    assert out


def test_markup_is_shown_as_it_is(classify: Command, tmp_path: Path) -> None:
    text = "The [bold]boy[/] said :fire: to her."
    _, out, _ = classify(write(tmp_path / "markup.txt", text))
    assert f"“{text}”" in out


def test_colours_are_the_commands_own(
    classify: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a.txt", f"{TITLE}\n\nThe {ESCAPES} boy was found. {BODY}")
    _, plain, _ = classify(file)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    _, coloured, _ = classify(file)
    assert COLOUR.search(coloured)
    assert COLOUR.sub("", coloured) == plain
