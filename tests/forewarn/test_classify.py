"""`forewarn classify`: files in, the classifier's own answer out."""

import json
import re
import sys
import unicodedata
from collections.abc import Sequence
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from classifier import Article, SensitivityClassifier
from forewarn.classify import LONGEST_TITLE, split_title
from tests.forewarn.conftest import Command

TITLE = "Girl, 9, found after night on the moor"
BODY = (
    "A girl of nine who was lost on the moor was found on Sunday. She was cold.\n\n"
    "Her father said that the dog had not left her. Police thanked more than 80 people."
)
FINNISH = "Poika vietiin sairaalaan lauantaina poliisin pidätyksen jälkeen."
# Colours, a window's title, a hyperlink, a cleared screen in its one-character form, a bell.
ESCAPES = "\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b]8;;https://a.example\x1b\\ \x9b2J \x07 \x08\r"
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def answers(artifact: Path, articles: Sequence[Article]) -> list[object]:
    """What the classifier says, as JSON would have it."""
    found = SensitivityClassifier.load(artifact).assess(articles)
    return [json.loads(json.dumps(assessment.as_dict())) for assessment in found]


def lines(out: str) -> list[object]:
    return [json.loads(line) for line in out.splitlines()]


def control_characters(out: str) -> set[str]:
    return {c for c in out if unicodedata.category(c) == "Cc"} - {"\n"}


def test_json_is_the_classifiers_answer_a_line_for_each_file(
    classify: Command, artifact: Path, tmp_path: Path
) -> None:
    titled = write(tmp_path / "titled.txt", f"\ufeff{TITLE}\r\n\r\n{BODY}")
    plain = write(tmp_path / "plain.txt", BODY)
    finnish = write(tmp_path / "finnish.txt", FINNISH)
    status, out, err = classify("--json", titled, plain, finnish)
    assert lines(out) == answers(
        artifact,
        [
            Article(BODY, TITLE, str(titled)),
            Article(BODY, "", str(plain)),
            Article(FINNISH, id=str(finnish)),
        ],
    )
    assert (status, err) == (1, "")


def test_a_request_is_read_as_the_api_reads_it(
    classify: Command, artifact: Path, tmp_path: Path
) -> None:
    whole = {"title": TITLE, "body": BODY, "id": "7", "section": "local", "language": "en-GB"}
    least = {"body": f"{TITLE}\n\n{BODY}", "title": None, "id": None}
    files = [write(tmp_path / f"{n}.json", json.dumps(r)) for n, r in enumerate((whole, least))]
    status, out, err = classify("--json", *files)
    # A body is a body: no title is looked for in it.
    expected = [Article(**whole), Article(least["body"] or "", id=str(files[1]))]
    assert lines(out) == answers(artifact, expected)
    assert (status, err) == (0, "")


def test_standard_input_is_read_where_it_is_asked_for(
    classify: Command, artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "article.txt", BODY)
    given = BytesIO(f"{TITLE}\n\n{BODY}".encode())
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(given, encoding="ascii"))
    status, out, _ = classify("--json", file, "-")
    assert lines(out) == answers(artifact, [Article(BODY, id=str(file)), Article(BODY, TITLE, "-")])
    assert status == 0


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        "Who paid for the pool?",
        "'We were told nothing', says mother of the boy",
        "x" * LONGEST_TITLE,
        "MPs",
    ],
)
def test_a_first_line_like_a_headline_is_the_title(title: str) -> None:
    assert split_title(f"{title}\n\n{BODY}") == (title, BODY)
    assert split_title(f"  {title} \r\n\r\n\r\n{BODY}") == (title, BODY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TITLE,
        f"{TITLE}\n",
        f"{TITLE}\n\n  \n",
        f"{TITLE}\n{BODY}",
        f"She was found.\n\n{BODY}",
        f"He said: \u201cShe was found.\u201d\n\n{BODY}",
        f'He said: "She was found."\n\n{BODY}',
        f"{'x' * (LONGEST_TITLE + 1)}\n\n{BODY}",
        f"\n\n{TITLE}",
    ],
)
def test_any_other_first_line_belongs_to_the_body(text: str) -> None:
    assert split_title(text) == ("", text)


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
    sentence = " ".join(["the boy and his mother were at school"] * 6) + "."
    _, out, _ = classify(write(tmp_path / "long.txt", sentence))
    assert max(map(len, out.splitlines()[1:])) <= 88
    assert f"“{sentence}”" in re.sub(r"\s+", " ", out)


def test_an_article_that_is_not_checked_says_why(classify: Command, tmp_path: Path) -> None:
    finnish, empty = write(tmp_path / "fi.txt", FINNISH), write(tmp_path / "empty.txt", "\n")
    status, out, err = classify(finnish, empty, write(tmp_path / "en.txt", BODY))
    assert (status, err) == (1, "")
    assert f"NOT CHECKED {finnish}\n  Only English articles are checked" in out
    assert f"NOT CHECKED {empty}\n  There is no text to check.\n" in out
    assert "FLAGGED" in out


BAD_FILES = {
    "missing.txt": None,
    "latin.txt": b"The caf\xe9 canary was closed.",
    "utf16.txt": "The canary was found.".encode("utf-16"),
    "broken.json": b'{"body": "canary',
    "empty.json": b"",
    "text.json": b'"canary"',
    "list.json": b'[{"body": "canary"}]',
    "bodiless.json": b'{"title": "canary"}',
    "number.json": b'{"body": 7, "title": "canary"}',
    "unknown.json": b'{"body": "canary", "canary": "x"}',
    "wrong.json": b'{"body": "canary", "id": ["x"]}',
}


@pytest.mark.parametrize(("name", "content"), BAD_FILES.items(), ids=BAD_FILES)
def test_a_bad_file_is_told_in_a_sentence_and_the_others_are_answered(
    classify: Command, tmp_path: Path, name: str, content: bytes | None
) -> None:
    good = write(tmp_path / "good.txt", BODY)
    bad = tmp_path / name
    if content is not None:
        bad.write_bytes(content)
    status, out, err = classify("--json", good, bad, good)
    assert status == 1
    assert len(lines(out)) == 2
    assert re.fullmatch(rf"forewarn classify: {re.escape(str(bad))} .*\.\n", err)
    assert "canary" not in err


def test_a_folder_is_no_file(classify: Command, tmp_path: Path) -> None:
    status, out, err = classify(tmp_path)
    assert (status, out) == (1, "")
    assert err.startswith(f"forewarn classify: {tmp_path} cannot be read: ")


# Fails: json.loads raises RecursionError, which is no ValueError, and the command ends there.
def test_a_request_nested_without_end_does_not_spoil_the_rest(
    classify: Command, tmp_path: Path
) -> None:
    deep = write(tmp_path / "deep.json", "[" * 200_000)
    status, out, err = classify("--json", deep, write(tmp_path / "good.txt", BODY))
    assert (status, len(lines(out))) == (1, 1)
    assert err.startswith(f"forewarn classify: {deep} ")


@pytest.mark.parametrize("kind", ["title", "body"])
def test_escape_sequences_of_a_text_do_not_reach_the_terminal(
    classify: Command, tmp_path: Path, kind: str
) -> None:
    request = {"title": TITLE, "body": BODY}
    request[kind] = f"The boy {ESCAPES} was found \x1b[5mcold."
    _, out, err = classify(write(tmp_path / "a.json", json.dumps(request)))
    assert "was found" in out
    assert control_characters(out + err) == set()


# Fails: id and language are printed as they came.
@pytest.mark.parametrize("kind", ["id", "language"])
def test_escape_sequences_of_what_goes_with_it_do_not_either(
    classify: Command, tmp_path: Path, kind: str
) -> None:
    request = {"body": BODY, kind: "\x1b[31mfi\x07"}
    _, out, err = classify(write(tmp_path / "a.json", json.dumps(request)))
    assert control_characters(out + err) == set()


# Fails: UnicodeEncodeError. Python gives a file's name that is not UTF-8 surrogates.
@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["summary", "json"])
def test_a_name_that_is_not_utf_8_is_no_hindrance(
    classify: Command, tmp_path: Path, as_json: list[str]
) -> None:
    file = write(tmp_path / "b\udcffd.txt", BODY)
    status, out, _ = classify(*as_json, file)
    assert status == 0
    assert out


def test_markup_is_shown_as_it_is(classify: Command, tmp_path: Path) -> None:
    text = "The [bold red]boy[/] said :fire: and [link=https://a.example]police[/link] came."
    _, out, _ = classify(write(tmp_path / "markup.txt", text))
    assert f"“{text}”" in re.sub(r"\s+", " ", out)


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


@pytest.mark.parametrize("folder", ["nowhere", ""])
def test_without_an_artifact_nothing_is_answered(
    command: Command, tmp_path: Path, folder: str
) -> None:
    file = write(tmp_path / "a.txt", BODY)
    status, out, err = command("classify", "--artifact", tmp_path / folder, file)
    assert (status, out) == (2, "")
    assert err.startswith(f"forewarn classify: No artifact at {tmp_path / folder}: ")
    assert "make train" in err
